"""Which requests are in hand and which are answered: the same id is planned once, however often it is sent."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

#: (agent, id)
RequestKey = tuple[str, str]

KEPT = 1000
#: A failure is repeated to those that ask again at once; later the cloud is asked anew.
FAILURES_KEPT_S = 10.0


@dataclass(kw_only=True)
class Entry:
    """A request. The newest Correlation Data counts: that is where somebody waits."""

    correlation: bytes | None
    answer: bytes | None = None
    until: float = float("inf")


class Answers:
    """In memory and bounded: a restart of the bridge costs a second request to the cloud, nothing worse."""

    def __init__(self, *, kept: int = KEPT) -> None:
        self._kept = kept
        self._entries: OrderedDict[RequestKey, Entry] = OrderedDict()

    def find(self, key: RequestKey, *, now: float) -> Entry | None:
        """Find the request where it is in hand, or answered and still kept."""
        entry = self._entries.get(key)
        if entry is not None and entry.until <= now:
            del self._entries[key]
            return None
        return entry

    def begin(self, key: RequestKey, correlation: bytes | None) -> Entry:
        """Take a new request in hand."""
        entry = self._entries[key] = Entry(correlation=correlation)
        return entry

    def finish(self, key: RequestKey, answer: bytes, *, failed: bool, now: float) -> None:
        """Keep the answer for repeats; the oldest ones go."""
        entry = self._entries[key]
        entry.answer = answer
        if failed:
            entry.until = now + FAILURES_KEPT_S
        self._entries.move_to_end(key)
        finished = [each for each, one in self._entries.items() if one.answer is not None]
        for oldest in finished[: max(len(finished) - self._kept, 0)]:
            del self._entries[oldest]
