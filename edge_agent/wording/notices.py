"""What is said where there are no facts to tell: nothing found, nothing asked, sources that failed."""

from __future__ import annotations

from collections.abc import Sequence

from edge_agent.types import Facts, Tool
from edge_agent.wording.phrases import PHRASES, things
from edge_agent.wording.plain import searched
from edge_agent.wording.values import of_locale, tongue


def nothing(facts: Facts) -> str:
    """Say what was looked for and not found: each call's tool and arguments, in words."""
    speak = tongue(facts)
    return " ".join(dict.fromkeys(searched(fact, speak) for fact in facts.empty))


def direct(tools: Sequence[Tool], facts: Facts) -> str:
    """Say what can be asked here: the first sentence of each tool's description."""
    say = PHRASES[tongue(facts).language]
    if not tools:
        return say.cannot_ask
    asked = [_first_sentence(tool.description) or things(tool.name) for tool in tools]
    return say.can_ask.format(things="; ".join(dict.fromkeys(asked)))


def failed(names: Sequence[str], locale: str) -> str:
    """Say in one sentence which sources could not be read."""
    say = PHRASES[of_locale(locale).language]
    return say.failed.format(names=say.comma.join(dict.fromkeys(names)))


def unknown(names: Sequence[str], locale: str) -> str:
    """Say in one sentence of which side effects nobody knows whether they happened."""
    say = PHRASES[of_locale(locale).language]
    return say.open.format(names=say.comma.join(dict.fromkeys(names)))


def _first_sentence(text: str) -> str:
    return text.strip().partition("\n")[0].partition(". ")[0].rstrip(" .。")
