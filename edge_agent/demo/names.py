"""Names of persons who do not exist: put together from syllables, so that nobody is meant."""

from __future__ import annotations

import random

_FIRST = ("Ta", "Mi", "Lo", "Ve", "Sa", "Ke", "Ru", "Ny", "Bo", "Ily")
_SECOND = ("lu", "rin", "ska", "vo", "dri", "mel", "nna", "tho")
_LAST = ("Quor", "Vel", "Tarn", "Osk", "Brim", "Hald", "Zev", "Pell", "Umb", "Strin")
_END = ("ani", "ick", "ova", "mere", "stad", "owin", "eth", "alde")


def person(rng: random.Random) -> str:
    """A first and a last name."""
    return f"{rng.choice(_FIRST)}{rng.choice(_SECOND)} {rng.choice(_LAST)}{rng.choice(_END)}"
