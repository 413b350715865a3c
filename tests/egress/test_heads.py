"""Which request is new to the bridge, and what it remembers when it comes back."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec

from edge_agent import audit
from edge_agent.bridge.heads import FILE, WINDOW, Heads
from edge_agent.bridge.request import Asked
from edge_agent.clock import Clock
from edge_agent.messages import PlanFailure, Sent
from tests.bridge.samples import request


def asked(sequence: int, *, id_: str = "", chain: str = "", agent: str = "agent", log: str = "a" * 32) -> Asked:
    made = msgspec.structs.replace(
        request(id_ or f"r{sequence}"), log=log, sequence=sequence, chain=chain or f"chain{sequence}"
    )
    return Asked(agent=agent, request=made, deadline_s=5.0, correlation=None)


def heads_in(folder: Path, *, signed: bool = True) -> Heads:
    return Heads(folder, bridge="bridge", signed=signed, clock=Clock())


async def test_a_request_is_new_once_and_overtaking_is_no_sin(tmp_path: Path) -> None:
    async with heads_in(tmp_path) as heads:
        for sequence in (2, 1, 3):
            assert heads.judge(asked(sequence)) == "new"
            await heads.taken(asked(sequence))
            assert heads.judge(asked(sequence)) == "again"
        assert heads.judge(asked(0)) == "old"
        assert heads.judge(asked(2, chain="another")) == "forked"
        assert heads.judge(asked(2, id_="another")) == "forked"
        assert heads.judge(asked(2, agent="other")) == "new"
        assert heads.judge(asked(2, log="b" * 32)) == "new"
        await heads.taken(asked(WINDOW + 2))
        assert heads.judge(asked(2)) in {"old", "again"}
        assert heads.judge(asked(4)) == "new"
        await heads.taken(asked(2 * WINDOW))
        assert heads.judge(asked(4)) == "old"


async def test_what_an_earlier_life_took_is_old(tmp_path: Path) -> None:
    async with heads_in(tmp_path) as heads:
        await heads.taken(asked(1))
        await heads.taken(asked(2))
        await heads.sent(asked(2), PlanFailure(id="r2", code="unreachable", sent=[Sent(sha256="0" * 64, bytes=9)]))
    async with heads_in(tmp_path) as heads:
        assert [heads.judge(asked(sequence)) for sequence in (1, 2, 3)] == ["old", "old", "new"]
        assert heads.judge(asked(2, chain="another")) == "forked"


async def test_without_signatures_nobody_can_use_up_the_numbers_to_come(tmp_path: Path) -> None:
    async with heads_in(tmp_path, signed=False) as heads:
        await heads.taken(asked(10**9))
        assert heads.judge(asked(1)) == heads.judge(asked(10**9)) == "unsigned"
    async with heads_in(tmp_path) as heads:
        assert heads.judge(asked(10**9 + 1)) == "new"


async def test_the_file_holds_hashes_and_no_content_and_is_its_owners(tmp_path: Path) -> None:
    async with heads_in(tmp_path) as heads:
        await heads.taken(asked(1))
        await heads.sent(asked(1), PlanFailure(id="r1", code="unreachable", message="secret of the cloud"))
    file = tmp_path / FILE
    text = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not [word for word in ("What sold best", "quarter", "secret", "sales_by_product") if word in text]
    chain = audit.read_chain(file)
    [head], [outcome] = audit.heads_of(chain)
    assert not chain.wrong
    assert (head.sequence, head.chain, outcome.code, outcome.sent) == (1, "chain1", "unreachable", [])
