"""The cloud as a planner, seen from the agent: asked through the bridge, over the broker."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from edge_agent.clock import Clock
from edge_agent.errors import FedlmError, PlannerFailed, QueryError
from edge_agent.messages import Plan, PlanFailure, PlanRequest, canonical, encode
from edge_agent.signing import Signing
from edge_agent.topics import Topics
from edge_agent.types import Key, Leaving, Logged
from edge_agent.wire import Outgoing, Publish

log = logging.getLogger(__name__)

#: More bytes than these are no plan.
MAX_PLAN_BYTES = 256 * 1024
#: Turns of the bridge within one request.
MOST_LIVES = 16
#: What the asker is told: constant, since the bridge's own words came over the broker.
_MEANINGS: Mapping[str, str] = {
    "rate_limited": "the cloud planner is busy",
    "budget_spent": "the cloud planner's budget is spent",
    "unauthorized": "the cloud refuses the bridge's API key",
    "unreachable": "the cloud planner can't be reached",
    "timed_out": "the cloud planner didn't answer in time",
    "bad_answer": "the cloud's answer was no plan",
    "refused": "the cloud refused to plan this question",
}


#: Notes a request (what leaves, whose query, the request's id) on disk and to the operator, before it leaves.
#: Raises ``EgressRefused``.
Note = Callable[[Leaving, Key, str], Awaitable[Logged]]


class CloudPlanner:
    """Asks the bridge for plans, and asks again with the same id until it is answered or its budget is spent.

    ``receive`` takes what comes on ``plan/response/{agent}``; ``bridge_is`` what the bridge's status says.
    ``note`` is told of each request before it leaves: once for each life of the bridge that is asked.
    ``resend_s``: seconds between two sends; ``grace_s``: how long a bridge that says offline may stay so.
    """

    def __init__(
        self,
        *,
        publish: Publish,
        topics: Topics,
        agent: str,
        clock: Clock,
        budget_s: float,
        note: Note,
        signing: Signing,
        resend_s: float = 3.0,
        grace_s: float = 1.0,
    ) -> None:
        self._publish = publish
        self._topics = topics
        self._agent = agent
        self._clock = clock
        self._budget_s = budget_s
        self._note = note
        self._signing = signing
        self._resend_s = resend_s
        self._grace_s = grace_s
        self._awaited: dict[str, asyncio.Future[Plan | PlanFailure]] = {}
        self._offline = False
        self._since = ""
        #: Set, and replaced, whenever the bridge goes or comes back.
        self._turned = asyncio.Event()

    async def plan(self, leaving: Leaving, *, key: Key, deadline: float) -> Plan:
        """Get a plan, unchecked. ``deadline`` is on ``clock.monotonic``.

        Raises ``PlannerFailed``, or ``EgressRefused`` where what leaves can't be noted.
        """
        # The same after a restart of the agent: the bridge then has the answer already.
        name = hashlib.sha256(canonical([*key, leaving.sha256])).hexdigest()[:32]
        ends = min(deadline, self._clock.monotonic() + self._budget_s)
        answer = await self._answer(name, leaving, key, ends)
        if isinstance(answer, PlanFailure):
            code = answer.code if answer.code in _MEANINGS else "refused"
            raise PlannerFailed(code, _MEANINGS[code], retry_after_s=answer.retry_after_s)
        return answer

    def receive(self, payload: bytes) -> None:
        """Take an answer of the bridge. One that is forged, late, unknown or no answer at all is ignored."""
        if len(payload) > MAX_PLAN_BYTES:
            log.warning("plan_too_large", extra={"bytes": len(payload)})
            return
        if not self._signing.stands(payload, "response", agent=self._agent):
            log.warning("plan_not_signed", extra={"bytes": len(payload)})
            return
        try:
            answer: Plan | PlanFailure = msgspec.json.decode(payload, type=Plan | PlanFailure)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            log.warning("plan_unreadable", extra={"bytes": len(payload)})
            return
        awaited = self._awaited.get(answer.id)
        if awaited is None or awaited.done():
            log.info("plan_unawaited", extra={"id": answer.id[:64]})
            return
        awaited.set_result(answer)

    def bridge_is(self, state: str, since: str = "") -> None:
        """Learn the bridge's state from its status, and since when it runs.

        Any other word than ``offline`` means that it may be asked.
        """
        now = (state == "offline", since)
        if now != (self._offline, self._since):
            self._offline, self._since = now
            self._turned.set()
            self._turned = asyncio.Event()

    async def _answer(self, name: str, leaving: Leaving, key: Key, ends: float) -> Plan | PlanFailure:
        answered: asyncio.Future[Plan | PlanFailure] = asyncio.get_running_loop().create_future()
        self._awaited[name] = answered
        asking = asyncio.create_task(self._keep_asking(name, leaving, key, ends), name=f"ask the cloud {name}")
        try:
            async with asyncio.timeout(ends - self._clock.monotonic()):
                either: set[asyncio.Future[Any]] = {answered, asking}
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not answered.done():
                await asking  # it only ends by itself where it failed
            return await answered
        except TimeoutError as error:
            raise PlannerFailed("timed_out", _MEANINGS["timed_out"]) from error
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            self._awaited.pop(name, None)

    async def _keep_asking(self, name: str, leaving: Leaving, key: Key, ends: float) -> None:
        """Send, and send again, until cancelled. What leaves is noted first."""
        logged: Logged | None = None
        lives = 0
        while True:
            await self._await_bridge()
            turned = self._turned
            try:
                logged = logged or await self._note(leaving, key, name)
                await self._publish(self._request(name, leaving, logged, max(ends - self._clock.monotonic(), 0.0)))
            except QueryError:
                raise
            except FedlmError as error:
                raise PlannerFailed("unreachable", "the broker refuses the request for a plan") from error
            if await _until(turned, self._resend_s):
                logged = None  # another life of the bridge has forgotten it, and may send it to the cloud again
                lives += 1
            if lives == MOST_LIVES:  # anyone may forge a status: it must not fill the log
                raise PlannerFailed("unreachable", "the bridge to the cloud comes and goes")

    def _request(self, name: str, leaving: Leaving, logged: Logged, left_s: float) -> Outgoing:
        request = PlanRequest(
            id=name,
            deadline_s=left_s,
            body=leaving.body,
            log=logged.log,
            sequence=logged.sequence,
            chain=logged.chain,
        )
        return Outgoing(
            topic=self._topics.plan_request(self._agent),
            payload=encode(self._signing.signed(request, agent=self._agent)),
            correlation=name.encode(),
            expiry_s=max(math.ceil(left_s), 1),
        )

    async def _await_bridge(self) -> None:
        """Return where the bridge may be there. Raises ``PlannerFailed`` where it stays offline."""
        if self._offline and not await _until(self._turned, self._grace_s):
            raise PlannerFailed("unreachable", "the bridge to the cloud is offline")


async def _until(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
