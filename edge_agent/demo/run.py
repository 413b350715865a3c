"""``fedlm demo``: start the house, ask, judge, break it, say what stood in. Exit code 1 where one answer is wrong."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shutil
import signal
import tempfile
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from edge_agent.demo.house import Cloud, House, Occupied
from edge_agent.demo.tour import Tour
from edge_agent.demo.watch import NoAnswer
from edge_agent.errors import FedlmError
from edge_agent.testing.processes import MissingProgram, free_port

#: What an MQTT client tries first.
USUAL_PORT = 1883
KEPT = Path(".cache/demo")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``fedlm demo``."""
    parser.add_argument("--keep", action="store_true", help="leave it running; Ctrl-C ends it all")
    parser.add_argument("--port", type=int, help="the broker's port (default: a free one)")
    parser.add_argument("--state", type=Path, metavar="DIR", help="write everything below DIR")
    parser.add_argument("--instant", action="store_true", help="instant stand-ins for SLM and cloud")


def run(args: argparse.Namespace) -> int:
    """Run the demo. 0: all answers right; 1: one was wrong, or a part did not start; 130: interrupted."""
    console = Console(width=min(Console().width, 140) if Console().is_terminal else 120, highlight=False)
    state, throw_away = _state(args)
    code = 1
    try:
        code = asyncio.run(_demo(args, state, console))
    except asyncio.CancelledError:
        console.print("\nInterrupted; everything is stopped.")
        code = 130
    except Occupied as error:
        console.print(f"[red]{escape(str(error))}[/red]")
    except (MissingProgram, NoAnswer, FedlmError, RuntimeError) as error:
        console.print(f"[bold red]The demo failed:[/bold red] {escape(str(error))}")
        console.print(f"Logs: {state / 'logs'}")
        throw_away = False
    finally:
        if throw_away and code != 1:
            shutil.rmtree(state, ignore_errors=True)
    return code


def _state(args: argparse.Namespace) -> tuple[Path, bool]:
    """Where everything is written, and whether it is thrown away after a run that went well."""
    if args.state is not None:
        return Path(args.state).resolve(), False
    if args.keep:
        return KEPT.resolve(), False
    return Path(tempfile.mkdtemp(prefix="fedlm-demo-")), True


async def _demo(args: argparse.Namespace, state: Path, console: Console) -> int:
    task = asyncio.current_task()
    if task is not None:
        for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell's background job inherits it ignored
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    port = args.port or (USUAL_PORT if args.keep and _is_free(USUAL_PORT) else free_port())
    with House(
        state=state, port=port, cloud=Cloud() if args.instant else Cloud.from_environment(), instant=args.instant
    ) as house:
        tour = Tour(house=house, console=console)
        code = await tour.walk()
        if args.keep:
            tour.how_to_go_on()
            with contextlib.suppress(asyncio.CancelledError):  # Ctrl-C or SIGTERM is how this ends
                await asyncio.Event().wait()
    return code


def _is_free(port: int) -> bool:
    import socket  # noqa: PLC0415

    with contextlib.suppress(OSError), socket.socket() as probe:
        probe.bind(("127.0.0.1", port))
        return True
    return False
