"""The log of what left: it survives what may happen to a file, and no edit of it goes unnoticed."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from edge_agent import audit
from edge_agent.chain import CannotAppend, ChainLog, Line, chained
from edge_agent.clock import Clock
from edge_agent.errors import ConfigError, EgressRefused
from edge_agent.messages import Egress, canonical, decode
from edge_agent.privacy.egress import Gate, Record
from edge_agent.topics import Topics
from edge_agent.wire import Outgoing
from tests.bridge.samples import TOOLS

QUESTIONS = [f"What sold best in Q{number}?" for number in range(1, 7)]


def log_at(file: Path) -> ChainLog:
    return ChainLog(file, name="agent", clock=Clock())


class Published(list[Outgoing]):
    async def publish(self, message: Outgoing) -> None:
        self.append(message)


async def leave(file: Path, *questions: str, published: Published | None = None) -> None:
    gate = Gate(clock=Clock())
    async with log_at(file) as log:
        told = Published() if published is None else published
        record = Record(log=log, publish=told.publish, topics=Topics(), agent="agent")
        await asyncio.gather(
            *(
                record.note(gate.look(question, TOOLS), ("kiosk", f"q{number}"), f"r{number}")
                for number, question in enumerate(questions)
            )
        )


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    file = tmp_path / "egress" / "requests.jsonl"
    await leave(file, *QUESTIONS[:4])
    await leave(file, *QUESTIONS[4:])
    return file


def wrong(file: Path) -> list[str]:
    chain = audit.read_chain(file)
    audit.requests(chain)
    return chain.wrong


def lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines(keepends=True)


def rewrite(file: Path, all_lines: list[bytes]) -> None:
    file.write_bytes(b"".join(all_lines))


def test_a_log_goes_on_after_a_restart_and_is_only_its_owners(file: Path) -> None:
    chain = audit.read_chain(file)
    assert [line.sequence for line in chain.lines] == list(range(1, 7))
    assert not wrong(file)
    assert (chain.of, len(chain.log)) == ("agent", 32)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    asked = sorted(each.content.id for each in audit.requests(chain) if each.content)
    assert asked == ["q0", "q0", "q1", "q1", "q2", "q3"]


async def test_what_is_told_to_the_operator_is_what_is_logged(tmp_path: Path) -> None:
    published = Published()
    await leave(tmp_path / "log", *QUESTIONS, published=published)
    told = [decode(each.payload, Egress) for each in published]
    chain = audit.read_chain(tmp_path / "log")
    assert {(each.sequence, each.chain, each.sha256) for each in told} == {
        (each.line.sequence, each.line.chain, each.left.sha256) for each in audit.requests(chain)
    }
    assert {each.words for each in told} == {5}


@pytest.mark.parametrize("torn", [b'{"sequence":7,"at', b"\x00" * 300, b"{"])
async def test_a_torn_last_line_goes_and_the_log_goes_on(file: Path, torn: bytes) -> None:
    with file.open("ab") as stream:
        stream.write(torn)
    assert wrong(file) == ["line 8: torn: it was not wholly written"]
    await leave(file, "And Q3?")
    assert not wrong(file)
    assert len(audit.read_chain(file).lines) == 7


async def test_a_torn_header_is_written_anew(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(b'{"sequ')
    await leave(file, "What sold best?")
    assert not wrong(file)


async def test_a_damaged_last_line_is_nothing_to_go_on_from(file: Path) -> None:
    rewrite(file, [*lines(file)[:-1], b"damaged\n"])
    with pytest.raises(ConfigError, match="Move the file away"):
        await leave(file, "What sold best?")


async def test_a_log_has_one_writer(file: Path) -> None:
    async with log_at(file):
        with pytest.raises(ConfigError, match="another process"):
            await leave(file, "What sold best?")


async def test_what_can_not_be_noted_does_not_leave_and_later_lines_are_sound(file: Path) -> None:
    gate = Gate(clock=Clock())
    published = Published()
    async with log_at(file) as log:
        record = Record(log=log, publish=published.publish, topics=Topics(), agent="agent")
        good, log._descriptor = log._descriptor, os.open(os.devnull, os.O_RDONLY)  # every write to it fails
        with pytest.raises(EgressRefused) as refused:
            await record.note(gate.look("What?", TOOLS), ("", "q"), "r")
        assert isinstance(refused.value.__cause__, CannotAppend)
        assert not published
        os.close(log._descriptor)
        log._descriptor = good
        await record.note(gate.look("What?", TOOLS), ("", "q"), "r")
        assert len(published) == 1
    assert not wrong(file)


def decoded(raw: bytes) -> Line:
    return msgspec.json.decode(raw, type=Line)


def with_facts(raw: bytes, **changes: object) -> bytes:
    line = decoded(raw)
    return canonical(msgspec.structs.replace(line, facts={**line.facts, **changes})) + b"\n"


def with_content(raw: bytes, **changes: object) -> bytes:
    line = decoded(raw)
    return canonical(msgspec.structs.replace(line, content={**(line.content or {}), **changes})) + b"\n"


def rehashed(raw: bytes, previous: bytes, **changes: object) -> bytes:
    """Edited by somebody who knows how the chain is made, but stops after one line."""
    line = decoded(with_facts(raw, **changes))
    chain = chained(decoded(previous).chain, sequence=line.sequence, at=line.at, facts=line.facts)
    return canonical(msgspec.structs.replace(line, chain=chain)) + b"\n"


EDITS: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "a body": (lambda x: [*x[:3], with_content(x[3], body="{}"), *x[4:]], "request 3: edited: its body"),
    "who asked": (lambda x: [*x[:3], with_content(x[3], device="other"), *x[4:]], "request 3: edited: it was another"),
    "a hash": (lambda x: [*x[:3], with_facts(x[3], sha256="0" * 64), *x[4:]], "line 4: edited"),
    "a count": (lambda x: [*x[:3], with_facts(x[3], words=1), *x[4:]], "line 4: edited"),
    "the time": (lambda x: [*x[:3], x[3].replace(b'"at":"20', b'"at":"19'), *x[4:]], "line 4: edited"),
    "one line and its hash": (lambda x: [*x[:3], rehashed(x[3], x[2], words=1), *x[4:]], "line 5: edited"),
    "a line is gone": (lambda x: [*x[:3], *x[4:]], "line 4: gap: 1 line before it is gone"),
    "two lines are gone": (lambda x: [*x[:3], *x[5:]], "line 4: gap: 2 lines before it are gone"),
    "a line twice": (lambda x: [*x[:4], *x[3:]], "line 5: moved or put in"),
    "two lines changed places": (lambda x: [*x[:3], x[4], x[3], *x[5:]], "line 5: moved or put in"),
    "garbage for a line": (lambda x: [*x[:3], b"?\n", *x[4:]], "line 4: edited: it is no line"),
    "the header": (lambda x: [with_facts(x[0], of="other"), *x[1:]], "line 1: edited"),
    "the header is gone": (lambda x: x[1:], "line 1: edited or gone"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_every_kind_of_edit_is_found_in_its_place(file: Path, edit: str) -> None:
    change, finding = EDITS[edit]
    assert not wrong(file)
    rewrite(file, change(lines(file)))
    assert any(each.startswith(finding) for each in wrong(file)), wrong(file)


async def test_forgotten_content_is_no_edit(file: Path) -> None:
    raw = lines(file)
    forgotten = canonical(msgspec.structs.replace(decoded(raw[3]), content=None)) + b"\n"
    rewrite(file, [*raw[:3], forgotten, *raw[4:]])
    assert not wrong(file)
    assert [each.content is None for each in audit.requests(audit.read_chain(file))].count(True) == 1


@pytest.mark.parametrize("kept", [1, 4])
def test_a_cut_tail_is_not_found_without_the_bridges_log(file: Path, kept: int) -> None:
    """What the audit says of itself is true."""
    rewrite(file, lines(file)[:kept])
    assert not wrong(file)
