"""Where requests for plans are taken and answered: each once, within its deadline, budget and turn."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from http import HTTPStatus
from typing import Any

from edge_agent import config
from edge_agent.bridge.answers import Answers, Entry
from edge_agent.bridge.budget import Budget
from edge_agent.bridge.circuit import Circuit
from edge_agent.bridge.cloud import Cloud
from edge_agent.bridge.heads import Freshness, Heads
from edge_agent.bridge.request import Asked, NotARequest, read_request
from edge_agent.chain import CannotAppend
from edge_agent.clock import Clock
from edge_agent.errors import FedlmError
from edge_agent.messages import Plan, PlanFailure, encode
from edge_agent.signing import Signing
from edge_agent.topics import Topics
from edge_agent.wire import Incoming, Outgoing, Publish

log = logging.getLogger(__name__)

#: Requests that wait for one of the ``concurrency`` turns; beyond it the agent is told to come back.
WAITING_ROOM = 64
#: An answer that the broker didn't take for so long is given up: the agent asks again.
ANSWER_WITHIN_S = 10.0
#: The answer leaves so long before the deadline (or a tenth of it), to arrive within it.
SPARE_S = 0.25
#: A request that leaves the cloud less time tells nothing of the cloud when it ends unanswered.
FAIR_S = 5.0
#: Tokens of an answer whose endpoint doesn't count them are estimated from the bytes that were sent.
BYTES_A_TOKEN = 4


class Desk:
    """Takes requests and answers them, each in a task of its own. ``tasks`` owns those tasks."""

    def __init__(
        self,
        settings: config.Bridge,
        *,
        cloud: Cloud,
        budget: Budget,
        clock: Clock,
        publish: Publish,
        tasks: asyncio.TaskGroup,
        heads: Heads,
        signing: Signing,
    ) -> None:
        self._topics = Topics(settings.mqtt.root)
        self._cloud = cloud
        self._budget = budget
        self._clock = clock
        self._publish = publish
        self._tasks = tasks
        self._heads = heads
        self._signing = signing
        self._answers = Answers()
        self._turns = asyncio.Semaphore(settings.planner.concurrency)
        self._room = settings.planner.concurrency + WAITING_ROOM
        self.circuit = Circuit(settings.circuit)
        #: The code of the last failure that an operator must mend, until a request succeeds.
        self.trouble: str | None = None
        self.changed = asyncio.Event()
        self.running: set[asyncio.Task[None]] = set()

    def take(self, message: Incoming) -> None:
        """Acknowledge a message, and answer it where it is a request. What is none is logged and left."""
        message.acknowledge()
        try:
            asked = read_request(message, self._topics, self._signing)
        except NotARequest as error:
            log.warning("request_ignored", extra={"reason": str(error), "bytes": len(message.payload)})
            return
        key = (asked.agent, asked.request.id)
        fresh = self._heads.judge(asked)
        known = self._answers.find(key, now=self._clock.monotonic())
        if len(self.running) >= 2 * self._room:
            log.warning("request_dropped", extra={"agent": key[0], "id": key[1]})  # the agent sends it again
        elif fresh == "old" or (fresh == "again" and known is None):
            log.warning(
                "request_played_back", extra={"agent": key[0], "id": key[1], "sequence": asked.request.sequence}
            )
        elif (refusal := _refusal(asked, fresh)) is not None:
            log.error("request_refused", extra={"agent": key[0], "id": key[1], "reason": refusal.message})
            self._refuse(asked, refusal)
        elif known is not None:
            self._repeat(asked, known, fresh)
        elif len(self.running) >= self._room:
            self._refuse(asked, _failure(asked, "rate_limited", "the bridge has as many requests as it can hold", 1.0))
        else:
            self._start(self._plan(asked, self._answers.begin(key, asked.correlation)), f"plan {asked.request.id}")

    def _refuse(self, asked: Asked, failure: PlanFailure) -> None:
        entry = Entry(correlation=asked.correlation, answer=self._bytes(asked.agent, failure))
        self._start(self._send(asked.agent, entry), "refuse")

    def _repeat(self, asked: Asked, known: Entry, fresh: Freshness) -> None:
        """Answer a request that is in hand or answered. The agent notes what leaves anew after a restart of its own."""
        known.correlation = asked.correlation
        if fresh == "new":
            self._start(self._note(asked), f"note {asked.request.id}")
        if known.answer is not None:
            self._start(self._send(asked.agent, known), f"repeat {asked.request.id}")

    async def _note(self, asked: Asked) -> None:
        try:
            await self._heads.taken(asked)
        except CannotAppend:
            log.warning("head_not_noted", extra={"agent": asked.agent, "id": asked.request.id})

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = self._tasks.create_task(work, name=name)
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def _plan(self, asked: Asked, entry: Entry) -> None:
        key = (asked.agent, asked.request.id)
        deadline = self._clock.monotonic() + asked.deadline_s - min(SPARE_S, asked.deadline_s / 10)
        answer = await self._noted_answer(asked, deadline)
        failed = isinstance(answer, PlanFailure)
        self._answers.finish(key, self._bytes(asked.agent, answer), failed=failed, now=self._clock.monotonic())
        log.info(
            "request_answered",
            extra={"agent": key[0], "id": key[1], "code": answer.code if isinstance(answer, PlanFailure) else "plan"},
        )
        self.changed.set()
        await self._send(asked.agent, entry)

    async def _noted_answer(self, asked: Asked, deadline: float) -> Plan | PlanFailure:
        """Answer it, noting its place in the agent's chain before, and what was sent for it afterwards."""
        try:
            await self._heads.taken(asked)
        except CannotAppend:
            return _failure(asked, "unreachable", "the bridge can't write its log of what it sends")
        answer = await self._answer(asked, deadline)
        try:
            await self._heads.sent(asked, answer)
        except CannotAppend:
            log.warning("sent_not_noted", extra={"agent": asked.agent, "id": asked.request.id})
        return answer

    async def _answer(self, asked: Asked, deadline: float) -> Plan | PlanFailure:
        try:
            async with asyncio.timeout(deadline - self._clock.monotonic()):
                await self._turns.acquire()
        except TimeoutError:
            return _failure(asked, "timed_out", "the deadline passed before the cloud could be asked")
        try:
            if self._budget.left() == 0:
                return _failure(asked, "budget_spent", "the bridge's tokens of today are spent")
            if (wait_s := self.circuit.wait_s(self._clock.monotonic())) is not None:
                return _failure(asked, "unreachable", "the cloud failed several times in a row", wait_s)
            return await self._ask(asked, deadline)
        finally:
            self._turns.release()

    async def _ask(self, asked: Asked, deadline: float) -> Plan | PlanFailure:
        """Ask the cloud, and note what its answer says of circuit, budget and key."""
        try:
            answer = await self._cloud.plan(asked.request, deadline=deadline)
        except BaseException:
            self.circuit.inconclusive()
            raise
        code = answer.code if isinstance(answer, PlanFailure) else None
        if code == "timed_out" and asked.deadline_s < FAIR_S:
            self.circuit.inconclusive()
        elif code in {"unreachable", "timed_out"}:
            self.circuit.failed(self._clock.monotonic())
        else:
            self.circuit.succeeded()
        self.trouble = code if code in {"unauthorized", "budget_spent"} else None
        self._budget.spend(_tokens(answer))
        return answer

    def _bytes(self, agent: str, answer: Plan | PlanFailure) -> bytes:
        return encode(self._signing.signed(answer, agent=agent))

    async def _send(self, agent: str, entry: Entry) -> None:
        if entry.answer is None:
            raise RuntimeError("there is no answer yet")
        message = Outgoing(topic=self._topics.plan_response(agent), payload=entry.answer, correlation=entry.correlation)
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await self._publish(message)
        except (TimeoutError, FedlmError) as error:
            log.warning("answer_not_sent", extra={"agent": agent, "error": type(error).__name__})


def _tokens(answer: Plan | PlanFailure) -> int:
    usage = answer.usage if isinstance(answer, Plan) else None
    if usage is not None and (counted := usage.plan_input + usage.plan_output):
        return counted
    return sum(one.bytes for one in answer.sent if one.http_status == HTTPStatus.OK) // BYTES_A_TOKEN


def _refusal(asked: Asked, fresh: Freshness) -> PlanFailure | None:
    """Say why a request costs nothing but an answer; None where it doesn't."""
    if not asked.exact:
        return _failure(asked, "refused", "the body has a key that may not leave")
    if fresh == "forked":
        why = "the agent's egress log went back and goes on otherwise: move it away, and a new one is begun"
        return _failure(asked, "refused", why)
    return None


def _failure(asked: Asked, code: str, message: str, retry_after_s: float | None = None) -> PlanFailure:
    return PlanFailure(id=asked.request.id, code=code, message=message, retry_after_s=retry_after_s)
