"""What the cloud answered → calls. Shape only: whether a plan is valid is decided by the agent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from edge_agent.bridge.body import NOTHING_FITS
from edge_agent.errors import PlannerFailed
from edge_agent.messages import ProposedCall, ToolSignature, Usage

#: A plan has a handful of calls; more bytes than these are no plan.
MAX_PLAN_BYTES = 64 * 1024
#: Deepest nesting of a plan that is passed on.
MAX_PLAN_DEPTH = 16
_FENCED = re.compile(r"```(?:[a-zA-Z_]*)\s*(.*?)```", re.DOTALL)
_NOTHING = re.compile(rf"\W*{NOTHING_FITS}\b")
_TAGGED = re.compile(r"<tool_call>\s*(.*?)\s*</tool_call>", re.DOTALL)


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: the calls, the model that the endpoint names, and the tokens that it counted."""

    calls: list[ProposedCall]
    model: str = ""
    usage: Usage | None = None


class _Function(msgspec.Struct, kw_only=True):
    name: str
    arguments: Any = None


class _ToolCall(msgspec.Struct, kw_only=True):
    function: _Function


class _Said(msgspec.Struct, kw_only=True):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[_ToolCall] | None = None


class _Choice(msgspec.Struct, kw_only=True):
    message: _Said
    finish_reason: str | None = None


class _Tokens(msgspec.Struct, kw_only=True):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(msgspec.Struct, kw_only=True):
    choices: list[_Choice]
    model: str | None = None
    usage: _Tokens | None = None


def read_answer(payload: bytes, tools: Sequence[ToolSignature]) -> Answered:
    """Read a chat completion: tool calls, or calls as JSON in its text.

    Raises ``PlannerFailed``: ``refused`` where the model declines, ``bad_answer`` where there is no plan in it.
    """
    try:
        completion = msgspec.json.decode(payload, type=_Completion)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _bad("the cloud's answer is no chat completion") from error
    if not completion.choices:
        raise _bad("the cloud's answer is empty")
    known = {tool.name: tool.parameters for tool in tools}
    calls = [
        ProposedCall(tool=name, arguments=without_nulls(_bounded(arguments), known.get(name, {})))
        for name, arguments in _said_calls(completion.choices[0])
    ]
    if len(msgspec.json.encode(calls)) > MAX_PLAN_BYTES:
        raise _bad("the cloud's plan is too large")
    counted = completion.usage
    usage = Usage(plan_input=counted.prompt_tokens, plan_output=counted.completion_tokens) if counted else None
    return Answered(calls=calls, model=completion.model or "", usage=usage)


def without_nulls(arguments: Mapping[str, Any], schema: Any) -> dict[str, Any]:
    """Drop the nulls by which strict mode says that an optional parameter isn't set. The schema may be anything."""
    required = schema.get("required") if isinstance(schema, Mapping) else None
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    required = required if isinstance(required, list) else []
    properties = properties if isinstance(properties, Mapping) else {}
    return {
        name: without_nulls(value, properties.get(name)) if isinstance(value, Mapping) else value
        for name, value in arguments.items()
        if value is not None or name in required
    }


def _said_calls(choice: _Choice) -> list[tuple[str, dict[str, Any]]]:
    said = choice.message
    if said.refusal or choice.finish_reason == "content_filter":
        raise PlannerFailed("refused", "the cloud model declined to plan this question")
    if choice.finish_reason == "length":
        raise _bad("the cloud's answer was cut by its token limit")
    if said.tool_calls:
        return [(call.function.name, _arguments(call.function.arguments)) for call in said.tool_calls]
    text = (said.content or "").strip()
    if not text or _NOTHING.match(text):
        return []
    return [each for found in _json_in(text) for each in _calls_in(found)]


def _json_in(text: str) -> list[Any]:
    """Find the JSON of a text that should hold nothing else, but may have fences or tags around it."""
    pieces = _TAGGED.findall(text) or _FENCED.findall(text) or [text]
    try:
        return [_bounded(msgspec.json.decode(piece)) for piece in pieces]
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise _bad("the cloud answered in prose instead of a plan") from error


def _calls_in(found: Any) -> list[tuple[str, dict[str, Any]]]:
    match found:
        case list():
            return [each for one in found for each in _calls_in(one)]
        case {"calls": list() as calls} | {"tool_calls": list() as calls}:
            return _calls_in(calls)
        case {"function": dict() as call}:
            return _calls_in(call)
        case {"tool": str() as name} | {"name": str() as name} | {"function": str() as name}:
            return [(name, _arguments(found.get("arguments", found.get("parameters"))))]
    raise _bad("the cloud's answer holds no calls")


def _arguments(given: Any) -> dict[str, Any]:
    if isinstance(given, str) and given.strip():
        try:
            given = msgspec.json.decode(given)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
            raise _bad("the arguments of a call are no JSON") from error
    if given is None or given == "":
        return {}
    if not isinstance(given, dict):
        raise _bad("the arguments of a call are no object")
    return given


def _bounded(value: Any) -> Any:
    """Refuse what is nested more deeply than any plan: what follows walks it recursively."""
    level = [value]
    for _ in range(MAX_PLAN_DEPTH):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return value
    raise _bad("the cloud's plan is nested too deeply")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _bad(why: str) -> PlannerFailed:
    return PlannerFailed("bad_answer", why)
