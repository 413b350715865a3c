"""Redacted → candidates for the plan, best first: one source after the other, each of which may mend a refused one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import aclosing

from edge_agent.errors import PlannerFailed, PlanUnavailable, Unfit
from edge_agent.messages import Plan
from edge_agent.types import Call, Proposed, Redacted

#: Gives candidates; is sent the refusal of each. Gets the failures of the sources before it. Raises PlannerFailed.
Source = Callable[[Redacted, Sequence[PlannerFailed]], AsyncGenerator[Proposed, Unfit | None]]


async def plans(redacted: Redacted, sources: Sequence[Source]) -> AsyncGenerator[Proposed, Unfit | None]:
    """Ask each source in turn. Raises ``PlanUnavailable`` where none had a candidate at all."""
    failures: list[PlannerFailed] = []
    refusal: Unfit | None = None
    for source in sources:
        async with aclosing(source(redacted, failures)) as candidates:
            answered: Unfit | None = None
            try:
                while True:
                    answered = yield await candidates.asend(answered)
                    refusal = answered or refusal
            except StopAsyncIteration:
                continue
            except PlannerFailed as error:
                failures.append(error)
    if refusal is None:
        raise PlanUnavailable(_why(failures), retry_after_s=None)


def journaled(plan: Proposed) -> Source:
    """Offer the plan of an earlier run of this query first."""

    async def candidates(_: Redacted, __: Sequence[PlannerFailed]) -> AsyncGenerator[Proposed, Unfit | None]:
        yield plan

    return candidates


#: Asks for a plan: the template, the names of its placeholders, the violation of the plan before.
Ask = Callable[[str, Collection[str], str | None], Awaitable[Plan]]


def cloud(ask: Ask, *, repair: bool) -> Source:
    """Ask the cloud, and once more with the violation where its first plan was refused.

    ``ask`` gets text only, never ``Redacted``, which holds the vault.
    """

    async def candidates(redacted: Redacted, _: Sequence[PlannerFailed]) -> AsyncGenerator[Proposed, Unfit | None]:
        template, issued = redacted.template, frozenset(redacted.vault)
        refusal = yield _proposed(await ask(template, issued, None), redacted, "planned by the cloud")
        if refusal is not None and repair:
            again = await ask(template, issued, str(refusal))
            yield _proposed(again, redacted, "planned by the cloud, once repaired")

    return candidates


def pinned(match: Callable[[], tuple[int, Sequence[Call]]], *, otherwise: str) -> Source:
    """Take a plan of the operator's. ``match`` gives its number and calls, or raises ``PlannerFailed``.

    It reads the question as it was typed, so its arguments hold no placeholder.

    ``otherwise``: why it is taken where no source before it failed.
    """

    async def candidates(_: Redacted, failures: Sequence[PlannerFailed]) -> AsyncGenerator[Proposed, Unfit | None]:
        number, calls = match()
        why = "; ".join(map(str, failures)) or otherwise
        yield Proposed(calls=tuple(calls), route="edge", route_reason=f"pinned plan {number}; {why}", redacted=None)

    return candidates


def _proposed(plan: Plan, redacted: Redacted, reason: str) -> Proposed:
    return Proposed(
        calls=tuple(Call(tool=call.tool, arguments=call.arguments) for call in plan.calls),
        route="federated" if plan.calls else "direct",
        route_reason=reason,
        redacted=redacted,
        usage=plan.usage,
    )


def _why(failures: Sequence[PlannerFailed]) -> str:
    if not failures:
        return "No planner is configured, so no plan could be made for this question."
    return f"No plan could be made for this question: {'; '.join(str(failure) for failure in failures)}."
