"""Bytes of tokens → text that may be shown: whole characters, nothing of a stop word."""

from __future__ import annotations

import codecs
from collections.abc import Sequence


class Pieces:
    """Feed it the bytes of each token; it gives back what can be shown so far."""

    def __init__(self, stop: Sequence[str] = ()) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._stop = [word for word in stop if word]
        self._held = ""
        self._begun = False
        #: A stop word came: the answer is over.
        self.stopped = False

    def feed(self, piece: bytes) -> str:
        """Take one token's bytes. A character may span tokens, so this may be empty."""
        if self.stopped:
            return ""
        text = self._held + self._decoder.decode(piece)
        if not self._begun:
            text = text.lstrip()
        found = [at for word in self._stop if (at := text.find(word)) >= 0]
        if found:
            self.stopped, self._held = True, ""
            return text[: min(found)].rstrip()
        keep = max((_overlap(text, word) for word in self._stop), default=0)
        shown, self._held = text[: len(text) - keep], text[len(text) - keep :]
        self._begun = self._begun or bool(shown)
        return shown

    def finish(self) -> str:
        """Give what was held back in case a stop word came. Bytes of half a character are dropped."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, word: str) -> int:
    """How many characters at the end of the text begin the word."""
    return next((n for n in range(min(len(text), len(word) - 1), 0, -1) if text.endswith(word[:n])), 0)
