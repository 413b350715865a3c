"""Calls that change something, or must not be made twice: intent → durable → call → result, whatever dies."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass

import msgspec

from edge_agent.clock import Clock
from edge_agent.errors import ToolFailed
from edge_agent.journal import DAMAGED, INTENT, RESULT, Journal
from edge_agent.messages import Source, canonical
from edge_agent.scalars import pack, unpack
from edge_agent.types import Accepted, CallStatus, CheckedCall, Found, Proposed

log = logging.getLogger(__name__)

_UNKNOWN = "an earlier run began it, and its outcome is unknown: it is not made again"


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """A call is about to be made. ``plan``: of which plan it is, for a number of a call means nothing in another."""

    plan: str
    tool: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a call ended: its records, or the status of its failure."""

    records: bytes = b""
    more: bool = False
    failed: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Begun:
    call: CheckedCall
    task: asyncio.Task[Found]
    ends: float


class Effects:
    """The calls of one query. A side effect that began is let finish, and is named in the answer."""

    def __init__(self, asked: Accepted, journal: Journal, clock: Clock) -> None:
        self._asked = asked
        self._journal = journal
        self._clock = clock
        self._plan = ""
        self._begun: list[_Begun] = []
        self._intents = {
            name.removeprefix(INTENT): value for name, value in asked.steps.items() if name.startswith(INTENT)
        }

    def plan(self, plan: Proposed) -> None:
        """Know which plan the calls are of."""
        self._plan = hashlib.sha256(canonical(plan.calls)).hexdigest()

    async def run(self, call: CheckedCall) -> Found:
        """Make a call, at most once where that matters. Raises ``ToolFailed``."""
        if call.tool.idempotent and not call.tool.effects:
            return await call.tool.run(call)
        self._refuse_unknown(call)
        if (saved := self._asked.steps.get(RESULT + call.id)) is not None and call.id in self._intents:
            return _found(msgspec.msgpack.decode(saved, type=Outcome))
        intent = msgspec.msgpack.encode(Intent(plan=self._plan, tool=call.tool.name))
        await self._journal.durable(self._journal.note(self._asked.key, INTENT + call.id, intent, hurry=True))
        task = asyncio.create_task(self._make(call), name=f"effect {call.id} {call.tool.name}")
        ends = self._clock.monotonic() + call.tool.timeout_s
        self._begun.append(_Begun(call=call, task=task, ends=ends))
        return await asyncio.shield(task)

    async def settled(self) -> list[Source]:
        """Let what began finish, each within its tool's time; how it ended."""
        for begun in self._begun:
            left_s = max(begun.ends - self._clock.monotonic(), 0.0)
            await asyncio.wait([begun.task], timeout=left_s)
        self.abandon()
        return [
            Source(tool=begun.call.tool.name, status=_status(begun.task), records=_records(begun.task))
            for begun in self._begun
        ]

    def abandon(self) -> None:
        """Wait no longer for what still runs: the next start says that its outcome is unknown."""
        for begun in self._begun:
            begun.task.cancel()

    def _refuse_unknown(self, call: CheckedCall) -> None:
        """Raise where an earlier run may have made this call, and it can't be made again."""
        wanted = Intent(plan=self._plan, tool=call.tool.name)
        known = {id_: _intent(value) for id_, value in self._intents.items()}
        of_another_plan = any(intent is None or intent.plan != self._plan for intent in known.values())
        ours = known.get(call.id)
        again = ours is not None and (
            ours != wanted or (not call.tool.idempotent and RESULT + call.id not in self._asked.steps)
        )
        if of_another_plan or again or DAMAGED in self._asked.steps:
            log.warning("effect_unknown", extra={"tool": call.tool.name, "id": self._asked.key[1], "call": call.id})
            raise ToolFailed(_UNKNOWN, status="unknown")

    async def _make(self, call: CheckedCall) -> Found:
        try:
            found = await call.tool.run(call)
        except ToolFailed as error:
            self._note(call, Outcome(failed=error.status))
            raise
        self._note(call, Outcome(records=pack(found.records), more=found.more))
        return found

    def _note(self, call: CheckedCall, outcome: Outcome) -> None:
        self._journal.note(self._asked.key, RESULT + call.id, msgspec.msgpack.encode(outcome))


def _intent(value: bytes) -> Intent | None:
    try:
        return msgspec.msgpack.decode(value, type=Intent)
    except msgspec.DecodeError:
        return None


def _found(outcome: Outcome) -> Found:
    if outcome.failed is not None:
        raise ToolFailed("it failed in an earlier run", status=outcome.failed)
    return Found(records=unpack(outcome.records), more=outcome.more)


def _status(task: asyncio.Task[Found]) -> CallStatus:
    if not task.done() or task.cancelled() or task.cancelling():
        return "unknown"
    if (error := task.exception()) is not None:
        return "unknown" if getattr(error, "status", "") == "unknown" else "failed"
    return "ok" if task.result().records else "empty"


def _records(task: asyncio.Task[Found]) -> int:
    return len(task.result().records) if _status(task) == "ok" else 0
