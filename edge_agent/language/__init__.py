"""Reading English, German and Chinese text: folding, numbers, dates, units, clauses. Pure, no model."""
