"""The sentences of the three languages, and names made readable."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from edge_agent.language.folding import Language
from edge_agent.types import Field

_VERBS: Final = frozenset(
    [
        "find",
        "get",
        "list",
        "search",
        "count",
        "query",
        "lookup",
        "fetch",
        "show",
        "read",
        "recent",
        "all",
        "look",
        "up",
        "by",
    ]
)
_PREPOSITION: Final = re.compile(r"(?<=[a-z])_(?:at|on)$")
#: A description of no more is a name.
_NAME_WORDS: Final = 3
_NAME_LETTERS: Final = 30
_LABEL_ENDS: Final = frozenset({"id", "no", "nr", "number", "code", "key", "name"})


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """Sentences with named gaps. ``{thing}`` is a record's kind and name, ``{things}`` what a tool looks for."""

    one_value: str
    one_bare: str
    lead: str
    pair: str
    count: str
    some: str
    none: str
    total: str
    mean: str
    highest: str
    lowest: str
    listed: str
    first: str
    more: str
    nothing: str
    failed: str
    open: str
    can_ask: str
    cannot_ask: str
    joined: str
    comma: str
    end: str


#: In English, of a field such as "serviced", whose value says when.
HAPPENED: Final = "{thing} was {field} on {value}."
PHRASES: Final[dict[Language, Phrases]] = {
    "en": Phrases(
        one_value="The {field} of {thing} is {value}.",
        one_bare="The {field} is {value}.",
        lead="{thing}: ",
        pair="{field}: {value}",
        count="The number of {things} is {value}.",
        some="Yes, there are {things}.",
        none="No, there are no {things}.",
        total="The sum of {field} is {value}, for {things}.",
        mean="The average of {field} is {value}, for {things}.",
        highest="{thing} has the highest {field}: {value}.",
        lowest="{thing} has the lowest {field}: {value}.",
        listed="{count} results:",
        first="The first {count} results:",
        more="There are further results.",
        nothing="Nothing was found for {things}.",
        failed="These sources could not be read: {names}.",
        open="Whether this was done is not known, and it was not done again: {names}.",
        can_ask="Here you can ask about: {things}.",
        cannot_ask="There is nothing that can be asked here.",
        joined=" and ",
        comma=", ",
        end=".",
    ),
    "de": Phrases(
        one_value="{thing}: {field} ist {value}.",
        one_bare="{field}: {value}.",
        lead="{thing}: ",
        pair="{field}: {value}",
        count="Anzahl {things}: {value}.",
        some="Ja, gefunden: {things}.",
        none="Nein, nicht gefunden: {things}.",
        total="Summe von {field}: {value}, für {things}.",
        mean="Mittelwert von {field}: {value}, für {things}.",
        highest="{thing}: höchster Wert von {field}, {value}.",
        lowest="{thing}: niedrigster Wert von {field}, {value}.",
        listed="{count} Ergebnisse:",
        first="Die ersten {count} Ergebnisse:",
        more="Es gibt weitere Ergebnisse.",
        nothing="Nichts gefunden für {things}.",
        failed="Diese Quellen konnten nicht gelesen werden: {names}.",
        open="Ob dies ausgeführt wurde, ist nicht bekannt, und es wurde nicht wiederholt: {names}.",
        can_ask="Hier kann gefragt werden nach: {things}.",
        cannot_ask="Hier kann nach nichts gefragt werden.",
        joined=" und ",
        comma=", ",
        end=".",
    ),
    "zh": Phrases(
        one_value="{thing}的{field}是{value}。",
        one_bare="{field}是{value}。",
        lead="{thing}：",
        pair="{field}：{value}",
        count="{things}的数量是{value}。",
        some="是的，有{things}。",
        none="没有，没有{things}。",
        total="{things}的{field}总计是{value}。",
        mean="{things}的{field}平均是{value}。",
        highest="{thing}的{field}最高：{value}。",
        lowest="{thing}的{field}最低：{value}。",
        listed="共{count}条结果：",
        first="前{count}条结果：",
        more="还有更多结果。",
        nothing="没有找到{things}。",
        failed="以下来源无法读取：{names}。",
        open="以下操作是否已完成尚不清楚，且未重复执行：{names}。",
        can_ask="在这里可以询问：{things}。",
        cannot_ask="这里没有可以询问的内容。",
        joined="和",
        comma="、",
        end="。",
    ),
}


def human(name: str) -> str:
    """``prb_load`` → "prb load", ``customer.name`` → "customer name", ``placed_at`` → "placed"."""
    name = _PREPOSITION.sub("", name)
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", " ", name)
    return " ".join(word if word.isupper() else word.lower() for word in re.split(r"[\s_.\-]+", name) if word)


def field_name(field: Field, language: Language) -> str:
    """A field's name; in other languages its description, where that is a name."""
    return (described(field) if language != "en" else "") or human(field.name)


def described(field: Field) -> str:
    """A field's description, where it is short enough to be a name; else nothing."""
    said = (field.description or "").strip().rstrip(".")
    return said if len(said.split()) <= _NAME_WORDS and len(said) <= _NAME_LETTERS else ""


def reads_as_noun(name: str) -> bool:
    """Whether "the {name} of … is …" is English: no plural, no participle."""
    last = name.rsplit(maxsplit=1)[-1] if name else ""
    return not last.endswith("ed") and (not last.endswith("s") or last.endswith(("ss", "us", "is")))


def noun(label: Field, language: Language) -> str:
    """What a label names: ``order_id`` → "order", ``cell`` → "cell", ``id`` → nothing.

    In other languages its description stands for it, where the operator gave one.
    """
    if language != "en" and label.description:
        return described(label)
    words = human(label.name).split()
    while words and words[-1].lower() in _LABEL_ENDS:
        words.pop()
    return " ".join(words)


def things(tool: str) -> str:
    """What a tool looks for, by its name: ``find_late_orders`` → "late orders"."""
    words = human(tool).split()
    while len(words) > 1 and words[0] in _VERBS:
        words.pop(0)
    return " ".join(words)


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
