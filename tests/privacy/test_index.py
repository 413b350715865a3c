"""Known values: found whatever their spelling, forgotten when they are gone, and never told to the cloud."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.privacy import redactor
from edge_agent.privacy.index import Index, Owner
from tests.privacy.samples import CATALOGUE


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index(tmp_path / "known.db") as opened:
        opened.put(Owner(name="c/1", values=["Zoë Müller-Brandt", "K 4711-99", "Will Rose"]))
        opened.put(Owner(name="c/2", values=["王小明", "Blue Garden Hose 20", "Rose"]))
        yield opened


def found(index: Index, text: str) -> list[str]:
    return [text[start:end] for start, end in index.find(text)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("orders of zoe muller brandt", ["zoe muller brandt"]),
        ("ZOE MUELLERBRANDT called", ["ZOE MUELLERBRANDT"]),
        ("Zoe\u0308 Mu\u0308ller-Brandt", ["Zoe\u0308 Mu\u0308ller-Brandt"]),
        ("z\u200bo\u200be brandt came", ["z\u200bo\u200be brandt"]),
        ("Ｚｏｅ is full width", ["Ｚｏｅ"]),
        ("k4711 99 or K471199", ["k4711 99", "K471199"]),
        ("the blue garden hose 20, please", ["blue garden hose 20"]),
        ("小明在吗", ["小明"]),
        ("Brandt, Zoë", ["Brandt, Zoë"]),
        ("nothing of that is here", []),
    ],
)
def test_values_are_found_whatever_their_spelling(index: Index, text: str, values: list[str]) -> None:
    assert found(index, text) == values


@pytest.mark.parametrize("text", ["will it rose come", "Will it come", "the rose is red", "a garden"])
def test_parts_that_are_everyday_words_do_not_match_alone(index: Index, text: str) -> None:
    assert found(index, text) == []


def test_a_part_that_is_an_everyday_word_matches_where_it_is_written_as_a_name(index: Index) -> None:
    assert found(index, "did Rose come") == ["Rose"]


def test_put_replaces_and_drop_forgets(index: Index) -> None:
    index.put(Owner(name="c/1", values=["Quentin Holloway"]))
    assert found(index, "Zoë Brandt and Quentin") == ["Quentin"]
    index.drop("c/1")
    assert found(index, "Quentin Holloway") == []


def test_a_value_of_two_owners_is_known_until_both_are_gone(index: Index) -> None:
    index.put(Owner(name="c/3", values=["王小明"]))
    index.drop("c/2")
    assert found(index, "王小明") == ["王小明"]
    index.drop("c/3")
    assert found(index, "王小明") == []


async def source(*owners: Owner) -> AsyncIterator[Owner]:
    for owner in owners:
        yield owner


async def test_a_scan_adds_what_is_new_and_forgets_what_is_gone(index: Index) -> None:
    assert await index.refresh(source(Owner(name="c/9", values=["Ottoline Vance"]))) == 1
    assert found(index, "Ottoline Vance and Zoë Brandt") == ["Ottoline Vance"]


async def test_a_scan_that_breaks_off_forgets_nothing(index: Index) -> None:
    async def broken() -> AsyncIterator[Owner]:
        yield Owner(name="c/9", values=["Ottoline Vance"])
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await index.refresh(broken())
    assert found(index, "Zoë Brandt") == ["Zoë Brandt"]


def test_no_value_is_in_the_file(tmp_path: Path) -> None:
    with Index(tmp_path / "known.db") as index:
        index.put(Owner(name="customers/4711", values=["Ottoline Vance"]))
    for file in tmp_path.iterdir():
        content = file.read_bytes().lower()
        assert b"ottoline" not in content
        assert b"vance" not in content
        assert b"4711" not in content


def test_what_was_put_is_known_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        with Index(tmp_path / "known.db") as index:
            if not len(index):
                index.put(Owner(name="c", values=["Ottoline Vance"]))
            assert found(index, "Ottoline Vance") == ["Ottoline Vance"]


NAMES = [
    "Zoe Muller Brandt",
    "Xiomara",
    "Will Rose",
    "SO-10135",
    "K 4711-99",
    "anna@example.com",
    "王小明",
    "quibbleforth",
]
WORDS = ["did", "the", "order", "of", "come", "blue", "and", "in", "?", "site 12", "rose", "status", ","]


def test_at_strict_the_bytes_are_the_same_whether_a_hidden_value_is_known_or_not() -> None:
    """Wherever default-deny hides it anyway; the others (names that are everyday words) are the index's gain."""
    with Index() as index:
        index.put(Owner(name="c", values=NAMES))
        with_index = redactor(signatures=CATALOGUE, known=index)
        without = redactor(signatures=CATALOGUE)

        @settings(max_examples=400, deadline=None, database=None)
        @given(st.lists(st.sampled_from([*NAMES, *WORDS]), max_size=8).map(" ".join))
        def same(text: str) -> None:
            alone = without.redact(text)
            hidden: set[int] = set()
            template = alone.template
            place = 0
            for part in re.split(r"(<[A-Z]+_\d+>)", template):
                value = alone.vault.get(part, part)
                if part in alone.vault:
                    hidden |= set(range(place, place + len(value)))
                place += len(value)
            hides_all = all(set(range(start, end)) <= hidden for start, end in index.find(text))
            if hides_all:
                assert with_index.redact(text) == alone

        same()


def test_a_known_value_that_default_deny_lets_pass_is_hidden(index: Index) -> None:
    known = redactor(signatures=CATALOGUE, known=index)
    assert known.redact("is the blue garden hose 20 in stock").template == "is the <CODE_1> in stock"
    assert redactor(signatures=CATALOGUE).redact("is the blue garden hose 20 in stock").vault == {}


def test_the_type_does_not_tell_where_a_value_was_found(index: Index) -> None:
    """A patient's name and a product's have the same type: that of its form."""
    known = redactor(level="standard", known=index)
    assert known.redact("Zoë Müller-Brandt").template == known.redact("Blue Garden Hose").template.replace(
        "Blue Garden Hose", "<NAME_1>"
    )
