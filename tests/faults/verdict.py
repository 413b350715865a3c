"""What must be true of a run, whatever died in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.faults.devices import Asked


@dataclass(kw_only=True)
class Verdict:
    """The counts of a run, and what is wrong with it."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, other: Verdict) -> None:
        self.counts.update(other.counts)
        self.faults += other.faults

    def __str__(self) -> str:
        return ", ".join(f"{count} {name}" for name, count in self.counts.items())


def judge(asked: Iterable[Asked], ran: Mapping[str, int], *, resending: bool) -> Verdict:
    """Look at every question. ``resending``: all with an id must have ended; else those that the broker accepted."""
    verdict = Verdict()
    for name in ("queries", "with id", "derived id", "no id", "lost", "copies", "sent again", "effects ran"):
        verdict.counts[name] = 0
    for each in asked:
        _judge_one(verdict, each, ran.get(each.item, 0), resending=resending)
    return verdict


def _judge_one(verdict: Verdict, asked: Asked, times: int, *, resending: bool) -> None:
    counts, who = verdict.counts, f"{asked.device}/{asked.id or asked.item} ({asked.kind})"
    counts["queries"] += 1
    counts[{"id": "with id", "derived": "derived id", "none": "no id"}[asked.kind]] += 1
    counts["sent again"] += asked.sent - 1
    counts["effects ran"] += times
    counts["copies"] += max(len(asked.copies) - 1, 0)
    response = asked.response
    if response is None:
        if (resending and asked.kind != "none") or (not resending and asked.accepted):
            counts["lost"] += 1
            verdict.faults.append(f"{who}: no terminal response (sent {asked.sent}, accepted {asked.accepted})")
        else:
            counts["unanswered, and never promised"] += 1
    else:
        if response.error is not None and response.error.code in ("id_conflict", "internal"):
            verdict.faults.append(f"{who}: ended as {response.error.code}")
        counts[f"answered {response.error.code if response.error else 'ok'}"] += 1
        if asked.kind != "none" and len(set(asked.copies)) > 1:
            verdict.faults.append(f"{who}: {len(set(asked.copies))} distinct terminal responses")
        if response.status == "ok" and asked.item not in (response.answer or "") and not _unknown(asked):
            verdict.faults.append(f"{who}: answered with {response.answer!r}")
    _judge_effect(verdict, asked, times, who)


def _judge_effect(verdict: Verdict, asked: Asked, times: int, who: str) -> None:
    if times > 1:
        verdict.faults.append(f"{who}: the side effect ran {times} times")
    response = asked.response
    if not asked.effects:
        if times:
            verdict.faults.append(f"{who}: a side effect without authority")
    elif response is not None and response.status == "ok" and not _unknown(asked):
        verdict.counts["ok with an effect"] += 1
        if times != 1:
            verdict.faults.append(f"{who}: answered ok, and the side effect ran {times} times")
    elif _unknown(asked):
        verdict.counts["outcome said to be unknown"] += 1


def _unknown(asked: Asked) -> bool:
    response = asked.response
    if response is None:
        return False
    told = response.error is not None and "not known" in response.error.message
    return told or any(source.status == "unknown" for source in response.sources)
