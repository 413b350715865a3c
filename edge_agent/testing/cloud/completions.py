"""The Chat Completions protocol, as far as a planner needs it: both styles, both profiles, there and back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from edge_agent.testing.cloud.server import Reply

#: A call: the tool's name and its arguments.
Planned = tuple[str, Mapping[str, Any]]

_TODAY = re.compile(r"Today is (\d{4}-\d{2}-\d{2})")
_QUESTION = re.compile(r"Question: (.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Catalogued:
    """A tool as it stands in a request."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    #: Every parameter must be sent, an unset one as null.
    strict: bool = False


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a request asks to plan. ``by_schema``: the answer is JSON in plain text."""

    question: str
    today: str
    tools: Sequence[Catalogued]
    by_schema: bool
    model: str


def read(request: Mapping[str, Any]) -> Asked:
    """Read a request. Raises ``KeyError``, ``TypeError`` or ``ValueError`` where it is none."""
    said = [str(each["content"]) for each in request["messages"] if each["role"] == "user"]
    if not said:
        raise ValueError("nobody asks anything")
    today, question = _TODAY.search(said[0]), _QUESTION.search(said[0])
    return Asked(
        question=question.group(1) if question else said[0],
        today=today.group(1) if today else "",
        tools=_tools(request),
        by_schema="response_format" in request,
        model=str(request["model"]),
    )


def _tools(request: Mapping[str, Any]) -> list[Catalogued]:
    functions = [each["function"] for each in request.get("tools", ())]
    if not functions and "response_format" in request:
        functions = _functions_of_text(request)
    return [
        Catalogued(
            name=each["name"],
            description=each.get("description", ""),
            parameters=each.get("parameters", {}),
            strict=bool(each.get("strict")),
        )
        for each in functions
    ]


def _functions_of_text(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Style "schema": the functions stand as JSON in the question's message."""
    for each in request["messages"]:
        if each["role"] == "user" and str(each["content"]).startswith("Functions: "):
            first, _, _ = str(each["content"]).removeprefix("Functions: ").partition("\n\n")
            return msgspec.json.decode(first, type=list[dict[str, Any]])
    return []


def completion(asked: Asked, calls: Sequence[Planned], *, bytes_read: int, number: int = 1) -> Reply:
    """Answer with calls, in the style that was asked for. No calls: NONE, as the bridge's instructions say."""
    if asked.by_schema:
        plan = {"calls": [{"tool": name, "arguments": arguments} for name, arguments in calls]}
        return completed(text=msgspec.json.encode(plan).decode(), model=asked.model, bytes_read=bytes_read)
    if not calls:
        return completed(text="NONE", model=asked.model, bytes_read=bytes_read)
    tool_calls = [
        {
            "id": f"call_{number}_{position}",
            "type": "function",
            "function": {"name": name, "arguments": msgspec.json.encode(arguments).decode()},
        }
        for position, (name, arguments) in enumerate(calls)
    ]
    return completed(tool_calls=tool_calls, model=asked.model, bytes_read=bytes_read)


def completed(
    *,
    text: str | None = None,
    tool_calls: Sequence[Mapping[str, Any]] = (),
    model: str = "scripted",
    bytes_read: int = 0,
    finish_reason: str | None = None,
) -> Reply:
    """Make a chat completion. Its token counts are bytes divided by four."""
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if tool_calls:
        message["tool_calls"] = list(tool_calls)
    said = len(msgspec.json.encode(message)) // 4
    read_tokens = bytes_read // 4
    return Reply.json(
        {
            "id": "chatcmpl-stand-in",
            "object": "chat.completion",
            "created": 0,
            "model": model,
            "choices": [
                {
                    "index": 0,
                    "message": message,
                    "finish_reason": finish_reason or ("tool_calls" if tool_calls else "stop"),
                }
            ],
            "usage": {
                "prompt_tokens": read_tokens,
                "completion_tokens": said,
                "total_tokens": read_tokens + said,
            },
        }
    )


def called(name: str, arguments: Mapping[str, Any] | str) -> dict[str, Any]:
    """Make a tool call as it stands in a completion; a text as arguments goes out as it is."""
    text = arguments if isinstance(arguments, str) else msgspec.json.encode(arguments).decode()
    return {"id": f"call_{name}", "type": "function", "function": {"name": name, "arguments": text}}


def error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    """Make an error as the OpenAI API words it."""
    return Reply.json(
        {"error": {"message": message, "type": code, "code": code, "param": None}}, status=status, headers=headers
    )
