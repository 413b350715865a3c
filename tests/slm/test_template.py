from __future__ import annotations

import pytest

from edge_agent.errors import SlmFailed
from edge_agent.slm.profiles import PROFILES, Profile, Turn, choose
from edge_agent.slm.template import Frame, Segment, frame

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] | trim }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
NO_SYSTEM = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no system role') }}"
    "{% endif %}<turn>{{ m['role'] }}\n{{ m['content'] }}</turn>\n{% endfor %}<turn>model"
)
PLAIN = Profile(name="plain", system="Be brief.")


def whole(framed: Frame) -> str:
    return "".join(segment.text for segment in (*framed.opening, Segment(text="[USER]", markup=False), *framed.closing))


def test_the_models_own_template_becomes_markup_around_our_words() -> None:
    framed = frame(PLAIN, CHATML)
    assert framed.opening == (
        Segment(text="<|im_start|>system\n", markup=True),
        Segment(text="Be brief.", markup=False),
        Segment(text="<|im_end|>\n<|im_start|>user\n", markup=True),
    )
    assert framed.closing == (Segment(text="<|im_end|>\n<|im_start|>assistant\n", markup=True),)


def test_examples_become_turns_laid_out_like_the_real_one() -> None:
    profile = Profile(name="p", system="S", examples=[Turn(question="Q?", facts="a: 1", answer="It is 1.")])
    text = whole(frame(profile, CHATML))
    assert "user\nQuestion: Q?\nFacts:\na: 1<|im_end|>\n<|im_start|>assistant\nIt is 1.<|im_end|>\n" in text
    assert text.endswith("<|im_start|>user\n[USER]<|im_end|>\n<|im_start|>assistant\n")


def test_where_the_template_refuses_a_system_turn_its_text_opens_the_users() -> None:
    assert whole(frame(PLAIN, NO_SYSTEM, bos="<s>")) == "<s><turn>user\nBe brief.\n\n[USER]</turn>\n<turn>model"


def test_where_the_template_drops_the_system_turn_its_text_opens_the_users() -> None:
    dropping = "{% for m in messages %}{% if m['role'] != 'system' %}[{{ m['content'] }}]{% endif %}{% endfor %}"
    assert whole(frame(PLAIN, dropping)) == "[Be brief.\n\n[USER]]"


def test_what_every_prompt_begins_with_is_added_once() -> None:
    assert whole(frame(PLAIN, NO_SYSTEM, bos="<s>", begin="<s>")).count("<s>") == 1
    assert whole(frame(PLAIN, CHATML, begin="<s>")).startswith("<s><|im_start|>")


def test_a_file_without_template_takes_it_from_its_profile() -> None:
    phi = choose({"general.architecture": "phi2"})
    assert whole(frame(phi, None)) == f"{phi.system}\n\nInstruct: [USER]\nOutput:"


@pytest.mark.parametrize(
    ("template", "says"),
    [
        (None, "no chat template"),
        ("{% for %}", "can't be read"),
        ("{{ raise_exception('only tools') }}", "only tools"),
        ("{{ messages[0]['content'] + 1 }}", "TypeError"),
        ("Hello", "loses"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_and_says_why(template: str | None, says: str) -> None:
    with pytest.raises(SlmFailed, match=says):
        frame(PLAIN, template)


@pytest.mark.parametrize(
    ("metadata", "profile"),
    [
        ({"general.architecture": "llama", "general.name": "Smollm2 135M"}, "smollm"),
        ({"general.architecture": "qwen2", "general.size_label": "1.5B"}, "qwen2-examples"),
        ({"general.architecture": "qwen2", "general.size_label": "0.5B"}, "qwen2-small"),
        ({"general.architecture": "qwen2", "general.size_label": "14B"}, "default"),
        ({"general.architecture": "phi2"}, "phi-2"),
        ({}, "default"),
    ],
)
def test_the_profile_is_chosen_by_the_files_metadata(metadata: dict[str, str], profile: str) -> None:
    assert choose(metadata).name == profile


def test_a_profile_named_in_the_configuration_wins_and_an_unknown_one_is_refused() -> None:
    assert choose({"general.architecture": "phi2"}, "default").name == "default"
    with pytest.raises(SlmFailed, match=r"'phi'; known are .*phi-2"):
        choose({}, "phi")


def test_every_profile_has_its_own_name_and_the_last_fits_all() -> None:
    assert len({profile.name for profile in PROFILES}) == len(PROFILES)
    assert PROFILES[-1] == Profile(name="default")
