"""An operator's own answer: ``"{count} orders are late; the oldest is {first.id}"`` → words and typed gaps.

- ``{count}``: how many records were found.
- ``{status}``: that field of the only record; ``{first.status}``, ``{last.status}``: of the first or last one.
- ``{each.order}``: that field of every record, as a list.
- ``{given.site}``: the argument that was asked for.
- ``{{`` and ``}}``: braces.
"""

from __future__ import annotations

import string
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from edge_agent.errors import ConfigError
from edge_agent.tools.sentences import config_error, did_you_mean
from edge_agent.types import AnswerTemplate, Field, Gap

LANGUAGES: Final = ("en", "de", "zh")


def read(
    tool: str, answer: str | Mapping[str, str] | None, fields: Sequence[Field], params: Collection[str]
) -> dict[str, AnswerTemplate]:
    """Read a tool's answers, by language (``""``: every one). Raises ``ConfigError`` naming what is unknown."""
    if answer is None:
        return {}
    if isinstance(answer, str):
        return {"": tuple(_pieces(tool, "answer", answer, fields, params))}
    for language in answer:
        if language not in LANGUAGES:
            raise config_error(tool, f"answer.{language}", f"the languages are {', '.join(LANGUAGES)}")
    return {
        language: tuple(_pieces(tool, f"answer.{language}", text, fields, params)) for language, text in answer.items()
    }


def _pieces(tool: str, key: str, text: str, fields: Sequence[Field], params: Collection[str]) -> Iterator[str | Gap]:
    if not text.strip():
        raise config_error(tool, key, "an answer says something")
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError as error:
        raise config_error(tool, key, f"{error}; write {{{{ and }}}} for braces") from error
    for words, name, form, conversion in parsed:
        if words:
            yield words
        if name is None:
            continue
        if form or conversion:
            raise config_error(tool, key, f'"{name}": numbers and dates take the form of the locale by themselves')
        yield _gap(tool, key, name, fields, params)


def _gap(tool: str, key: str, name: str, fields: Sequence[Field], params: Collection[str]) -> Gap:
    if name == "count":
        return Gap(of="count")
    prefix, _, rest = name.partition(".")
    match prefix:
        case "given" if rest:
            if rest not in params:
                raise _unknown(tool, key, name, rest, params)
            return Gap(of="given", name=rest)
        case ("first" | "last" | "each") as which if rest:
            return Gap(of=which, name=_field(tool, key, name, rest, fields))
    return Gap(of="only", name=_field(tool, key, name, name, fields))


def _field(tool: str, key: str, whole: str, name: str, fields: Sequence[Field]) -> str:
    names = [field.name for field in fields]
    if name not in names and not any(name.startswith(f"{each}.") for each in names):
        raise _unknown(tool, key, whole, name, names)
    return name


def _unknown(tool: str, key: str, whole: str, name: str, valid: Collection[Any]) -> ConfigError:
    return config_error(tool, key, f'"{{{whole}}}" names nothing that is there; {did_you_mean(name, valid)}')
