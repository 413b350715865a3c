"""The short form of ``python -m tests.policy.whole``, and agents whose policies are worse: they must be caught."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from edge_agent import config
from tests.policy.whole import run

SHORT = 300


async def test_a_hostile_cloud_gets_no_row_no_call_and_no_effect_that_the_asker_has_no_right_to(
    mongo_uri: str, tmp_path: Path
) -> None:
    verdict = await run(SHORT, 6, mongo_uri, tmp_path)
    assert not verdict.wrong
    # It was alive: rows were read, calls were made, plans were refused.
    assert verdict.counts["ok"] > SHORT / 3
    assert verdict.counts["rows"] > SHORT / 3
    assert verdict.counts["plan_rejected"] > SHORT / 20
    assert verdict.counts["forbidden"] > SHORT / 20


async def test_row_filters_that_the_plan_may_choose_are_caught(mongo_uri: str, tmp_path: Path) -> None:
    def chosen_by_the_plan(made: config.Agent) -> config.Agent:
        return replace(made, policy=[replace(each, rows={}, unfiltered=[]) for each in made.policy])

    verdict = await run(40, 7, mongo_uri, tmp_path, spoil=chosen_by_the_plan)
    assert [each for each in verdict.wrong if "rows of" in each]
    assert [each for each in verdict.wrong if "was called for" in each]


async def test_a_policy_that_grants_everything_is_caught(mongo_uri: str, tmp_path: Path) -> None:
    def everything(made: config.Agent) -> config.Agent:
        policy = config.Policy(
            devices=["*"],
            shared=True,
            tools=["readings", "stored", "piped", "opening_hours", "salaries"],
            effects=["open_valve", "purge"],
        )
        return replace(made, policy=[policy])

    verdict = await run(40, 8, mongo_uri, tmp_path, spoil=everything)
    assert [each for each in verdict.wrong if "salaries was called" in each]
    assert [each for each in verdict.wrong if "purge was called" in each or "open_valve was called" in each]
