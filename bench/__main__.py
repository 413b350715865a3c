"""Runs every benchmark of this folder, or those that are named."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import bench


def main(names: list[str]) -> int:
    found = sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_"))
    for name in names or found:
        print(f"\n== {name}")
        module = importlib.import_module(f"bench.{name}")
        if not hasattr(module, "main"):
            module = importlib.import_module(f"bench.{name}.__main__")
        module.main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
