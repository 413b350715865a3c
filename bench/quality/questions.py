"""A hundred questions with the plan a good planner makes, and gold from the rows. Imports nothing of the program."""

from __future__ import annotations

import random
from collections.abc import Callable

from bench.quality.makers import MAKERS
from bench.quality.question import KINDS, Asking, Question
from bench.quality.site import LANGUAGES, Language, Site, site


def sites(seed: int) -> dict[Language, Site]:
    return {language: site(seed, language) for language in LANGUAGES}


def questions(seed: int, *, short: bool = False) -> list[Question]:
    """All of them; ``short``: about a quarter, some of each kind and language."""
    made = []
    for place, (language, its_site) in enumerate(sites(seed).items()):
        for kind, counts in KINDS.items():
            asking = Asking(site=its_site, dice=random.Random(f"{seed} {language} {kind}"), kind=kind)
            most = counts[place] if not short else 2 if language == "en" else int(kind in ("look up", "extreme"))
            made += _distinct(MAKERS[kind], asking, most)
    return made


def _distinct(make: Callable[[Asking, int], Question], asking: Asking, most: int) -> list[Question]:
    made: dict[str, Question] = {}
    for number in range(most):
        question = make(asking, number)
        while question.prompt in made:
            question = make(asking, number)
        made[question.prompt] = question
    return list(made.values())
