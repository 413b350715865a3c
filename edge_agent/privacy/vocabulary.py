"""What may leave besides everyday words: the words of the tool signatures, and the operator's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge_agent.messages import ToolSignature
from edge_agent.privacy import han, kinds, patterns
from edge_agent.privacy.folding import HAN, fold, tokens

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HAN_RUN = re.compile(f"[{HAN}]+")
_ENDINGS = ("s", "es", "d", "ed", "ing", "n", "en", "e")
_SHORTEST_STEM = 3


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """Folded words that pass in any case, and the nouns after which a parameter's value stands."""

    own: frozenset[str]
    #: Noun → type of placeholder: ``customer`` → ``CUSTOMER``.
    wants: Mapping[str, str]
    #: The types that placeholders may have besides those of forms.
    types: frozenset[str] = frozenset()
    closed: bool = False


def vocabulary(
    signatures: Sequence[ToolSignature],
    words: Iterable[str],
    *,
    types: Iterable[str] = (),
    closed: bool = False,
) -> Vocabulary:
    """Read the signatures and the operator's words, each with its regular inflections."""
    roots = {root for text in _texts(signatures) for root in _roots(text)} | {
        root for text in words for root in _roots(text)
    }
    forms = {form for root in roots for form in _forms(root)}
    wants = {noun: type_ for signature in signatures for noun, type_ in _wants(signature)}
    return Vocabulary(
        own=frozenset(roots | forms), wants=wants, types=frozenset([*types, *wants.values()]), closed=closed
    )


def _texts(signatures: Sequence[ToolSignature]) -> Iterator[str]:
    for signature in signatures:
        yield signature.name
        yield signature.description
        yield from _schema_texts(signature.parameters)


def _schema_texts(schema: Any) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    yield from (str(schema[key]) for key in ("title", "description") if key in schema)
    yield from (each for each in (*schema.get("enum", ()), schema.get("const")) if isinstance(each, str))
    for name, below in schema.get("properties", {}).items():
        yield name
        yield from _schema_texts(below)
    yield from _schema_texts(schema.get("items"))
    for each in schema.get("anyOf", ()):
        yield from _schema_texts(each)


def _roots(text: str) -> Iterator[str]:
    for run in _HAN_RUN.findall(text):
        yield run
        yield from (word.text for word in han.words(run) if len(word.text) > 1)
    text = _CAMEL.sub(" ", _HAN_RUN.sub(" ", text))
    for token in tokens(text):
        if not token.folded.isdigit() and len(token.folded) > 1:
            yield token.folded
            yield text[token.start : token.end].lower()


def _forms(root: str) -> Iterator[str]:
    if not root.isascii() or any(map(str.isdigit, root)) or len(root) < _SHORTEST_STEM:
        return
    yield from (root + ending for ending in _ENDINGS)
    stems = [root.removesuffix(ending) for ending in ("s", "es", "ed", "d", "ing") if root.endswith(ending)]
    yield from (stem for stem in stems if len(stem) > _SHORTEST_STEM)
    if root.endswith("y"):
        yield from (root[:-1] + "ies", root[:-1] + "ied")
    if root.endswith("ies"):
        yield root[:-3] + "y"
    if root.endswith("e"):
        yield root[:-1] + "ing"


def _wants(signature: ToolSignature) -> Iterator[tuple[str, str]]:
    for name, schema in signature.parameters.get("properties", {}).items():
        if isinstance(schema, dict) and patterns.may_identify(schema):
            yield from ((fold(noun), kinds.of_parameter(name)) for noun in kinds.nouns(name))
