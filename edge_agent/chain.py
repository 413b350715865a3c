"""A file that only grows: JSON lines, each tied to the one before by its hash. Written to disk before it counts.

The first line is the header (sequence 0), with a random name for this very log. A line's ``facts`` are in its hash;
its ``content`` isn't, so that it can be forgotten later: the facts hold a hash of it.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import logging
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from edge_agent.clock import Clock
from edge_agent.errors import ConfigError, FedlmError
from edge_agent.messages import canonical
from edge_agent.rewriting import rewrite, sync_folder

log = logging.getLogger(__name__)

#: No line is longer: a request has at most 512 KiB.
LONGEST_LINE: Final = 2 * 1024 * 1024
WAITING: Final = 1024


class CannotAppend(FedlmError):
    """The log can't be written: what should have been noted there must not happen."""


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line. ``at``: when it was written, ISO 8601."""

    sequence: int
    at: str
    facts: dict[str, Any]
    chain: str
    content: dict[str, Any] | None = None


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of the first line: the log's own name, and whose it is."""

    log: str
    of: str


def chained(previous: str, *, sequence: int, at: str, facts: Mapping[str, Any]) -> str:
    """Compute the hash that ties a line to the one before, whose hash is ``previous`` (empty before the header)."""
    own = canonical({"sequence": sequence, "at": at, "facts": facts})
    return hashlib.sha256(previous.encode() + b"\n" + own).hexdigest()


def follow(previous: str, sequence: int, at: str, facts: msgspec.Struct, content: msgspec.Struct | None) -> Line:
    """Make the line that follows the one whose hash is ``previous``."""
    said = msgspec.to_builtins(facts)
    return Line(
        sequence=sequence,
        at=at,
        facts=said,
        chain=chained(previous, sequence=sequence, at=at, facts=said),
        content=None if content is None else msgspec.to_builtins(content),
    )


class ChainLog:
    """One writer a file. ``async with`` owns the file and the task that writes; ``name``: whose log it is.

    Entering raises ``ConfigError`` where the file can't be used. A torn last line, of a write that a power cut ended,
    goes: nothing was done on it.
    """

    def __init__(self, file: Path, *, name: str, clock: Clock) -> None:
        self.file = file
        self._name = name
        self._clock = clock
        self._waiting: asyncio.Queue[tuple[msgspec.Struct, msgspec.Struct | None, asyncio.Future[Line]]]
        self._writer: asyncio.Task[None]
        self._descriptor = -1
        self._length = 0
        #: Held by whoever touches the file.
        self._busy = asyncio.Lock()
        self._last: Line
        #: The log's own name.
        self.log = ""

    async def __aenter__(self) -> Self:
        try:
            await asyncio.to_thread(self._open)
        except OSError as error:
            raise ConfigError(f"{self.file}: {error.strerror}") from error
        self._waiting = asyncio.Queue(WAITING)
        self._writer = asyncio.create_task(self._write_what_waits(), name=f"write {self.file.name}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._waiting.join()
        finally:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
            os.close(self._descriptor)

    async def append(self, facts: msgspec.Struct, content: msgspec.Struct | None = None) -> Line:
        """Append a line; it is on disk when this returns. Raises ``CannotAppend``."""
        written: asyncio.Future[Line] = asyncio.get_running_loop().create_future()
        await self._waiting.put((facts, content, written))
        return await written

    async def forget(self, which: Callable[[Line], bool]) -> tuple[int, int]:
        """Take the contents of these lines out of the file; their hashes stay.

        Gives how many, and how many lines can't be read: they are left. Raises ``CannotAppend``; then nothing changed.
        """
        counts = {"forgotten": 0, "unreadable": 0}

        def change(raw: bytes) -> bytes:
            try:
                line = msgspec.json.decode(raw, type=Line)
            except (msgspec.DecodeError, UnicodeDecodeError):
                counts["unreadable"] += 1
                return raw
            if line.content is None or not which(line):
                return raw
            counts["forgotten"] += 1
            return canonical(msgspec.structs.replace(line, content=None)) + b"\n"

        async with self._busy:
            try:
                new, length = await asyncio.to_thread(rewrite, self.file, change)
            except OSError as error:
                raise CannotAppend(f"{self.file.name} can't be written anew: {error.strerror}") from error
            os.close(self._descriptor)
            self._descriptor, self._length = new, length
        return counts["forgotten"], counts["unreadable"]

    async def _write_what_waits(self) -> None:
        """Write until cancelled: all that waits at once, with one commit to disk."""
        while True:
            batch = [await self._waiting.get()]
            while not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            lines: list[Line] = []
            last = self._last
            for facts, content, _ in batch:
                last = follow(last.chain, last.sequence + 1, self._now(), facts, content)
                lines.append(last)
            try:
                async with self._busy:
                    await asyncio.to_thread(self._write, b"".join(canonical(line) + b"\n" for line in lines))
            except OSError as error:
                log.error("chain_not_written", extra={"file": self.file.name, "error": error.strerror})  # noqa: TRY400
                self._tell(batch, CannotAppend(f"{self.file.name} can't be written"))
            else:
                self._last = last
                self._tell(batch, lines)

    def _tell(
        self,
        batch: list[tuple[msgspec.Struct, msgspec.Struct | None, asyncio.Future[Line]]],
        outcome: list[Line] | CannotAppend,
    ) -> None:
        for number, (_, _, written) in enumerate(batch):
            if not written.done():  # whoever waited may have been cancelled: the line stands all the same
                if isinstance(outcome, CannotAppend):
                    written.set_exception(outcome)
                else:
                    written.set_result(outcome[number])
            self._waiting.task_done()

    def _write(self, lines: bytes) -> None:
        os.ftruncate(self._descriptor, self._length)  # what an earlier write left that failed
        view = memoryview(lines)
        while view:
            view = view[os.write(self._descriptor, view) :]
        os.fsync(self._descriptor)
        self._length += len(lines)

    def _open(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._length = self._whole_lines()
            if self._length == 0:
                self._begin()
            self._last, self.log = self._read_ends()
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise ConfigError(f"{self.file}: another process writes it") from error
        except BaseException:
            os.close(self._descriptor)
            raise

    def _begin(self) -> None:
        header = Header(log=secrets.token_hex(16), of=self._name)
        self._write(canonical(follow("", 0, self._now(), header, None)) + b"\n")
        sync_folder(self.file.parent)

    def _whole_lines(self) -> int:
        """Count the bytes up to the last whole line."""
        size = os.fstat(self._descriptor).st_size
        tail = os.pread(self._descriptor, LONGEST_LINE, max(size - LONGEST_LINE, 0))
        whole = size - (len(tail) - tail.rfind(b"\n") - 1)
        if whole < size:
            log.warning("chain_torn", extra={"file": self.file.name, "bytes": size - whole})
        return whole

    def _read_ends(self) -> tuple[Line, str]:
        start = max(self._length - LONGEST_LINE, 0)
        last = os.pread(self._descriptor, self._length - start, start).splitlines()[-1]
        first = os.pread(self._descriptor, LONGEST_LINE, 0).splitlines()[0]
        try:
            header = msgspec.convert(msgspec.json.decode(first, type=Line).facts, Header)
            return msgspec.json.decode(last, type=Line), header.log
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"{self.file}: its first or last line is damaged; `fedlm audit --verify` says more. "
                "Move the file away: a new one is begun, and the audit shows that"
            ) from error

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="seconds")


def raw_lines(file: Path) -> Iterator[bytes]:
    """Give the lines of a file, each with its newline; the last one may be torn. Raises ``ConfigError``."""
    try:
        with file.open("rb") as stream:
            yield from iter(lambda: stream.readline(LONGEST_LINE), b"")
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from error
