from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.errors import SlmFailed
from edge_agent.slm.profiles import Profile
from edge_agent.slm.prompt import Composer, facts_text, fit
from edge_agent.slm.protocol import Table
from edge_agent.slm.template import Frame, Segment

FRAME = Frame(opening=(Segment(text="<sys>S<user>", markup=True),), closing=(Segment(text="<model>", markup=True),))


def one_a_byte(segments: Sequence[Segment]) -> list[int]:
    return [byte for segment in segments for byte in segment.text.encode()]


def composer(window: int, *, question_first: bool = True) -> Composer:
    profile = Profile(name="p", question_first=question_first)
    return Composer(profile=profile, frame=FRAME, window=window, tokenise=one_a_byte)


def table(*rows: tuple[str | None, ...], columns: tuple[str, ...] = ("cell", "site", "load")) -> Table:
    return Table(title="cells", columns=columns, rows=rows)


def text(tokens: Sequence[int]) -> str:
    return bytes(tokens).decode()


def test_one_record_is_said_as_key_and_value() -> None:
    assert facts_text([table(("A", None, "7 %"))], rows=9) == "cell: A\nload: 7 %"


def test_several_records_are_a_table_whose_constant_columns_are_said_once() -> None:
    rows = [("A", "12", "7 %", "on"), ("B", "12", None, "off")]
    columns = ("cell", "site", "load", "state")
    assert facts_text([table(*rows, columns=columns)], rows=9) == (
        "site: 12\ncell\tload\tstate\nA\t7 %\ton\nB\tnone\toff"
    )


def test_records_that_differ_in_a_column_or_two_are_one_line() -> None:
    assert facts_text([table(("A", "12", "7 %"), ("B", "12", None))], rows=9) == "site: 12\nload: A 7 %; B none"
    assert facts_text([table(("A",), ("B",), columns=("cell",))], rows=9) == "cell: A, B"


def test_records_that_are_all_alike_are_still_counted_by_their_rows() -> None:
    assert facts_text([table(("A",), ("A",), columns=("cell",))], rows=9) == "cell: A, A"


def test_a_single_value_is_its_sentence_where_the_profile_says_so() -> None:
    said = msgspec.structs.replace(table(("A", None, "7 %")), sentence="The load of cell A is 7 %.")
    assert facts_text([said], rows=9, sentences=True) == "The load of cell A is 7 %."
    assert facts_text([said], rows=9) == "cell: A\nload: 7 %"
    # A sentence isn't cut inside: where it doesn't fit, values are.
    assert fit([said], lambda text: len(text) < 20, sentences=True) == ("cell: A\nload: 7 %", True)


def test_several_tables_are_titled_and_an_empty_one_says_so() -> None:
    assert facts_text([table(("A", "12", "7 %")), table()], rows=9).endswith("load: 7 %\n\ncells: nothing found")


def test_the_early_part_ends_with_the_question_and_the_facts_follow() -> None:
    prompt = composer(1000).compose("Which?\n cell ", [table(("A", "12", "7 %"))], 50)
    assert text(prompt.system) == "<sys>S<user>"
    assert text(prompt.question) == "Question: Which? cell\n"
    assert text(prompt.rest) == "Facts:\ncell: A\nsite: 12\nload: 7 %<model>"
    assert (prompt.truncated, prompt.room) == (False, 50)


def test_a_profile_may_put_the_question_behind_the_facts() -> None:
    prompt = composer(1000, question_first=False).compose("Which?", [table(("A", "12", "7 %"))], 50)
    assert prompt.question == ()
    assert text(prompt.rest).endswith("load: 7 %\nQuestion: Which?<model>")


def test_the_last_rows_go_first() -> None:
    rows = [(f"cell-{n:03}", str(n), "7 %") for n in range(200)]
    prompt = composer(400).compose("Which?", [table(*rows)], 50)
    assert prompt.truncated
    assert "cell-000" in text(prompt.rest)
    assert "cell-199" not in text(prompt.rest)
    assert text(prompt.rest).endswith("<model>")


def test_where_not_even_one_record_fits_its_long_values_are_cut() -> None:
    prompt = composer(300).compose("Which?", [table(("A" * 5000, "12", "7 %"))], 50)
    assert prompt.truncated
    assert "AAA…" in text(prompt.rest)
    assert "load: 7 %" in text(prompt.rest)


def test_where_the_tables_do_not_fit_side_by_side_the_last_ones_go() -> None:
    many = [Table(title=f"table {n}", columns=("value",), rows=(("x" * 8,),)) for n in range(20)]
    kept, cut = fit(many, lambda shown: len(shown) <= 100)
    assert cut
    assert "table 0" in kept
    assert "table 19" not in kept


def test_a_window_without_room_for_one_record_is_said() -> None:
    with pytest.raises(SlmFailed, match="n-ctx"):
        composer(60).compose("Which?", [table(("A", "12", "7 %"))], 50)


def test_an_endless_question_is_cut_and_leaves_room_for_facts() -> None:
    prompt = composer(400).compose("why " * 2000, [table(("A", "12", "7 %"))], 50)
    assert prompt.truncated
    assert len(prompt.question) <= 101
    assert "load: 7 %" in text(prompt.rest)


@given(
    st.integers(300, 900),
    st.integers(1, 2000),
    st.text(max_size=300),
    st.lists(st.tuples(st.text(max_size=90), st.text(max_size=90), st.none() | st.text(max_size=90)), max_size=30),
)
def test_prompt_and_answer_never_overflow_the_window(
    window: int, max_tokens: int, question: str, rows: list[tuple[str, str, str | None]]
) -> None:
    prompt = composer(window).compose(question, [table(*rows)], max_tokens)
    assert prompt.length + prompt.room <= window
    assert prompt.room >= min(max_tokens, window // 2)
