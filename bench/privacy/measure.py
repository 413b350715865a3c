"""How much of the private values leaves, and how much else stays here."""

from __future__ import annotations

import re
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.privacy.cases import Case
from edge_agent.privacy import Redactor
from edge_agent.types import Redacted

_PLACEHOLDER = re.compile(r"<[A-Z]+_\d+>")
#: Between the names of a firm these tell nothing.
_JOINTS = frozenset({"and", "und"})
_TOKEN = re.compile(r"[^\W_\u3400-\u9fff]+|[\u3400-\u9fff]")


@dataclass(kw_only=True)
class Count:
    """What happened to the values and the other words of a group."""

    values: int = 0
    #: Every word of the value left.
    exact: int = 0
    #: Some word of it left (of two characters at least, or one Han character).
    partial: int = 0
    words: int = 0
    hidden_words: int = 0
    leaked: list[str] = field(default_factory=list)
    over: Counter[str] = field(default_factory=Counter)

    @property
    def exact_percent(self) -> float:
        return 100 * self.exact / max(1, self.values)

    @property
    def leak_percent(self) -> float:
        """Exact or partial."""
        return 100 * (self.exact + self.partial) / max(1, self.values)

    @property
    def over_percent(self) -> float:
        return 100 * self.hidden_words / max(1, self.words)


def hidden_places(text: str, redacted: Redacted) -> set[int]:
    """The characters of a prompt that stay here, read back from template and vault alone."""
    hidden: set[int] = set()
    place, at = 0, 0
    for found in _PLACEHOLDER.finditer(redacted.template):
        if found.group() not in redacted.vault:
            continue
        place += found.start() - at
        length = len(redacted.vault[found.group()])
        hidden |= set(range(place, place + length))
        place, at = place + length, found.end()
    if place + len(redacted.template) - at != len(text):
        raise AssertionError("the template does not give back the prompt")
    return hidden


def measure(redactor: Redactor, cases: Iterable[Case]) -> dict[str, Count]:
    """Count leaks and over-redaction by group, and by kind of value (``group/kind``)."""
    counts: defaultdict[str, Count] = defaultdict(Count)
    for case in cases:
        hidden = hidden_places(case.text, redactor.redact(case.text))
        private: set[int] = set()
        for value in case.values:
            private |= set(range(value.start, value.end))
            found = _TOKEN.finditer(case.text, value.start, value.end)
            words = [each.span() for each in found if each.group() not in _JOINTS]
            out = [span for span in words if not set(range(*span)) <= hidden]
            whole = bool(words) and len(out) == len(words)
            some = any(end - start > 1 or case.text[start] > "\u3400" for start, end in out)
            for key in (case.group, f"{case.group}/{value.kind}"):
                counts[key].values += 1
                counts[key].exact += whole
                counts[key].partial += some and not whole
                if whole or some:
                    counts[key].leaked.append(f"{case.text[value.start : value.end]} <- {case.text}")
        others = [each for each in _TOKEN.finditer(case.text) if each.start() not in private]
        counts[case.group].words += len(others)
        needless = [each.group() for each in others if each.start() in hidden]
        counts[case.group].hidden_words += len(needless)
        counts[case.group].over.update(needless)
    return dict(counts)


def p50_ms(redactor: Redactor, texts: Iterable[str]) -> float:
    """Median milliseconds a prompt."""
    took = []
    for text in texts:
        begun = time.perf_counter()
        redactor.redact(text)
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)
