"""Find ``@tool`` functions: in modules and files that the configuration names, and in installed packages."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from edge_agent import config
from edge_agent.errors import ConfigError
from edge_agent.tools.functions import marked

GROUP = "fedlm.tools"


def functions(tools: config.Tools) -> list[Callable[..., Any]]:
    """Load them all, each once. Raises ``ConfigError`` where a module can't be loaded or has none."""
    found: dict[int, Callable[..., Any]] = {}
    for name in tools.modules:
        here = list(_marked(_module(name)))
        if not here:
            raise ConfigError(f'tools.modules: "{name}" has no @tool function')
        found |= {id(each): each for each in here}
    for entry in entry_points(group=GROUP) if tools.entry_points else ():
        try:
            loaded = entry.load()
        except (ImportError, AttributeError) as error:
            raise ConfigError(f'entry point "{entry.name}" of {GROUP}: {error}') from error
        found |= {id(each): each for each in _marked(loaded)}
    return list(found.values())


def _marked(loaded: Any) -> Iterator[Callable[..., Any]]:
    candidates = vars(loaded).values() if isinstance(loaded, ModuleType) else [loaded]
    return (each for each in candidates if callable(each) and marked(each))


def _module(name: str) -> ModuleType:
    """Import a module by name, or a .py file by path. Raises ``ConfigError``."""
    try:
        return _file(Path(name).resolve()) if name.endswith(".py") else importlib.import_module(name)
    except Exception as error:  # a stranger's module may raise anything, and no reload may end the agent
        raise ConfigError(f'tools.modules: "{name}" can\'t be loaded: {type(error).__name__}: {error}') from error


def _file(path: Path) -> ModuleType:
    known_as = "fedlm_tools" + re.sub(r"\W", "_", str(path.with_suffix("")))
    spec = importlib.util.spec_from_file_location(known_as, path)
    if spec is None or spec.loader is None:
        raise ImportError("not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[known_as] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module
