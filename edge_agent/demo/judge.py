"""Is an answer right? By gold, whatever the wording: numbers in any usual form, names word by word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from edge_agent.demo.questions import Question, Value
from edge_agent.messages import Response

_NUMBER = re.compile(r"(?<![\w.,-])-?\d+(?:[.,'\u00a0\u202f]\d+)*(?![\w-])")
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def faults(question: Question, response: Response) -> list[str]:
    """Say all that is wrong with a response; nothing where it is right."""
    if response.status != "ok" or response.answer is None:
        return [f"no answer: {response.error.code if response.error else response.status}"]
    answer = response.answer
    found = [f"does not say {_shown(value)}" for value in question.must if not _says(answer, value)]
    found += [f"says {text!r}" for text in sorted(question.must_not) if _says(answer, text)]
    if missing := question.tools - {source.tool for source in response.sources}:
        found.append(f"was not looked up with {', '.join(sorted(missing))}")
    if question.nothing and response.model != "none":
        found.append(f"was worded by {response.model} though there is nothing to say")
    if question.count and (extra := _extra_numbers(question, answer)):
        found.append(f"says other numbers: {', '.join(f'{number:g}' for number in extra)}")
    return found


def _says(answer: str, value: Value) -> bool:
    if isinstance(value, tuple):
        return any(_says(answer, each) for each in value)
    if isinstance(value, str):
        pattern = r"\s+".join(re.escape(word) for word in _folded(value).split())
        return re.search(rf"(?<![\w-]){pattern}(?![\w-])", _folded(answer)) is not None
    return any(abs(said - value) <= exact for said, exact in _numbers(answer))


def _extra_numbers(question: Question, answer: str) -> list[float]:
    known = [float(value) for value in question.must if isinstance(value, (int, float))]
    known += [number for number, _ in _numbers(question.prompt)]
    digits = [reading for text in _NUMBER.findall(answer) for reading in list(_readings(text))[:1]]
    return [number for number, _ in digits if number not in known]


def _numbers(text: str) -> Iterator[tuple[float, float]]:
    """Each number with its precision: 84.1 is right for 84.13, and "three" for 3."""
    for found in _NUMBER.findall(text):
        yield from _readings(found)
    words = set(re.findall(r"[a-z]+", _folded(text)))
    yield from ((float(number), 0.0) for number, word in enumerate(_WORDS) if word in words)


def _readings(text: str) -> Iterator[tuple[float, float]]:
    """Both readings where a separator could be thousands or decimals: 1,234 and 1.234."""
    plain = re.sub(r"['\u00a0\u202f]", "", text)
    for thousands, decimal in ((",", "."), (".", ",")):
        if re.fullmatch(rf"-?(\d+|\d{{1,3}}(\{thousands}\d{{3}})+)(\{decimal}\d+)?", plain):
            number = plain.replace(thousands, "").replace(decimal, ".")
            decimals = len(number.partition(".")[2])
            yield float(number), 0.5 * 10**-decimals + 1e-9


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _shown(value: Value) -> str:
    if isinstance(value, tuple):
        return " or ".join(value)
    return value if isinstance(value, str) else f"{value:,.10g}"
