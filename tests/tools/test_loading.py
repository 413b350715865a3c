"""Where functions are loaded from, and what is said when there are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_agent.errors import ConfigError
from edge_agent.tools.registry import check_tools
from tests.tools.conftest import StandingClock, settings


def test_functions_are_loaded_from_files_and_modules(tmp_path: Path) -> None:
    file = tmp_path / "site_tools.py"
    file.write_text(
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "from edge_agent.tools.functions import tool\n\n"
        "@dataclass\nclass Answer:\n    value: int\n\n"
        "@tool(effects=True)\ndef switch(on: bool) -> Answer:\n    '''Switch it.'''\n    return Answer(1)\n"
    )
    registry = check_tools(settings(f'[tools]\nmodules = ["{file}", "tests.tools.sample"]'), StandingClock())
    assert list(registry.tools) == ["switch", "sample_time"]
    assert registry.tools["switch"].effects
    assert [each.name for each in registry.signatures(["switch", "unknown"])] == ["switch"]
    assert [each.name for each in registry.signatures(effects=False)] == ["sample_time"]


@pytest.mark.parametrize("module", ["no.such.module", "/no/such/file.py", "json"])
def test_a_module_without_tools_is_named(module: str) -> None:
    with pytest.raises(ConfigError, match=r"tools\.modules"):
        check_tools(settings(f'[tools]\nmodules = ["{module}"]'), StandingClock())
