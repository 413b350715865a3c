"""Stand-ins for what cannot be had everywhere, named as such, and starters for the real parts of tests and demo."""
