"""Python functions as tools: ``@tool``. The schema comes from type hints and docstring."""

from __future__ import annotations

import functools
import inspect
import re
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NewType, TypeVar, overload

import docstring_parser
import msgspec

from edge_agent.errors import ConfigError, ToolFailed
from edge_agent.tools import reading
from edge_agent.tools.function_schema import inlined
from edge_agent.tools.records import flatten
from edge_agent.tools.sentences import Broken, config_error, did_you_mean, must_be, rejected, unknown_and_missing
from edge_agent.tools.threads import Threads
from edge_agent.types import CheckedCall, Field, Found, Reading, Tool

F = TypeVar("F", bound=Callable[..., Any])
#: The type of a parameter that gets the call's idempotency key: the same whenever the call is made again. No planner
#: sees it or sets it.
IdempotencyKey = NewType("IdempotencyKey", str)

#: Records that one call of a function brings; more are cut, after the reading.
LIMIT = 1_000
_MARK = "__fedlm_tool__"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, kw_only=True)
class Options:
    """What ``@tool`` was told."""

    name: str | None = None
    effects: bool = False
    idempotent: bool = True
    sensitive: bool = False
    timeout_s: float | None = None
    fields: Sequence[str | Field] = ()
    label: str | None = None


@overload
def tool(function: F, /) -> F: ...
@overload
def tool(
    *,
    name: str | None = None,
    effects: bool = False,
    idempotent: bool = True,
    sensitive: bool = False,
    timeout_s: float | None = None,
    fields: Sequence[str | Field] = (),
    label: str | None = None,
) -> Callable[[F], F]: ...
def tool(function: F | None = None, /, **options: Any) -> F | Callable[[F], F]:
    """Mark a function, sync or async, as a tool; it stays the function it is.

    It returns records: a dict, a list of dicts, a Struct, a dataclass or a scalar; None for nothing found. ``fields``
    declares the records' fields, which adds ``fields``, ``reduce`` and ``by`` to its parameters; ``label`` is the field
    that names a record (the first by default). ``effects``: it changes something. ``idempotent=False``: a call is never
    made twice. A parameter of type ``IdempotencyKey`` gets what stays the same when a call is made again.
    """

    def mark(marked: F) -> F:
        setattr(marked, _MARK, Options(**options))
        return marked

    return mark if function is None else mark(function)


def marked(candidate: Any) -> bool:
    """Whether ``@tool`` stands on it."""
    return isinstance(getattr(candidate, _MARK, None), Options)


def function_tool(function: Callable[..., Any], *, timeout_s: float) -> Tool:
    """Make a tool of a marked function. Raises ``ConfigError`` for hints that have no schema."""
    options: Options = getattr(function, _MARK)
    name = options.name or function.__name__
    if not _NAME.fullmatch(name):
        raise config_error(name, "name", "1 to 64 of the characters A-Z a-z 0-9 _ and -")
    text = docstring_parser.parse(inspect.getdoc(function) or "")
    if not text.short_description:
        raise config_error(name, "docstring", "the planner knows a tool by its docstring: write one")
    fields = _fields(name, options)
    struct = _struct(name, function, {each.arg_name: each.description or "" for each in text.params})
    schema = inlined(name, struct)
    if taken := [each for each in reading.RESERVED if each in schema["properties"]]:
        raise config_error(name, taken[0], "the name is reserved: tools with fields have fields, reduce and by")
    properties = schema["properties"] | (reading.parameters(fields, "") if fields else {})
    made = _FunctionTool(
        name=name,
        function=function,
        struct=struct,
        own=frozenset(schema["properties"]),
        schema={**schema, "properties": properties},
        fields=fields,
        key=_key_parameter(function),
        threads=None if inspect.iscoroutinefunction(function) else Threads(name),
    )
    return Tool(
        name=name,
        description=" ".join(filter(None, (text.short_description, text.long_description))),
        parameters=made.schema,
        fields=fields,
        effects=options.effects,
        idempotent=options.idempotent,
        sensitive=options.sensitive,
        timeout_s=options.timeout_s or timeout_s,
        check=made.check,
        run=made.run,
        broken=made.broken,
        shown=made.shown,
    )


@dataclass(frozen=True, kw_only=True)
class _FunctionTool:
    name: str
    function: Callable[..., Any]
    struct: type[msgspec.Struct]
    own: frozenset[str]
    schema: Mapping[str, Any]
    fields: tuple[Field, ...]
    #: The parameter that gets the idempotency key.
    key: str | None
    #: None: a coroutine function, which needs none.
    threads: Threads | None

    def check(self, proposed: Mapping[str, Any]) -> tuple[Mapping[str, Any], Reading]:
        required = self.schema["required"]
        arguments = {name: value for name, value in proposed.items() if value is not None or name in required}
        if broken := unknown_and_missing(self.schema, arguments):
            raise rejected(self.name, broken)
        how = Reading()
        try:
            if self.fields:
                rest = {key: each for key, each in arguments.items() if key not in self.own}
                how = reading.checked(rest, self.schema)
            return self._converted({key: each for key, each in arguments.items() if key in self.own}), how
        except Broken as error:
            raise rejected(self.name, [str(error)]) from error

    def broken(self, arguments: Mapping[str, Any]) -> list[str]:
        if unknown := unknown_and_missing({**self.schema, "required": ()}, arguments):
            return unknown
        try:
            if rest := {key: each for key, each in arguments.items() if key not in self.own}:
                reading.checked(rest, self.schema)
            self._converted({key: each for key, each in arguments.items() if key in self.own})
        except Broken as error:
            return [str(error)]
        return []

    def shown(self, call: CheckedCall) -> str:
        return f"{self.name}({', '.join(f'{name}={value!r}' for name, value in call.arguments.items())})"

    def _converted(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Make the types exact, one parameter after the other: msgspec's own sentence may repeat a value."""
        exact: dict[str, Any] = {}
        for field in msgspec.structs.fields(self.struct):
            if field.name not in arguments:
                continue
            value, property_ = arguments[field.name], self.schema["properties"][field.name]
            if isinstance(value, float) and value.is_integer() and _takes_integer(property_):
                value = int(value)
            try:
                exact[field.name] = msgspec.convert(value, field.type)
            except msgspec.ValidationError as error:
                raise Broken(must_be(field.name, property_)) from error
        return exact

    async def run(self, call: CheckedCall) -> Found:
        key = {} if self.key is None else {self.key: call.idempotency_key}
        bound = functools.partial(self.function, **call.arguments, **key)
        try:
            value = await (bound() if self.threads is None else self.threads.call(bound))
        except ToolFailed as error:  # its text may hold data as well, if it is a stranger's
            raise ToolFailed("the function gave no records", status=error.status) from error
        except Exception as error:  # a stranger's code may raise anything, and its text may hold data
            raise ToolFailed(f"the function raised {type(error).__name__}") from error
        try:
            return reading.reduced(_records(value, self.fields), call.reading, self.fields, LIMIT)
        except (TypeError, ArithmeticError) as error:
            raise ToolFailed("what the function returned can't be read as records") from error


def _takes_integer(property_: Mapping[str, Any]) -> bool:
    return any(each.get("type") == "integer" for each in (property_, *property_.get("anyOf", ())))


def _records(value: Any, fields: tuple[Field, ...]) -> list[Mapping[str, Any]]:
    """Make flat records of what a function returned. Raises TypeError for what is no data."""
    plain = msgspec.to_builtins(value, builtin_types=(datetime, date, Decimal))
    each_one = plain if isinstance(plain, list | tuple) else [plain]
    name = fields[0].name if len(fields) == 1 else "value"
    flat = [flatten(each if isinstance(each, Mapping) else {name: each}) for each in each_one]
    return [each for each in flat if each]


def _fields(name: str, options: Options) -> tuple[Field, ...]:
    fields = [each if isinstance(each, Field) else Field(name=each) for each in options.fields]
    names = [each.name for each in fields]
    label = options.label or next((each.name for each in fields if each.label), names[0] if names else None)
    if label is not None and label not in names:
        raise config_error(name, "label", f'"{label}" is not in fields; {did_you_mean(label, names)}')
    return tuple(Field(name=f.name, label=f.name == label, unit=f.unit, description=f.description) for f in fields)


def _key_parameter(function: Callable[..., Any]) -> str | None:
    hints = typing.get_type_hints(function, include_extras=True)
    return next((name for name, hint in hints.items() if hint is IdempotencyKey), None)


def _struct(name: str, function: Callable[..., Any], described: Mapping[str, str]) -> type[msgspec.Struct]:
    """Make a Struct of a function's parameters: msgspec gives its schema and checks its types."""
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        raise ConfigError(f'tool "{name}": a type hint can\'t be resolved: {error}') from error
    fields: list[Any] = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise config_error(name, parameter.name, "a tool's parameters are given by name")
        if parameter.name not in hints:
            raise config_error(name, parameter.name, "the parameter needs a type hint")
        if hints[parameter.name] is IdempotencyKey:
            continue
        hint, text = hints[parameter.name], described.get(parameter.name, "").rstrip(".")
        needed = parameter.default is parameter.empty
        if isinstance(parameter.default, str | int | float):
            text = ". ".join(filter(None, (text, f"Default: {parameter.default}")))
        if text:
            hint = typing.Annotated[hint, msgspec.Meta(description=text)]
        # The function has its own defaults; here None only says that there is one.
        fields.append((parameter.name, hint) if needed else (parameter.name, hint, None))
    return msgspec.defstruct("Arguments", fields, kw_only=True, forbid_unknown_fields=True)
