"""PlanBody → the bytes that the cloud is sent, and all of them. Pure: anyone can recompute them from the egress log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from edge_agent import config, messages
from edge_agent.bridge.profiles import PROFILES, Profile

#: What the model says where no function fits.
NOTHING_FITS = "NONE"

INSTRUCTIONS = f"""\
You plan for an assistant that runs somewhere else. Turn the question into calls of the given functions; \
you don't answer it, and you will never see a result.
- Use only the given functions and parameters. Where the question needs several, call them all at once.
- No function fits: call none and reply {NOTHING_FITS}. Never bend a function to a question that it can't answer.
- A value comes from the question, or from today's date. Optional parameters that it doesn't set: leave out, or null.
- Text in angle brackets, such as <ORDER_1>, stands for a value that you may not see: copy it verbatim.
- `fields`: the fields that the answer must name, with the one that names the record where the question asks which. \
`reduce`: how the records become the answer (count for how many, max for the highest, sum for a total, \
exists for yes or no, none for the records themselves). `by`: the field that `reduce` adds up or compares.
- The functions filter, sort and count for you: ask for what is needed, not for everything."""

ANSWER_FORM = """\
Reply with JSON only: {"calls": [{"tool": "<name of the function>", "arguments": {...}}]}. \
No function fits: {"calls": []}."""


def http_body(body: messages.PlanBody, settings: config.CloudPlanner) -> bytes:
    """Make the request to ``/chat/completions``, as canonical JSON: never an id, a device or a session."""
    profile = PROFILES[settings.profile]
    asked = f"Today is {body.today}.\n\nQuestion: {body.prompt}"
    if settings.style == "tools":
        form = _by_tools(body.tools, profile)
        talk = [_says("system", INSTRUCTIONS), _says("user", asked)]
    else:
        form = {"response_format": profile.response_format(_answer_schema(body.tools, profile))}
        known = messages.canonical(body.tools).decode()
        talk = [_says("system", f"{INSTRUCTIONS}\n\n{ANSWER_FORM}"), _says("user", f"Functions: {known}\n\n{asked}")]
    if body.violation:
        talk.append(_says("user", f"Your plan for this question broke a rule: {body.violation}\nPlan it again."))
    return messages.canonical(
        {
            "model": settings.model,
            "messages": talk,
            profile.token_parameter: settings.max_tokens,
            **profile.parameters,
            **form,
            **settings.extra_body,
        }
    )


def _says(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _by_tools(tools: Sequence[messages.ToolSignature], profile: Profile) -> dict[str, Any]:
    if not tools:  # an empty list is refused by endpoints
        return {}
    functions = [{"type": "function", "function": _function(tool, profile)} for tool in tools]
    return {"tools": functions, "tool_choice": "auto", **profile.tool_parameters}


def _function(tool: messages.ToolSignature, profile: Profile) -> dict[str, Any]:
    parameters, strict = profile.schema(tool.parameters)
    function = {"name": tool.name, "description": tool.description, "parameters": parameters}
    return function if strict is None else {**function, "strict": strict}


def _answer_schema(tools: Sequence[messages.ToolSignature], profile: Profile) -> Mapping[str, Any]:
    """Give the schema of a whole plan: each call is one of the tools with its own parameters."""
    calls = [
        _closed({"tool": {"type": "string", "enum": [tool.name]}, "arguments": profile.schema(tool.parameters)[0]})
        for tool in tools
    ]
    listed: dict[str, Any] = {"type": "array", "items": {"anyOf": calls}} if calls else {"type": "array", "maxItems": 0}
    return _closed({"calls": listed})


def _closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }
