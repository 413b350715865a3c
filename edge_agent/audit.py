"""Whether the log of what left is whole: by itself, and against the bridge's heads. Reads files, and nothing else.

By itself a log shows an edit, a line that is gone or was moved, and a torn end. It can't show that its end was cut off,
or that all of it was written anew from some line on: that takes the heads, which are on another machine or user.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from edge_agent.bridge.heads import FILE, Head, Outcome, head_of
from edge_agent.chain import Header, Line, chained, raw_lines
from edge_agent.errors import ConfigError
from edge_agent.privacy.egress import Content, Left, asker_of, left_of


@dataclass(kw_only=True)
class Chain:
    """A file, read: its good lines without the header, and what is wrong, in the file's order."""

    file: Path
    log: str = ""
    of: str = ""
    lines: list[Line] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def egress_logs(state: Path) -> list[Path]:
    """Find the logs in an agent's state folder. Raises ``ConfigError`` where there is none."""
    found = sorted((state / "egress").glob("*.jsonl"))
    if not found:
        raise ConfigError(f"{state / 'egress'}: there is no log of what left")
    return found


def heads_file(given: Path) -> Path:
    """Find the bridge's file, which may be given as its state folder."""
    return given / FILE if given.is_dir() else given


def read_chain(file: Path) -> Chain:
    """Read a file and check that each line follows from the one before. Raises ``ConfigError`` for no file at all."""
    chain = Chain(file=file)
    previous, expected = "", 0
    for number, raw in enumerate(raw_lines(file), start=1):
        if not raw.endswith(b"\n"):
            chain.wrong.append(f"line {number}: torn: it was not wholly written")
            break
        try:
            line = msgspec.json.decode(raw, type=Line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            chain.wrong.append(f"line {number}: edited: it is no line of a log")
            previous, expected = "", expected + 1
            continue
        chain.wrong += (f"line {number}: {wrong}" for wrong in _misplaced(line, previous, expected))
        previous, expected = line.chain, line.sequence + 1
        if number == 1:
            _take_header(chain, line)
        else:
            chain.lines.append(line)
    if not chain.log:
        chain.wrong.insert(0, "line 1: edited or gone: a log begins with its header")
    return chain


def _misplaced(line: Line, previous: str, expected: int) -> Iterator[str]:
    if line.sequence > expected:
        gone = line.sequence - expected
        yield f"gap: {gone} line{'s' if gone > 1 else ''} before it {'are' if gone > 1 else 'is'} gone"
    elif line.sequence < expected:
        yield f"moved or put in: it has number {line.sequence}, the one before is {expected - 1}"
    elif previous or not expected:
        own = chained(previous, sequence=line.sequence, at=line.at, facts=line.facts)
        if own != line.chain:
            yield "edited: its hash doesn't follow from it and the line before"


def _take_header(chain: Chain, line: Line) -> None:
    try:
        header = msgspec.convert(line.facts, Header)
    except msgspec.ValidationError:
        chain.lines.append(line)
    else:
        chain.log, chain.of = header.log, header.of


@dataclass(frozen=True, kw_only=True)
class Request:
    """A line of an egress log. ``content`` None: forgotten."""

    line: Line
    left: Left
    content: Content | None


def requests(chain: Chain) -> list[Request]:
    """Read the lines of an egress log; what their contents contradict is noted in ``chain.wrong``."""
    found: list[Request] = []
    for line in chain.lines:
        try:
            left, content = left_of(line)
        except msgspec.ValidationError:
            chain.wrong.append(f"request {line.sequence}: edited: it is no request")
            continue
        if content is not None and hashlib.sha256(content.body.encode()).hexdigest() != left.sha256:
            chain.wrong.append(f"request {line.sequence}: edited: its body isn't the one that was hashed")
        if content is not None and asker_of(content) != left.asker:
            chain.wrong.append(f"request {line.sequence}: edited: it was another query's")
        found.append(Request(line=line, left=left, content=content))
    return found


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What the heads say. ``agreed``: requests known to both; ``unseen``: that the bridge never took."""

    agreed: int
    unseen: Sequence[int]
    wrong: Sequence[str]


def heads_of(chain: Chain) -> tuple[list[Head], list[Outcome]]:
    """Read the lines of the bridge's file."""
    heads: list[Head] = []
    outcomes: list[Outcome] = []
    for line in chain.lines:
        try:
            found = head_of(line)
        except msgspec.ValidationError:
            chain.wrong.append(f"head {line.sequence}: edited: it is no head")
            continue
        if isinstance(found, Head):
            heads.append(found)
        else:
            outcomes.append(found)
    return heads, outcomes


def compare(chain: Chain, own: Sequence[Request], heads: Iterable[Head]) -> Compared:
    """Compare a log with what the bridge took of it."""
    lines: Mapping[int, Request] = {each.line.sequence: each for each in own}
    last = max(lines, default=0)
    wrong: list[str] = []
    agreed: set[int] = set()
    seen: set[int] = set()
    for head in heads:
        if head.log != chain.log or head.sequence in seen:
            continue
        seen.add(head.sequence)
        request = lines.get(head.sequence)
        if request is None:
            how = "cut off: the log ends before it" if head.sequence > last else "gone from the log"
            wrong.append(f"request {head.sequence}: {how}; the bridge took it")
        elif (request.line.chain, request.left.request) != (head.chain, head.id):
            wrong.append(f"request {head.sequence}: written anew: the bridge took another one of this number")
        elif request.left.sha256 != head.body:
            wrong.append(f"request {head.sequence}: the bridge was sent another body")
        else:
            agreed.add(head.sequence)
    return Compared(agreed=len(agreed), unseen=sorted(set(lines) - seen), wrong=wrong)


def missing_logs(chains: Sequence[Chain], heads: Iterable[Head]) -> list[str]:
    """Name whole logs of these agents that the bridge knows and the folder doesn't hold."""
    agents, logs = {chain.of for chain in chains}, {chain.log for chain in chains}
    gone: dict[str, int] = {}
    for head in heads:
        if head.agent in agents and head.log not in logs:
            gone[head.log] = gone.get(head.log, 0) + 1
    return [f"a whole log is gone: {log or 'without a name'}, of which the bridge took {n}" for log, n in gone.items()]
