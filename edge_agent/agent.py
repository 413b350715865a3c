"""The agent: composition root, and ``serve()``: open, receive, attend, close."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from secrets import token_hex

from edge_agent import config
from edge_agent.admission import Admission
from edge_agent.attendance import Attendance
from edge_agent.binding import House
from edge_agent.chain import ChainLog
from edge_agent.clock import Clock
from edge_agent.credentials import Credential
from edge_agent.delivery import Delivery
from edge_agent.identity import Identity, identity
from edge_agent.journal import Journal
from edge_agent.known import KnownValues
from edge_agent.messages import Status, encode
from edge_agent.model import Slm
from edge_agent.mqtt import Link
from edge_agent.offer import Offer, Offers, Rereading
from edge_agent.planning.cloud import CloudPlanner
from edge_agent.presence import DEGRADED, OFFLINE, ONLINE, Presence
from edge_agent.privacy.egress import Gate, Record
from edge_agent.reception import Reception, subscriptions
from edge_agent.register import Register
from edge_agent.root import await_free_root, look_subscriptions, unless
from edge_agent.signing import UNSIGNED, Signing, signing
from edge_agent.stores import egress_log, open_journal
from edge_agent.telemetry import Meter, slm_telemetry
from edge_agent.topics import Topics
from edge_agent.upkeep import keep_forgetting, keep_known
from edge_agent.wire import Outgoing

log = logging.getLogger(__name__)

#: How long the last words of a stop may take.
GOODBYE_S = 5.0
#: A query that a restart resumes must not be told that there is no bridge while its status is on its way.
BRIDGE_HEARD_WITHIN_S = 2.0


async def serve(
    settings: config.Agent,
    *,
    stop: asyncio.Event,
    clock: Clock,
    credential: Credential,
    slm: AbstractAsyncContextManager[Slm] | None = None,
    rereading: Rereading | None = None,
    journal: AbstractAsyncContextManager[Journal] | None = None,
    link: Callable[..., Link] = Link,
) -> None:
    """Serve queries until ``stop`` is set. ``slm`` is the model that phrases the answers; None: the bare facts answer.

    ``rereading``: how it is told to read its tools and plans again. ``journal``: None for the one in ``state-dir``.
    ``link``: connects to the broker; tests have one that fails on purpose.

    Raises ``ConfigError`` before it connects where the settings can't work.
    """
    who = identity(Path(settings.state_dir))
    async with AsyncExitStack() as opened:
        signed = signing(credential, require=settings.planner.require_signature)
        left = await opened.enter_async_context(egress_log(settings, clock=clock))
        held = await opened.enter_async_context(journal or open_journal(settings, clock=clock, credential=credential))
        known = await opened.enter_async_context(
            KnownValues(Path(settings.state_dir), refresh_s=settings.privacy.refresh_s)
        )
        offers = await opened.enter_async_context(
            Offers(settings, clock=clock, credential=credential, known=known.index)
        )
        model = await opened.enter_async_context(slm) if slm is not None else None
        agent = Agent(
            settings,
            who=who,
            clock=clock,
            offers=offers,
            known=known,
            slm=model,
            journal=held,
            left=left,
            signing=signed,
            password=_password(settings, credential),
            rereading=rereading,
            link=link,
        )
        if await unless(stop, agent.free_root()):
            await agent.run(stop)


class Agent:
    """The parts of one running agent, and how they are joined."""

    def __init__(
        self,
        settings: config.Agent,
        *,
        who: Identity,
        clock: Clock,
        offers: Offers,
        known: KnownValues,
        slm: Slm | None,
        journal: Journal,
        left: ChainLog,
        signing: Signing,
        password: str | None,
        rereading: Rereading | None,
        link: Callable[..., Link] = Link,
    ) -> None:
        self._settings = settings
        self._who = who
        self._clock = clock
        self._offers = offers
        self._known = known
        self._left = left
        self._rereading = rereading
        self._slm = slm
        self._journal = journal
        self._password = password
        self._topics = topics = Topics(settings.mqtt.root)
        self._meter = Meter(instance=who.instance)
        self._bridge_heard = False
        self._presence = Presence(
            topic=topics.status(settings.name), instance=who.instance, since=clock.now(), post=self._post
        )
        self._connect = link
        self._link = link(
            settings.mqtt,
            identifier=f"fedlm-{settings.name}-{who.client}",
            password=password,
            will=self._presence.offline("connection lost"),
            subscriptions=subscriptions(topics, settings.name, shared=settings.mqtt.shared),
            greet=self._greet,
        )
        self._delivery = Delivery(publish=self._link.publish, topics=topics, agent=settings.name)
        self._planner = self._cloud_planner(left, signing) if settings.planner.cloud else None
        self._register = Register(
            size=settings.inbox.size,
            deadline_s=settings.deadline_s,
            max_deadline_s=settings.max_deadline_s,
            clock=clock,
        )

    async def free_root(self) -> None:
        """Wait until no other agent serves this root."""
        look = self._connect(
            self._settings.mqtt,
            identifier=f"fedlm-{self._settings.name}-look-{token_hex(8)}",
            password=self._password,
            subscriptions=look_subscriptions(self._topics),
            session=False,
        )
        async with look:
            await await_free_root(
                look,
                topics=self._topics,
                name=self._settings.name,
                presence=self._presence,
                hello=self._telemetry(qos=1),
                interval_s=self._settings.telemetry.interval_s,
            )

    async def run(self, stop: asyncio.Event) -> None:
        """Open, receive, attend; at the stop close, in listed steps."""
        async with self._link, asyncio.TaskGroup() as tasks:
            attendance = self._attendance(tasks)
            reception = self._reception(attendance)
            attendance.resume(self._journal.unfinished, connected=self._link.connected)
            delivering = tasks.create_task(self._delivery.run(), name="delivery")
            lasting = [
                tasks.create_task(reception.receive(self._link.batches()), name="receive"),
                tasks.create_task(reception.acknowledge(), name="acknowledge"),
                tasks.create_task(self._tell(), name="telemetry"),
                tasks.create_task(self._watch_slm(), name="watch the model"),
                tasks.create_task(self._miss_bridge(), name="miss the bridge"),
                tasks.create_task(self._watch_journal(), name="watch the journal"),
                tasks.create_task(keep_known(self._known, self._offers, self._presence), name="known values"),
                tasks.create_task(
                    keep_forgetting(self._left, self._clock, keep_s=self._settings.privacy.keep_s), name="forget"
                ),
                tasks.create_task(self._reread(attendance), name="read tools and plans again"),
            ]
            await stop.wait()
            log.info("stopping", extra={"in_hand": len(self._register.unanswered())})
            await reception.close(self._settings.shutdown_s)  # take nothing more; finish what fits
            for task in lasting:
                task.cancel()
            await asyncio.wait(lasting, timeout=GOODBYE_S)  # whatever they still said comes before the last word
            await self._say_goodbye()
            delivering.cancel()

    def _attendance(self, tasks: asyncio.TaskGroup) -> Attendance:
        house = House(
            settings=self._settings,
            clock=self._clock,
            offer=self._offers.now,
            slm=self._slm,
            planner=self._planner,
            gate=Gate(clock=self._clock, canaries=self._settings.privacy.canaries),
            known=self._known,
            delivery=self._delivery,
            journal=self._journal,
        )
        return Attendance(
            house=house,
            register=self._register,
            meter=self._meter,
            tasks=tasks,
            turn=asyncio.Semaphore(self._settings.inbox.running),
        )

    def _reception(self, attendance: Attendance) -> Reception:
        return Reception(
            topics=self._topics,
            register=self._register,
            attendance=attendance,
            admission=Admission(
                per_minute=self._settings.inbox.per_device_per_minute,
                clock=self._clock,
                granted=self._offers.granted,
            ),
            journal=self._journal,
            delivery=self._delivery,
            planner=self._planner,
            meter=self._meter,
            effects=self._settings.tools.effects,
            heard=self._heard,
        )

    def _cloud_planner(self, left: ChainLog, signing: Signing) -> CloudPlanner:
        self._presence.part("bridge", OFFLINE, "not heard yet")
        self._presence.part("plans", ONLINE, None if signing.required else UNSIGNED)
        record = Record(log=left, publish=self._link.publish, topics=self._topics, agent=self._settings.name)
        return CloudPlanner(
            publish=self._link.publish,
            topics=self._topics,
            agent=self._settings.name,
            clock=self._clock,
            budget_s=self._settings.planner.budget_s,
            note=record.note,
            signing=signing,
        )

    def _heard(self, name: str, status: Status) -> None:
        """Note how the bridge is; what other processes say of themselves is theirs."""
        if self._planner is not None and name == self._settings.planner.bridge and status.role == "bridge":
            self._bridge_heard = True
            self._planner.bridge_is(status.state, status.since)
            self._presence.part("bridge", status.state, status.reason)

    async def _miss_bridge(self) -> None:
        """A bridge whose retained status doesn't come soon after the connect has never been there."""
        await self._link.connected.wait()
        await asyncio.sleep(BRIDGE_HEARD_WITHIN_S)
        if self._planner is not None and not self._bridge_heard:
            self._planner.bridge_is(OFFLINE)

    async def _watch_slm(self) -> None:
        """Note how the model is, whenever that changes."""
        while self._slm is not None:
            self._slm.changed.clear()
            state = ONLINE if self._slm.state == "ready" else self._slm.state
            self._presence.part("slm", state, self._slm.reason or None)
            await self._slm.changed.wait()

    async def _watch_journal(self) -> None:
        """Note how the journal is, whenever that changes. Raises ``JournalBroken``, which ends the agent."""
        while True:
            self._journal.changed.clear()
            reason = self._journal.reason
            self._presence.part("journal", DEGRADED if reason else ONLINE, reason or None)
            await self._journal.changed.wait()

    async def _reread(self, attendance: Attendance) -> None:
        """Take new tools and plans when told to, and tell everyone; what can't be used is said on the status."""

        def adopt(offer: Offer) -> set[asyncio.Task[None]]:
            self._post(self._catalogue())
            self._known.read_again()
            return attendance.adopt(offer)

        def say(wrong: str | None) -> None:
            self._presence.part("config", DEGRADED if wrong else ONLINE, wrong)

        if self._rereading is not None:
            await self._offers.keep_reading(self._rereading, adopt=adopt, say=say)

    async def _tell(self) -> None:
        """Publish telemetry every interval."""
        while True:
            self._post(self._telemetry(qos=0))
            await asyncio.sleep(self._settings.telemetry.interval_s)

    def _telemetry(self, *, qos: int) -> Outgoing:
        in_hand = len(self._register.unanswered())
        telemetry = self._meter.telemetry(in_hand=in_hand, slm=slm_telemetry(self._slm))
        return Outgoing(topic=self._topics.telemetry(self._settings.name), payload=encode(telemetry), qos=qos)

    def _greet(self) -> Sequence[Outgoing]:
        return [self._presence.message(), self._catalogue()]

    def _catalogue(self) -> Outgoing:
        topic = self._topics.tools(self._settings.name)
        return Outgoing(topic=topic, payload=encode(self._offers.now.catalogue), retain=True)

    def _post(self, message: Outgoing) -> None:
        self._delivery.post(message)

    async def _say_goodbye(self) -> None:
        """Let what was posted go out, then the last status; bounded, for the broker may be away."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await self._delivery.flush()
                await self._link.publish(self._presence.offline("stopped"))


def _password(settings: config.Agent, credential: Credential) -> str | None:
    return credential(settings.mqtt.password_credential) if settings.mqtt.username else None
