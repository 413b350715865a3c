"""What the agent must not forget: queries, their steps and their answers, on disk before anyone is told of them."""

from edge_agent.journal.database import CannotWrite, JournalBroken
from edge_agent.journal.disk import Disk
from edge_agent.journal.journal import Journal, Noted
from edge_agent.journal.rows import DAMAGED, INTENT, RESULT, Held, Kept, Known, Unfinished

__all__ = [
    "DAMAGED",
    "INTENT",
    "RESULT",
    "CannotWrite",
    "Disk",
    "Held",
    "Journal",
    "JournalBroken",
    "Kept",
    "Known",
    "Noted",
    "Unfinished",
]
