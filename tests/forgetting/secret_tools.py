"""Tools that know a secret: one tells it, one fails with it in its error, one is defective."""

from __future__ import annotations

from typing import TypedDict

from edge_agent.errors import ToolFailed
from edge_agent.tools.functions import tool

#: In every answer, every error and every argument of the tests here.
SECRET = "PAT-77310"


class Patient(TypedDict):
    """What is known of a patient."""

    code: str
    finding: str


@tool
def finding(code: str) -> list[Patient]:
    """The finding of a patient, by the patient's code."""
    return [{"code": code, "finding": f"{code} is well"}]


@tool
def refusing(code: str) -> list[Patient]:
    """A tool whose source fails."""
    raise ToolFailed(f"no such {code}: {SECRET}")


@tool
def defective(code: str) -> list[Patient]:
    """A tool with a defect."""
    raise LookupError(f"{code} {SECRET}")
