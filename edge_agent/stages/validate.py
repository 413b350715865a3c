"""validate: a plan that may run, or a refusal that its planner can mend. Nothing has run yet."""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from edge_agent.errors import PlanRejected
from edge_agent.types import Call, Checked, CheckedCall, Proposed, Tool

STAGE = "validate"
#: A name comes from an untrusted plan: what is repeated of it is short.
_LONGEST_NAME = 64

#: A call's arguments, the placeholders' values and the tool's schema → real arguments. Raises ``PlanRejected``.
Restore = Callable[[Mapping[str, Any], Mapping[str, str], Mapping[str, Any]], Mapping[str, Any]]


def validate(
    tools: Mapping[str, Tool],
    narrow: Collection[str] | None,
    *,
    max_calls: int,
    restore: Restore,
    effects: bool = False,
    key: str = "",
) -> Callable[[Proposed], Awaitable[Checked]]:
    """Bind the stage to one query.

    ``narrow``: the tools that the query allows; ``restore`` puts real values into what the cloud planned, right before
    the check; ``effects``: whether tools with side effects may run; ``key``: what the idempotency keys of its calls
    begin with.

    Identical calls are made once. The stage raises ``PlanRejected`` with a sentence for each thing that is wrong,
    never with a value.
    """
    allowed = {name: tool for name, tool in tools.items() if narrow is None or name in narrow}

    async def checked(plan: Proposed) -> Checked:
        calls = [call for index, call in enumerate(plan.calls) if call not in plan.calls[:index]]
        if len(calls) > max_calls:
            raise PlanRejected(f"The plan has {len(calls)} calls; at most {max_calls} are allowed.", stage=STAGE)
        passed: list[CheckedCall] = []
        broken: list[str] = []
        for number, call in enumerate(calls, start=1):
            try:
                tool = _tool(call, allowed, effects=effects)
                arguments = call.arguments
                if plan.redacted is not None:
                    arguments = dict(restore(arguments, plan.redacted.vault, tool.parameters))
                passed.append(_check(tool, arguments, f"c{number}", key))
            except PlanRejected as error:
                broken.append(str(error))
        if broken:
            raise PlanRejected(" ".join(dict.fromkeys(broken)), stage=STAGE)
        return Checked(calls=tuple(passed), route=plan.route, route_reason=plan.route_reason, usage=plan.usage)

    return checked


def _tool(call: Call, allowed: Mapping[str, Tool], *, effects: bool) -> Tool:
    tool = allowed.get(call.tool)
    if tool is None:
        near = difflib.get_close_matches(call.tool, allowed, n=1, cutoff=0.5)
        hint = f'did you mean "{near[0]}"?' if near else f"the tools are: {', '.join(allowed) or 'none'}"
        raise PlanRejected(f'There is no tool "{call.tool[:_LONGEST_NAME]}"; {hint}')
    if tool.effects and not effects:
        raise PlanRejected(f'Tool "{tool.name}" changes something, which this query does not allow.')
    return tool


def _check(tool: Tool, proposed: Mapping[str, Any], call_id: str, key: str) -> CheckedCall:
    arguments, reading = tool.check(proposed)
    return CheckedCall(id=call_id, tool=tool, arguments=arguments, reading=reading, idempotency_key=f"{key}:{call_id}")
