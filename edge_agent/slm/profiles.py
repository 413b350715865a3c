"""What differs from model to model, declared: chosen by the model file's metadata, or by name in the configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from edge_agent.errors import SlmFailed

SYSTEM = "Answer the question in one short sentence. Use only the facts given."


@dataclass(frozen=True, kw_only=True)
class Turn:
    """An example: what was asked, the facts as the model sees them, the answer that it shall imitate."""

    question: str
    facts: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class Markup:
    """How turns are written where the file has no chat template. ``{text}`` stands for the turn's text."""

    system: str = "{text}\n"
    user: str = "{text}\n"
    assistant: str = "{text}\n"
    #: What stands before the model's own words.
    cue: str = ""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How one family of models is asked. The ``if_*`` fields say for which files it is chosen; all must hold."""

    name: str
    system: str = SYSTEM
    #: Before the facts, so that it can be evaluated while the tools still run.
    question_first: bool = True
    before_question: str = "Question: "
    before_facts: str = "Facts:\n"
    #: A single value is given in a sentence, not as ``key: value``.
    sentences: bool = False
    examples: Sequence[Turn] = ()
    #: Where the model goes on to play the other side.
    stop: Sequence[str] = ()
    #: Used only where the file has no template.
    markup: Markup | None = None
    if_architecture: Sequence[str] = ()
    if_name: Sequence[str] = ()
    if_size: Sequence[str] = ()


_EXAMPLES = (
    Turn(
        question="Which boiler is the hottest?",
        facts="boiler: B-3\ntemperature: 81.5 °C",
        answer="The hottest boiler is B-3, with a temperature of 81.5 °C.",
    ),
    Turn(question="How many doors are open?", facts="count: 12", answer="12 doors are open."),
)

# Measured (docs/quality.md): the small ones rephrase better than they answer, and embellish what is no sentence yet.
# What comes before the question is evaluated once, so examples cost nothing.
_SMALL = Profile(
    name="smollm",
    system="Rephrase the answer as one full sentence. Copy names and numbers exactly.",
    before_facts="Answer:\n",
    sentences=True,
    examples=_EXAMPLES,
    stop=("\n",),
    if_name=("smollm",),
)

#: The first that fits is taken; the last fits every file.
PROFILES: tuple[Profile, ...] = (
    _SMALL,
    replace(
        _SMALL, name="qwen2-small", if_name=(), if_architecture=("qwen2", "qwen3"), if_size=("0.5B", "0.6B", "494M")
    ),
    # Measured: two examples lift models of this size from 2 right of 12 to all.
    Profile(
        name="qwen2-examples",
        if_architecture=("qwen2", "qwen3"),
        if_size=("1.5B", "1.7B", "3B", "4B", "7B", "8B"),
        examples=_EXAMPLES,
    ),
    Profile(
        name="phi-2",
        if_architecture=("phi2",),
        markup=Markup(system="{text}\n\n", user="Instruct: {text}\n", assistant="Output: {text}\n", cue="Output:"),
        stop=("\nInstruct:", "\nOutput:"),
    ),
    Profile(name="default"),
)


def choose(metadata: Mapping[str, str], named: str | None = None) -> Profile:
    """Choose by name, else by the file's metadata (GGUF keys). Raises ``SlmFailed`` for an unknown name."""
    if named is not None:
        found = next((profile for profile in PROFILES if profile.name == named), None)
        if found is None:
            known = ", ".join(profile.name for profile in PROFILES)
            raise SlmFailed(f"slm.profile: there is no prompt profile {named!r}; known are {known}")
        return found
    return next(profile for profile in PROFILES if _fits(profile, metadata))


def _fits(profile: Profile, metadata: Mapping[str, str]) -> bool:
    architecture = metadata.get("general.architecture", "").casefold()
    names = f"{metadata.get('general.name', '')} {metadata.get('general.basename', '')}".casefold()
    size = metadata.get("general.size_label", "").casefold()
    return (
        (not profile.if_architecture or architecture in profile.if_architecture)
        and (not profile.if_name or any(part in names for part in profile.if_name))
        and (not profile.if_size or size in {label.casefold() for label in profile.if_size})
    )
