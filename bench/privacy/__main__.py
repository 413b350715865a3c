"""Prints the tables of docs/privacy.md: leaks and over-redaction by level, hard cases, plans, speed."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from faker import Faker

from bench.privacy import cases, measure, plans
from bench.privacy.measure import Count
from edge_agent.privacy import LEVELS, Redactor, redactor
from edge_agent.privacy.index import Index, Owner

SEED = 20261125
LENGTH = 200
_SOURCES = 2000


def main(arguments: Sequence[str] = ()) -> None:
    """Measure and print; ``--leaks`` names what left at strict."""
    parser = argparse.ArgumentParser(prog="python -m bench.privacy")
    parser.add_argument("--count", type=int, default=1000, help="prompts a language (default: 1000)")
    parser.add_argument("--known", type=int, default=100_000, help="known values for the timing (default: 100000)")
    parser.add_argument("--leaks", type=int, default=0, help="show so many leaks of each group at strict")
    given = parser.parse_args(list(arguments))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        leaks(given.count, given.leaks, stack.enter_context(Index(folder / "half.db")))
        plans_table()
        speed(stack.enter_context(Index(folder / "all.db")), given.known)


def leaks(count: int, shown: int, index: Index) -> dict[str, dict[str, Count]]:
    """Print and return what leaves, by redactor and group."""
    plain = list(cases.plain(count, SEED))
    unseen = [*cases.second(count // 2, SEED), *cases.held_out(count // 2, SEED)]
    every = [*plain, *unseen, *cases.hard(max(50, count // 4), SEED)]
    asyncio.run(index.refresh(_owners(_values(plain[::2]))))
    made: dict[str, Redactor] = {level: redactor(level=level) for level in LEVELS[1:]}
    made |= {f"{level}, known": redactor(level=level, known=index) for level in LEVELS[1:3]}
    results = {name: measure.measure(each, every) for name, each in made.items()}
    groups = [key for key in results["strict"] if "/" not in key]
    _header(
        f"Values that leave, %: whole / whole or in part; then other words hidden, %. {len(every)} prompts", results
    )
    rows = {group: [group] for group in groups} | {
        "**plain, all**": list(cases.LOCALES),
        "**second, all**": [group for group in groups if group.endswith("second")],
        "**held out, all**": [group for group in groups if group.endswith("held out")],
    }
    for title, chosen in rows.items():
        totals = [_total(each, chosen) for each in results.values()]
        print(f"| {title} | {totals[0].values} | {' | '.join(map(_cell, totals))} |")
    _kinds(results["strict"])
    for group in groups if shown else ():
        print(f"\n{group}:", *results["strict"][group].leaked[:shown], sep="\n  ")
        print("  hidden needlessly:", results["strict"][group].over.most_common(shown))
    return results


def _header(title: str, columns: Iterable[str]) -> None:
    names = list(columns)
    print(f"\n{title}\n\n| group | values | {' | '.join(names)} |\n|---|---:|{'---:|' * len(names)}")


def _cell(count: Count) -> str:
    return f"{count.exact_percent:.1f} / {count.leak_percent:.1f}; {count.over_percent:.1f}"


def _kinds(strict: dict[str, Count]) -> None:
    print(
        "\nBy kind of value, plain prompts, at strict:\n\n| kind | values | whole / whole or in part |\n|---|---:|---:|"
    )
    for kind in sorted({key.partition("/")[2] for key in strict if key.partition("/")[0] in cases.LOCALES} - {""}):
        total = _total(
            strict, [key for key in strict if key.partition("/") in {(each, "/", kind) for each in cases.LOCALES}]
        )
        print(f"| {kind} | {total.values} | {total.exact_percent:.1f} / {total.leak_percent:.1f} |")


def _total(counts: dict[str, Count], groups: Iterable[str]) -> Count:
    chosen = [counts[group] for group in groups]
    return Count(
        values=sum(each.values for each in chosen),
        exact=sum(each.exact for each in chosen),
        partial=sum(each.partial for each in chosen),
        words=sum(each.words for each in chosen),
        hidden_words=sum(each.hidden_words for each in chosen),
    )


def plans_table() -> None:
    """Print how many plans are the same with and without redaction."""
    print("\nPlans that are the same with and without redaction, %")
    print("\n| questions | number | standard | strict | closed |\n|---|---:|---:|---:|---:|")
    for title, signatures, asked in (
        ("the demo's, and variants", plans.demo_catalogue(), plans.demo_questions(480)),
        ("free-text parameters", list(plans.FREE), _free(280)),
    ):
        shares = []
        for level in LEVELS[1:]:
            made = redactor(level=level, signatures=signatures)
            verdicts = [plans.same_plan(made, signatures, question) for question in asked]
            shares.append(f"{100 * sum(same for same, _ in verdicts) / len(verdicts):.1f}")
            for _, why in [each for each in verdicts if not each[0]][:3]:
                print(f"  {level}: {why}", file=sys.stderr)
        print(f"| {title} | {len(asked)} | {' | '.join(shares)} |")


def _free(count: int) -> list[str]:
    fake = Faker("en_US")
    fake.seed_instance(SEED)
    return [
        plans.FREE_QUESTIONS[number % len(plans.FREE_QUESTIONS)].format(
            name=f"{fake.first_name()} {fake.last_name()}", city=fake.city(), first=fake.first_name()
        )
        for number in range(count)
    ]


def speed(index: Index, known: int) -> None:
    """Print how long a prompt takes, with and without known values."""
    asyncio.run(index.refresh(_owners(_many(known))))
    texts = _prompts()
    signatures = plans.demo_catalogue()
    print(f"\nMilliseconds a prompt of {LENGTH} characters, p50; {known} known values")
    print("\n| level | without known values | with |\n|---|---:|---:|")
    for level in LEVELS:
        alone = redactor(level=level, signatures=signatures)
        both = redactor(level=level, signatures=signatures, known=index)
        print(f"| {level} | {_p50(alone, texts):.2f} | {_p50(both, texts):.2f} |")


def _p50(made: Redactor, texts: Sequence[str]) -> float:
    measure.p50_ms(made, texts[:50])
    return measure.p50_ms(made, texts)


def _values(chosen: Iterable[cases.Case]) -> list[str]:
    return [case.text[value.start : value.end] for case in chosen for value in case.values]


def _many(count: int) -> list[str]:
    fake = Faker(list(cases.LOCALES.values()))
    fake.seed_instance(SEED)
    firsts = [fake.first_name() for _ in range(_SOURCES)]
    lasts = [fake.last_name() for _ in range(_SOURCES)]
    return [
        f"{firsts[number % _SOURCES]} {lasts[(number * 7 + number // _SOURCES) % _SOURCES]}"
        if number % 2
        else f"C{number:07d}"
        for number in range(count)
    ]


def _prompts() -> list[str]:
    text = " ".join(case.text for case in cases.plain(100, SEED + 1))
    return [text[start : start + LENGTH] for start in range(0, len(text) - LENGTH, LENGTH)]


async def _owners(values: Sequence[str]) -> AsyncIterator[Owner]:
    for number, value in enumerate(values):
        yield Owner(name=f"bench/{number}", values=[value])


if __name__ == "__main__":
    main(sys.argv[1:])
