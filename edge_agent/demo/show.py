"""What a person sees of one question: what left, what came back, what ran, what was answered, and is it right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from edge_agent.demo.checks import Left
from edge_agent.demo.door import ASKS, PRIES, Tried
from edge_agent.demo.planted import Obeyed
from edge_agent.demo.watch import Seen
from edge_agent.messages import Plan, PlanFailure, ProposedCall, Response, Source, TimingsMs

BAR = 28
GOOD, BAD, QUIET = "green", "bold red", "dim"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One question as it went: ``faults`` by gold, empty where the answer is right."""

    title: str
    seen: Seen
    left: Left
    faults: Sequence[str]
    cloud: str
    #: A model words answers in this round: where the bare facts answer, its draft was refused.
    drafted: bool = False


def question(console: Console, shown: Shown) -> None:
    """Print it, in the order in which it happened."""
    seen = shown.seen
    grid = Table.grid(padding=(0, 2))
    grid.add_column(justify="right", style=QUIET, no_wrap=True)
    grid.add_column()
    grid.add_row("question", Text(seen.prompt, style="bold"))
    grid.add_row("left for the cloud", _left(shown.left))
    by_cloud = seen.response.route != "edge"
    grid.add_row("came back", _came_back(seen.plans, shown.cloud) if by_cloud else _on_the_device(seen.response))
    grid.add_row("tools", _tools(seen.response.sources, seen.response.timings_ms))
    grid.add_row("answer", Text(seen.response.answer or _error(seen), style="bold cyan"))
    grid.add_row("", Text(_how(seen, drafted=shown.drafted), style=QUIET))
    grid.add_row("by gold", _verdict(shown.faults))
    console.print(Rule(escape(shown.title), style=QUIET, align="left"))
    console.print(grid)
    console.print()


def _left(left: Left) -> RenderableType:
    if not left.requests:
        return Text("nothing", style=GOOD)
    lines = Text(f"{left.template}\n")
    lines.append(f"{left.bytes:,} bytes: this question and {left.tools} tool signatures\n")
    if left.found:
        lines.append(f"of them from your data: {', '.join(left.found)}", style=BAD)
    else:
        lines.append("of them from your data: 0 ", style=GOOD)
        lines.append(f"(checked: none of {left.searched:,} values of the database stands in it)", style=QUIET)
    lines.append("\n")
    for fault in left.faults:
        lines.append(f"{fault}\n", style=BAD)
    if not left.faults:
        lines.append(
            f"sha256 {left.sha256[:12]}…, recomputed from the egress log: this was sent and no more", style=QUIET
        )
    return lines


def _came_back(plans: Iterable[Plan | PlanFailure], cloud: str) -> RenderableType:
    lines = Text()
    for plan in plans:
        if isinstance(plan, PlanFailure):
            lines.append(f"no plan: {plan.code} {plan.message}\n", style="yellow")
        elif not plan.calls:
            lines.append("no function fits\n")
        else:
            for call in plan.calls:
                lines.append(f"{_call(call)}\n")
    if not lines:
        lines.append("nothing\n", style=QUIET)
    lines.append(f"from {cloud}", style=QUIET)
    return lines


def _on_the_device(response: Response) -> RenderableType:
    return Text(f"nothing: planned on the device, {response.route_reason}")


def _call(call: ProposedCall) -> str:
    return f"{call.tool}({', '.join(f'{name}={value!r}' for name, value in call.arguments.items())})"


def _tools(sources: Sequence[Source], timings: TimingsMs | None) -> RenderableType:
    if not sources:
        return Text("none ran", style=QUIET)
    longest = max(0.01, *(source.ms for source in sources))
    table = Table.grid(padding=(0, 2))
    for source in sources:
        bar = "█" * max(1, round(source.ms / longest * BAR))
        style = GOOD if source.status in {"ok", "empty"} else BAD
        records = f"{source.records} record{'' if source.records == 1 else 's'}"
        status = Text(source.status, style=style)
        table.add_row(source.tool, status, records, f"{source.ms:.1f} ms", Text(bar, style="blue"))
    if len(sources) == 1:
        return table
    one_by_one = sum(source.ms for source in sources)
    together = timings.tools if timings else longest
    note = f"side by side: {together:.1f} ms in all; their own times add up to {one_by_one:.1f} ms"
    return Group(table, Text(note, style=QUIET))


def _error(seen: Seen) -> str:
    error = seen.response.error
    return f"[{error.code}] {error.message}" if error else "no answer"


def _how(seen: Seen, *, drafted: bool) -> str:
    response = seen.response
    parts = [f"model: {response.model or 'none'}", f"route: {response.route or 'none'}"]
    if response.grounded is not None:
        parts.append("grounded" if response.grounded else "not grounded")
    if drafted and response.model == "facts":
        parts.append("the model's draft did not stand, so the bare facts answer")
    if response.truncated:
        parts.append("truncated")
    if timings := response.timings_ms:
        stages = {"plan": timings.plan, "tools": timings.tools, "words": timings.generate}
        spent = " + ".join(f"{name} {ms:.0f}" for name, ms in stages.items())
        parts.append(f"\n{spent} = {timings.total:.0f} ms; {seen.ms:.0f} ms as the device saw it")
    return " · ".join(parts).replace(" · \n", "\n")


def _verdict(faults: Sequence[str]) -> Text:
    if not faults:
        return Text("right", style=GOOD)
    return Text("WRONG: " + "; ".join(faults), style=BAD)


def parts(console: Console, rows: Iterable[tuple[str, str, str]]) -> None:
    """Print what was real and what stood in: (part, what it was here, real or stand-in)."""
    table = Table(title="What was real, and what stood in", title_justify="left", header_style="bold")
    for heading in ("part", "here", ""):
        table.add_column(heading)
    for part, here, kind in rows:
        table.add_row(part, here, Text(kind, style=GOOD if kind == "real" else "yellow"))
    console.print(table)


def pried(console: Console, tried: Tried, open_port: int) -> None:
    """Two kiosks at the door with logins."""
    console.print(
        "[bold]Two kiosks with logins[/bold], on the broker's second door; `fedlm broker-config` made its ACL."
    )
    console.print(f"  The first port, {open_port}, stays open without a login: everyone there reads everything.\n")
    console.print(f"  {ASKS} asks       {escape(tried.question)}", soft_wrap=True)
    console.print(f"  {ASKS} reads      {escape(tried.answer)}", soft_wrap=True)
    console.print(f"  {PRIES} overhears  {tried.overheard} messages of it, subscribed to everything")
    console.print(f"  {PRIES} speaks     as {ASKS}, the agent and the bridge: {tried.said} of {tried.attempts} taken\n")


def obeyed(console: Console, seen: Obeyed) -> None:
    """A record that gives orders."""
    calls = "the same" if seen.same_calls else "OTHERS"
    left = "the same" if seen.same_bytes else "OTHERS"
    console.print("[bold]Somebody writes orders into a record[/bold] of the database.\n")
    console.print(f"  question  {escape(seen.after.prompt)}", soft_wrap=True)
    console.print(f"  answer    {escape(str(seen.after.response.answer))}", soft_wrap=True)
    console.print(f"  calls     {calls} as before the orders")
    console.print(f"  bytes     {left} that left for the cloud before\n")
