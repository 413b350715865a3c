"""Read a TOML file into its Struct. A typo is named with file, line, key and the nearest valid key."""

from __future__ import annotations

import difflib
import re
import tomllib
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from edge_agent.errors import ConfigError

S = TypeVar("S", bound=msgspec.Struct)


def load(path: Path, kind: type[S]) -> S:
    """Decode a file. Raises ``ConfigError`` with one line for each thing that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}") from error
    return loads(text, kind, name=str(path))


def loads(text: str, kind: type[S], *, name: str) -> S:
    """Decode the text of a file called ``name``."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: not TOML: {error}") from error
    if unknown := list(_unknown(table, kind, ())):
        raise ConfigError("\n".join(_typo(name, text, *each) for each in unknown))
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at ")
        key = where.strip("`").removeprefix("$.").removeprefix("$")
        raise ConfigError(f"{name}: {_line(text, key)}{key or 'the file'}: {message}") from error


def _unknown(table: Any, kind: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Find every key that no Struct knows, with the keys that would be valid in its place."""
    if isinstance(table, Mapping) and (struct := _struct(kind, table)) is not None:
        known = {field.encode_name: field.type for field in msgspec.structs.fields(struct)}
        tag = [struct.__struct_config__.tag_field] if struct.__struct_config__.tag_field else []
        for key, value in table.items():
            if key in known:
                yield from _unknown(value, known[key], (*path, key))
            elif key not in tag:
                yield (*path, key), [*known, *tag]
        return
    within = table.items() if isinstance(table, Mapping) else enumerate(table) if isinstance(table, list) else ()
    holders = [each for each in _alternatives(kind) if get_origin(each) in (dict, list)]
    for key, value in within:
        for holder in holders:
            yield from _unknown(value, get_args(holder)[-1], (*path, str(key)))


def _alternatives(kind: Any) -> list[Any]:
    """Members of a union, without the wrappings of Annotated."""
    if get_origin(kind) is typing.Annotated:
        return _alternatives(get_args(kind)[0])
    if _is_union(kind):
        return [found for member in get_args(kind) for found in _alternatives(member)]
    return [kind]


def _is_union(kind: Any) -> bool:
    return isinstance(kind, type(int | str)) or get_origin(kind) is typing.Union


def _struct(kind: Any, table: Mapping[str, Any]) -> type[msgspec.Struct] | None:
    """Find the Struct that a table should be: by its tag where there are several."""
    structs = [each for each in _alternatives(kind) if isinstance(each, type) and issubclass(each, msgspec.Struct)]
    for struct in structs:
        settings = struct.__struct_config__
        if settings.tag_field and table.get(settings.tag_field) == settings.tag:
            return struct
    return structs[0] if structs else None


def _typo(name: str, text: str, path: tuple[str, ...], valid: list[str]) -> str:
    where = ".".join(path)
    near = _nearest(path[-1].replace("_", "-"), valid)
    hint = f"did you mean `{near}`?" if near else f"valid keys: {', '.join(sorted(valid))}"
    return f"{name}: {_line(text, where)}unknown key `{where}`; {hint}"


def _nearest(word: str, valid: list[str]) -> str | None:
    """Find the valid key that was meant: the same letters in another order beat all else."""
    close = difflib.get_close_matches(word, valid, n=3, cutoff=0.5)
    return next((each for each in close if sorted(each) == sorted(word)), close[0] if close else None)


def _line(text: str, where: str) -> str:
    """Say on which line a key stands: the first one like it after the header of its table."""
    steps = [step for step in re.split(r"[.\[\]]+", where) if step]
    names = [step for step in steps if not step.isdigit()]
    if not names:
        return ""
    occurrence = next((int(step) for step in steps if step.isdigit()), 0)
    key = re.compile(rf"""(^|[{{,])\s*["']?{re.escape(names[-1])}["']?\s*[=.]""")
    header = re.compile(rf"^\s*\[+\s*{re.escape(names[0])}\b")
    lines = list(enumerate(text.splitlines(), start=1))
    tables = [number for number, line in lines if re.match(rf"^\s*\[\[\s*{re.escape(names[0])}\s*\]\]", line)]
    tables = tables or [number for number, line in lines if header.match(line)]
    start = tables[min(occurrence, len(tables) - 1)] if tables and len(names) > 1 else 0
    found = next((number for number, line in lines if number > start and key.search(line)), start)
    return f"line {found}: " if found else ""
