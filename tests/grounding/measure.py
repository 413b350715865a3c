# ruff: noqa: E501 (tables of phrases)
"""What the check catches and what it lets pass, by kind: ``python -m tests.grounding.measure [SEED] [COUNT]``."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from edge_agent.grounding import Verdict, ground
from edge_agent.grounding.asked import prepare
from edge_agent.types import Fact, Facts, Reading
from tests.grounding.cases import Case, cases

#: Whether a draft may be published.
Stage = Callable[[Case], Verdict]
#: What each kind of error must be caught of, at least.
FLOORS = {
    "digit": 0.99, "date": 0.99, "id": 0.99, "count": 0.99, "unit": 0.97, "negation": 0.97, "other record": 0.97,
    "other entity": 0.97, "outside entity": 0.97, "other field": 0.90,
}  # fmt: skip
TRUE_FLOOR = 0.95


@dataclass(kw_only=True)
class Tally:
    """Right verdicts of all, by group and kind."""

    right: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    all: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    wrong: list[tuple[Case, Verdict]] = field(default_factory=list)
    slowest_ms: float = 0.0
    total_ms: float = 0.0

    def add(self, case: Case, verdict: Verdict, ms: float) -> None:
        good = verdict.grounded == (case.mutation is None)
        kind = case.mutation or "true"
        for key in (
            ("all", kind),
            ("held out" if case.held_out else "built against", kind),
            (case.language, kind),
            ("question", f"{case.kind}: {'true' if case.mutation is None else 'wrong'}"),
        ):
            self.all[key] += 1
            self.right[key] += good
        self.slowest_ms, self.total_ms = max(self.slowest_ms, ms), self.total_ms + ms
        if not good:
            self.wrong.append((case, verdict))

    def share(self, kind: str, group: str = "all") -> float:
        count = self.all[group, kind]
        return self.right[group, kind] / count if count else 1.0

    def failures(self) -> list[str]:
        """The floors that are not reached."""
        floors = {**FLOORS, "true": TRUE_FLOOR}
        return [
            f"{kind}: {self.share(kind):.3f} < {floor}" for kind, floor in floors.items() if self.share(kind) < floor
        ]


def measure(stage: Stage, over: Iterable[Case]) -> Tally:
    """Judge all cases."""
    tally = Tally()
    for case in over:
        begun = time.perf_counter()
        verdict = stage(case)
        tally.add(case, verdict, (time.perf_counter() - begun) * 1e3)
    return tally


def by_check(case: Case) -> Verdict:
    """The stage itself."""
    return ground(
        case.question, case.records, case.draft, read=case.read, descriptions=case.descriptions, locale=case.language
    )


def removed(_case: Case) -> Verdict:
    """Negative control: no check."""
    return Verdict(grounded=True)


def refusing(_case: Case) -> Verdict:
    """Negative control: always refuses."""
    return Verdict(grounded=False)


def anywhere(case: Case) -> Verdict:
    """Negative control: it is enough that every number and label of the draft stands somewhere."""
    fact = Fact(tool="", fields=(), records=tuple(case.records), reading=Reading(), arguments={})
    asked = prepare(Facts(question=case.question, found=(fact,)))
    scan = asked.reader.scan(case.draft, case.language)
    return Verdict(grounded=all(mention.cells or mention.free for mention in scan.mentions))


def table(tally: Tally) -> str:
    groups = ("all", "built against", "held out", "en", "de", "zh")
    lines = ["right %          " + "".join(f"{group:>15}" for group in groups)]
    for kind in ("true", *FLOORS):
        cells = "".join(f"{100 * tally.share(kind, group):9.1f} /{tally.all[group, kind]:4}" for group in groups)
        lines.append(f"{kind:<17}{cells}")
    lines += [
        f"{kind:<24}{100 * tally.share(kind, 'question'):6.1f} /{count:4}"
        for (group, kind), count in sorted(tally.all.items())
        if group == "question"
    ]
    count = sum(count for (group, _), count in tally.all.items() if group == "all")
    lines.append(
        f"a case (facts prepared and checked): {tally.total_ms / max(1, count):.2f} ms mean, {tally.slowest_ms:.1f} ms slowest"
    )
    return "\n".join(lines)


def main() -> int:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 20261125
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    show = sys.argv[3] if len(sys.argv) > 3 else ""
    held_out = False if show else None
    tally = measure(by_check, cases(seed, count, held_out=held_out))
    print(f"seed {seed}, {count} drafts")
    if show:
        for case, verdict in tally.wrong:
            if show in {"all", case.mutation or "true"}:
                print(
                    f"[{case.mutation}] {case.kind} {case.language} {verdict.reason}\n   Q {case.question}\n   A {case.draft!r}\n   {case.read}\n   {case.descriptions}\n   {case.records}"
                )
    print(table(tally))
    for control in (removed, refusing, anywhere):
        print(
            f"control {control.__name__}: {'fails' if measure(control, cases(seed, min(count, 400))).failures() else 'PASSES'}"
        )
    print("floors not reached: " + ("; ".join(tally.failures()) or "none"))
    return 1 if tally.failures() else 0


if __name__ == "__main__":
    sys.exit(main())
