"""``[[plan]]`` of agent.toml → plans that can be matched; each checked against the tools when it is read."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from edge_agent import config
from edge_agent.errors import ConfigError
from edge_agent.planning.pinned import Pattern, PinnedPlan, PinnedPlans
from edge_agent.planning.questions import FILLERS, Token
from edge_agent.planning.slots import Slot, pieces, slot, slot_name, takes_list
from edge_agent.types import Call, Tool


def pin(plans: Sequence[config.PlanTable], tools: Mapping[str, Tool]) -> PinnedPlans:
    """Compile the plans. Raises ``ConfigError`` naming plan and key, and the nearest valid name."""
    compiled = tuple(_plan(number, table, tools) for number, table in enumerate(plans, start=1))
    seen: dict[tuple[str, ...], int] = {}
    for plan in compiled:
        for pattern in plan.patterns:
            words = tuple(f"{{{each.name}}}" if isinstance(each, Slot) else each.word for each in pattern.pieces)
            if (first := seen.setdefault(words, plan.number)) != plan.number:
                raise ConfigError(f'plan {plan.number}: match: "{pattern.text}" stands in plan {first} too')
    return PinnedPlans(plans=compiled)


def _plan(number: int, table: config.PlanTable, tools: Mapping[str, Tool]) -> PinnedPlan:
    slots = _slots(number, table, tools)
    patterns = tuple(_pattern(f"plan {number}: match", text, slots) for text in table.match)
    words = [piece for pattern in patterns for piece in pattern.pieces if isinstance(piece, Token)]
    return PinnedPlan(
        number=number,
        patterns=patterns,
        calls=tuple(Call(tool=call.tool, arguments=call.arguments) for call in table.calls),
        vocabulary={word.word: word.root for word in words if word.word not in FILLERS},
    )


def _slots(number: int, table: config.PlanTable, tools: Mapping[str, Tool]) -> dict[str, Slot]:
    """Check the calls, and type the slots in their arguments."""
    feeds: dict[str, list[tuple[Tool, str]]] = {}
    for index, call in enumerate(table.calls, start=1):
        where = f"plan {number}: calls {index}"
        tool = tools.get(call.tool)
        if tool is None:
            raise ConfigError(f'{where}: there is no tool "{call.tool}"; {_nearest(call.tool, tools)}')
        known: Mapping[str, Any] = tool.parameters["properties"]
        for name, value in call.arguments.items():
            if name not in known:
                raise ConfigError(f'{where}: tool "{call.tool}" has no parameter "{name}"; {_nearest(name, known)}')
            if takes_list(known[name]) and slot_name(value) is not None:
                raise ConfigError(f'{where}: "{name}" takes a list: write ["{value}"]')
            for each in value if isinstance(value, list) else [value]:
                if (slot_of := slot_name(each)) is not None:
                    feeds.setdefault(slot_of, []).append((tool, name))
        _check_literals(where, tool, call.arguments)
    return {name: slot(name, fed, where=f"plan {number}") for name, fed in feeds.items()}


def _check_literals(where: str, tool: Tool, arguments: Mapping[str, Any]) -> None:
    if missing := [name for name in tool.parameters.get("required", ()) if name not in arguments]:
        raise ConfigError(f'{where}: tool "{tool.name}" needs the parameter "{missing[0]}"')
    literal = {name: value for name, value in arguments.items() if not _has_slot(value)}
    if broken := tool.broken(literal):
        raise ConfigError(f'{where}: tool "{tool.name}": {"; ".join(broken)}')


def _pattern(where: str, text: str, slots: Mapping[str, Slot]) -> Pattern:
    try:
        cut = pieces(text)
    except ValueError as error:
        raise ConfigError(f'{where}: "{text}": {error}') from error
    made: list[Token | Slot] = []
    for piece in cut:
        if isinstance(piece, str) and piece not in slots:
            raise ConfigError(f'{where}: "{text}": no argument takes {{{piece}}}; {_nearest(piece, slots)}')
        made.append(slots[piece] if isinstance(piece, str) else piece)
    if missing := [name for name in slots if slots[name] not in made]:
        raise ConfigError(f'{where}: "{text}": the calls need {{{missing[0]}}}, which this question does not have')
    if not any(isinstance(piece, Token) and piece.word not in FILLERS for piece in made):
        raise ConfigError(f'{where}: "{text}": nothing in it says what is asked')
    return Pattern(text=text, pieces=tuple(made))


def _has_slot(value: Any) -> bool:
    return any(slot_name(each) is not None for each in (value if isinstance(value, list) else [value]))


def _nearest(word: str, valid: Iterable[str]) -> str:
    names = list(valid)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if near:
        return f'did you mean "{near[0]}"?'
    return f"valid: {', '.join(sorted(names))}" if names else "there is none"
