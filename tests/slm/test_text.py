from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.slm.text import Pieces


@given(st.text(), st.integers(1, 4))
def test_however_bytes_are_split_only_whole_characters_come_out(text: str, size: int) -> None:
    raw = text.encode()
    pieces = Pieces()
    shown = [pieces.feed(raw[at : at + size]) for at in range(0, len(raw), size)]
    assert "".join([*shown, pieces.finish()]) == text.lstrip()


def test_a_character_that_spans_tokens_comes_with_its_last_byte() -> None:
    pieces = Pieces()
    assert [pieces.feed(bytes([byte])) for byte in "€".encode()] == ["", "", "€"]


def test_half_a_character_at_the_end_is_dropped() -> None:
    pieces = Pieces()
    assert pieces.feed(b"ok" + "€".encode()[:2]) == "ok"
    assert pieces.finish() == ""


def test_a_stop_word_that_spans_tokens_ends_the_answer_and_is_not_shown() -> None:
    pieces = Pieces(stop=["\nInstruct:"])
    assert [pieces.feed(piece) for piece in (b"It is 7.", b"\nIns", b"truct", b": next")] == ["It is 7.", "", "", ""]
    assert pieces.stopped


def test_what_only_begins_like_a_stop_word_is_shown_after_all() -> None:
    pieces = Pieces(stop=["\nInstruct:"])
    assert [pieces.feed(piece) for piece in (b"A\nIn", b" fact")] == ["A", "\nIn fact"]
    assert pieces.feed(b"\nInst") == ""
    assert pieces.finish() == "\nInst"
