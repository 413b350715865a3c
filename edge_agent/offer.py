"""What an agent offers: its tools, and the operator's plans over them. It can be replaced while the agent runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.errors import ConfigError
from edge_agent.messages import Catalogue
from edge_agent.planning.pinned import PinnedPlans
from edge_agent.planning.pinning import pin
from edge_agent.privacy import Known, Redactor, redactor
from edge_agent.privacy.policy import Policies
from edge_agent.privacy.policy_tables import read_policies
from edge_agent.tools.registry import Registry, check_tools, open_registry
from edge_agent.types import Tool

log = logging.getLogger(__name__)

Credential = Callable[[str], str | None]


@dataclass(frozen=True, kw_only=True)
class Offer:
    """The tools, their sources open; the plans; who may use which tool; and what of a question leaves."""

    registry: Registry
    plans: PinnedPlans
    policies: Policies
    redactor: Redactor

    @property
    def catalogue(self) -> Catalogue:
        """The tools as the cloud sees them for a query on the shared topic."""
        return Catalogue(tools=Registry(tools=self.policies.granted("")).signatures())


def check_offer(settings: config.Agent, clock: Clock) -> Offer:
    """Compile tools and plans without opening a source. Raises ``ConfigError``."""
    return _offer(settings, check_tools(settings, clock), known=None)


@asynccontextmanager
async def open_offer(
    settings: config.Agent, *, clock: Clock, credential: Credential, known: Known | None = None
) -> AsyncGenerator[Offer]:
    """Own the sources under tools and plans. ``known`` finds known values. Raises ``ConfigError``."""
    async with open_registry(settings, clock=clock, credential=credential) as registry:
        yield _offer(settings, registry, known=known)


def _offer(settings: config.Agent, registry: Registry, *, known: Known | None) -> Offer:
    return Offer(
        registry=registry,
        plans=pin(settings.plan, registry.tools),
        policies=read_policies(settings, registry.tools),
        redactor=redactor(
            level=settings.privacy.level,
            known=known if registry.sensitive and settings.privacy.level != "off" else None,
            signatures=registry.signatures(),
            vocabulary_=settings.privacy.vocabulary,
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Rereading:
    """How the agent is told to read its file again: ``asked`` is set, ``read`` gives what the file says now."""

    asked: asyncio.Event
    read: Callable[[], config.Agent]


class Offers:
    """The offer of now, and those before it until their last query has ended. Owns all of their sources."""

    def __init__(
        self, settings: config.Agent, *, clock: Clock, credential: Credential, known: Known | None = None
    ) -> None:
        self._settings = settings
        self._known = known
        self._clock = clock
        self._credential = credential
        self._opened: dict[int, AsyncExitStack] = {}
        self._number = 0
        self.now: Offer

    async def __aenter__(self) -> Self:
        await self._open(self._settings)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stack in self._opened.values():
            await stack.aclose()

    def granted(self, device: str) -> Mapping[str, Tool]:
        """Give the tools that a device may use now."""
        return self.now.policies.granted(device)

    async def keep_reading(
        self,
        rereading: Rereading,
        *,
        adopt: Callable[[Offer], Collection[asyncio.Task[None]]],
        say: Callable[[str | None], None],
    ) -> None:
        """Read again whenever that is asked for, until cancelled.

        ``adopt`` takes the new offer and gives the tasks that still use the old one; ``say`` is told what is wrong.
        """
        async with asyncio.TaskGroup() as tasks:
            while True:
                await rereading.asked.wait()
                rereading.asked.clear()
                old = self._number
                try:
                    await self._open(await asyncio.to_thread(rereading.read))
                except ConfigError as error:
                    log.error("reload_refused")  # noqa: TRY400 - the operator reads why on the status, in words
                    say(f"what was read again can't be used, the old tools and plans stay: {error}")
                    continue
                log.info("reloaded", extra={"tools": len(self.now.registry.tools), "plans": len(self.now.plans.plans)})
                tasks.create_task(self._retire(old, adopt(self.now)), name="retire the old tools")
                say(None)

    async def _open(self, settings: config.Agent) -> None:
        async with AsyncExitStack() as stack:
            offer = await stack.enter_async_context(
                open_offer(settings, clock=self._clock, credential=self._credential, known=self._known)
            )
            self._number += 1
            self._opened[self._number] = stack.pop_all()
        self.now = offer

    async def _retire(self, number: int, used_by: Collection[asyncio.Task[None]]) -> None:
        """Close an old offer's sources once the queries that use it have ended: each has a deadline."""
        if used_by:
            await asyncio.wait(used_by)
        await self._opened.pop(number).aclose()
