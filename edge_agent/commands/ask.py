"""``fedlm ask "…"``: asks, and shows the stages, what left for the cloud, the answer, its sources and times."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from edge_agent import config
from edge_agent.ask import Event, Requester, Stage
from edge_agent.config_file import load
from edge_agent.credentials import credential
from edge_agent.messages import Delta, Egress, Query, Response, TimingsMs, encode
from edge_agent.topics import is_device_name

ANSWERED, ERROR, SILENCE = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("prompt", help="the question")
    parser.add_argument("--config", type=Path, help="an agent.toml whose [mqtt] says where the broker is")
    parser.add_argument("--host", help="the broker's host (localhost)")
    parser.add_argument("--port", type=int, help="the broker's port (1883)")
    parser.add_argument("--root", help="the root of the topics (fedlm)")
    parser.add_argument("--device", default="", help="ask as this device, on its own topic")
    parser.add_argument("--tools", help="only these tools, separated by commas")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds to wait (60)")
    parser.add_argument("--facts", action="store_true", help="show the records that the answer rests on")
    parser.add_argument("--preview", action="store_true", help="show what would leave for the cloud, and ask first")
    parser.add_argument("--json", action="store_true", help="print the response as it came")


def run(arguments: argparse.Namespace) -> int:
    """0: an answer, or a preview that stays one; 1: an error answer; 2: no answer."""
    console = Console(highlight=False, stderr=arguments.json)
    if arguments.device and not is_device_name(arguments.device):
        console.print(f"{arguments.device!r} can't be a device's name: A-Z a-z 0-9 _ . - only, and not any or delta")
        return SILENCE
    query = _query(arguments)
    response = _told(arguments, query, console)
    if response is not None and response.preview is not None and not arguments.json:
        if not _agreed(console):
            console.print("Nothing has left.")
            return ANSWERED
        consenting = msgspec.structs.replace(query, preview=False, consent=response.preview.sha256)
        response = _told(arguments, consenting, console)
    if response is None:
        return SILENCE
    return ANSWERED if response.status == "ok" else ERROR


def _query(arguments: argparse.Namespace) -> Query:
    return Query(
        prompt=arguments.prompt,
        stream=not arguments.json,
        facts=arguments.facts,
        preview=arguments.preview,
        tools=arguments.tools.split(",") if arguments.tools else None,
        deadline_s=min(max(arguments.timeout, 1.0), 3600.0),
    )


def _told(arguments: argparse.Namespace, query: Query, console: Console) -> Response | None:
    """Ask, and show what came of it."""
    response = asyncio.run(_ask(arguments, query, console))
    if response is None:
        console.print(f"[red]no answer within {arguments.timeout:.0f} s[/]: is an agent on this broker?")
    elif arguments.json:
        print(encode(response).decode())
    else:
        show(response, console)
    return response


def _agreed(console: Console) -> bool:
    try:
        return console.input("Let exactly this leave? \\[y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def settings_of(arguments: argparse.Namespace) -> config.Mqtt:
    """Where the broker is: the file's word, overruled by the options."""
    given = load(arguments.config, config.Agent).mqtt if arguments.config else config.Mqtt()
    return config.Mqtt(
        root=arguments.root or given.root,
        host=arguments.host or given.host,
        port=arguments.port or given.port,
        socket=None if arguments.host or arguments.port else given.socket,
        username=arguments.device or None if credential(given.password_credential) else None,
        ca_file=given.ca_file,
        cert_file=given.cert_file,
        key_file=given.key_file,
    )


async def _ask(arguments: argparse.Namespace, query: Query, console: Console) -> Response | None:
    settings = settings_of(arguments)
    requester = Requester(settings, device=arguments.device, password=credential(settings.password_credential))
    async with requester.link:
        seen = None if arguments.json else lambda event: _show_event(event, console)
        return await requester.ask(query, timeout_s=arguments.timeout, seen=seen)


def _show_event(event: Event, console: Console) -> None:
    match event:
        case Stage(name=name, trace=trace) if trace.state != "begun":
            mark = "[green]✓[/]" if trace.state == "done" else "[red]✗[/]"
            console.print(f"  {mark} [dim]{name:<10} {trace.ms:8.1f} ms[/]")
        case Egress(body=body, sha256=sha256):
            console.print(f"  [yellow]↗ {len(body.encode())} bytes left for the cloud[/] [dim]{sha256[:12]}…[/]")
        case Delta(text=text):
            console.print(f"  [cyan]{text.strip()}[/]")


def show(response: Response, console: Console) -> None:
    """Print a terminal response for a person."""
    if response.error is not None:
        console.print(f"\n[bold red]{response.error.code}[/]: {response.error.message}")
        if response.error.retry_after_s is not None:
            console.print(f"[dim]It was not taken: ask again in {response.error.retry_after_s:g} s.[/]")
        return
    console.print(f"\n[bold]{response.answer}[/]\n")
    if response.preview is not None:
        shown = msgspec.json.format(response.preview.body.encode(), indent=2).decode()
        console.print(shown, markup=False, soft_wrap=True)
        size = len(response.preview.body.encode())
        console.print(f"[dim]{size:,} bytes, SHA-256 {response.preview.sha256}[/]")
        return
    table = Table(show_header=True, header_style="dim", box=None)
    for name in ("tool", "status", "records", "ms"):
        table.add_column(name)
    for source in response.sources:
        table.add_row(source.tool, source.status, str(source.records), f"{source.ms:.1f}")
    if response.sources:
        console.print(table)
    for facts in response.facts or []:
        for record in facts.records:
            console.print(f"[dim]{facts.tool}: {', '.join(f'{name}={value}' for name, value in record.items())}[/]")
    times = response.timings_ms or TimingsMs()
    told = f"plan {times.plan:.0f} · tools {times.tools:.0f} · answer {times.generate:.0f} · all {times.total:.0f} ms"
    console.print(f"[dim]model {response.model} · grounded {response.grounded} · {response.route} · {told}[/]")
