"""The model's own chat template, rendered once around marks; what stands between the marks is its markup.

So only the template's text is ever tokenised with control tokens; question, facts and our own words never are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from edge_agent.errors import SlmFailed
from edge_agent.slm.profiles import Markup, Profile, Turn

# Private-use characters: no template contains them, and no filter strips them.
_MARK = re.compile("\ue000(\\d+)\ue001")
Message = Mapping[str, str]
Render = Callable[[Sequence[Message]], str]


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A piece of the prompt. Only ``markup`` may become control tokens."""

    text: str
    markup: bool


@dataclass(frozen=True, kw_only=True)
class Frame:
    """All of the prompt but the user's turn: what comes before it, and what comes after it."""

    opening: tuple[Segment, ...]
    closing: tuple[Segment, ...]


def frame(profile: Profile, template: str | None, *, bos: str = "", eos: str = "", begin: str = "") -> Frame:
    """Render the frame from the file's template, else the profile's markup. Raises ``SlmFailed`` where neither can.

    ``begin``: what every prompt of this model begins with, put there where the template doesn't.
    """
    if template is not None:
        render = _jinja(template, bos=bos, eos=eos)
    elif profile.markup is not None:
        render = _plain(profile.markup)
    else:
        raise SlmFailed(
            "the model file has no chat template, and its prompt profile has none either: name one with slm.profile"
        )
    # Some templates refuse a system turn, some drop it: then its text opens the first user turn.
    framed = _framed(render, profile, own_system=True) or _framed(render, profile, own_system=False) or _lost()
    if framed.opening and framed.opening[0].text.startswith(begin):
        return framed
    return replace(framed, opening=(Segment(text=begin, markup=True), *framed.opening))


def user_text(profile: Profile, question: str, facts: str) -> str:
    """Write the whole user turn of an example, laid out as the real one."""
    asked, given = f"{profile.before_question}{question}", f"{profile.before_facts}{facts}"
    return f"{asked}\n{given}" if profile.question_first else f"{given}\n{asked}"


def _framed(render: Render, profile: Profile, *, own_system: bool) -> Frame | None:
    texts: list[str] = []
    messages: list[Message] = []

    def mark(text: str) -> str:
        texts.append(text)
        return f"\ue000{len(texts) - 1}\ue001"

    def user(text: str) -> str:
        opening = mark(f"{profile.system}\n\n") if not own_system and not messages else ""
        return opening + mark(text)

    if own_system:
        messages.append({"role": "system", "content": mark(profile.system)})
    for turn in profile.examples:
        messages.append({"role": "user", "content": user(_example(profile, turn))})
        messages.append({"role": "assistant", "content": mark(turn.answer)})
    messages.append({"role": "user", "content": user("")})
    try:
        parts = _MARK.split(render(messages))
    except jinja2.TemplateError as error:
        if own_system:
            return None
        raise SlmFailed(f"the model's chat template can't be rendered: {error}") from error
    if [int(index) for index in parts[1::2]] != list(range(len(texts))):
        return None
    segments: list[Segment] = [Segment(text=parts[0], markup=True)]
    for index, after in zip(parts[1:-2:2], parts[2:-2:2], strict=True):
        segments += [Segment(text=texts[int(index)], markup=False), Segment(text=after, markup=True)]
    return Frame(
        opening=tuple(segment for segment in segments if segment.text),
        closing=(Segment(text=parts[-1], markup=True),),
    )


def _example(profile: Profile, turn: Turn) -> str:
    return user_text(profile, turn.question, turn.facts)


def _lost() -> Frame:
    raise SlmFailed("the model's chat template loses or repeats what it is given")


def _plain(markup: Markup) -> Render:
    def render(messages: Sequence[Message]) -> str:
        forms = {"system": markup.system, "user": markup.user, "assistant": markup.assistant}
        return "".join(forms[message["role"]].format(text=message["content"]) for message in messages) + markup.cue

    return render


def _jinja(template: str, *, bos: str, eos: str) -> Render:
    # A template comes with a downloaded file: it runs in the sandbox.
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"], undefined=jinja2.Undefined
    )

    def refuse(message: str) -> None:
        raise jinja2.TemplateError(message)

    try:
        compiled = environment.from_string(template)
    except jinja2.TemplateError as error:
        raise SlmFailed(f"the model's chat template can't be read: {error}") from error

    def render(messages: Sequence[Message]) -> str:
        try:
            return compiled.render(
                messages=messages,
                add_generation_prompt=True,
                enable_thinking=False,
                bos_token=bos,
                eos_token=eos,
                raise_exception=refuse,
            )
        except (TypeError, ValueError, KeyError, AttributeError, ArithmeticError) as error:
            raise jinja2.TemplateError(f"{type(error).__name__}: {error}") from error

    return render
