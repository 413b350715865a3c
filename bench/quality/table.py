"""The figures as text: by kind of question, by language, and what each stage is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bench.quality.question import KINDS
from bench.quality.run import Run

_COLUMNS: tuple[tuple[str, Callable[[Run], bool]], ...] = (
    ("right", lambda run: run.outcome == "right"),
    ("wrong", lambda run: run.outcome == "wrong"),
    ("refused right", lambda run: run.outcome == "refused right"),
    ("refused wrong", lambda run: run.outcome == "refused wrong"),
    ("by the model", lambda run: run.model == "the model"),
    ("template", lambda run: run.model == "template"),
    ("facts", lambda run: run.model == "facts"),
)


def by_kind(runs: Sequence[Run]) -> str:
    """One row a kind, one a language, one for all."""
    groups = [(kind, [run for run in runs if run.question.kind == kind]) for kind in KINDS]
    for language, name in (("en", "English"), ("de", "German"), ("zh", "Chinese")):
        groups.append((name, [run for run in runs if run.question.language == language]))
    head = ["", "asked", *(name for name, _ in _COLUMNS)]
    rows = [[name, *_counts(group)] for name, group in [*groups, ("all", list(runs))] if group]
    return table([head, *rows])


def _counts(runs: Sequence[Run]) -> list[str]:
    return [str(len(runs)), *(str(sum(map(holds, runs))) for _, holds in _COLUMNS)]


def compared(by_variant: Mapping[str, Sequence[Run]]) -> str:
    """One row a variant, in percent."""
    head = ["% of all", "right", "wrong", "refused right", "refused wrong", "by the model", "English by the model"]
    rows = []
    for name, runs in by_variant.items():
        figures = goals(runs)
        shares = [share(runs, holds) for _, holds in _COLUMNS[:5]]
        rows.append([name, *(f"{100 * each:.0f}" for each in shares), f"{100 * figures['phrased']:.0f}"])
    return table([head, *rows])


def share(runs: Sequence[Run], holds: Callable[[Run], bool]) -> float:
    """How many of these runs, as a share; 0 of none."""
    return sum(map(holds, runs)) / len(runs) if runs else 0.0


def goals(runs: Sequence[Run]) -> dict[str, float]:
    """``wrong`` of all; ``refusals``: right ones of those due; ``phrased``: the model's of the English answerable."""
    due = [run for run in runs if run.question.refused]
    english = [run for run in runs if run.question.language == "en" and not run.question.refused]
    return {
        "wrong": share(runs, lambda run: run.outcome == "wrong"),
        "refusals": share(due, lambda run: run.outcome == "refused right"),
        "phrased": share(english, lambda run: run.model == "the model"),
    }


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows in columns of equal width, as Markdown."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.ljust(width) if not place else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return f"| {' | '.join(cells)} |"

    rule = "|" + "|".join("-" * (width + 1) + (":" if place else "-") for place, width in enumerate(widths)) + "|"
    return "\n".join([line(rows[0]), rule, *map(line, rows[1:])])
