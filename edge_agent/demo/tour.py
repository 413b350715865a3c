"""The demo's own story: open, ask, ask again with the SLM, break it, say what stood in."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from edge_agent.demo import checks, judge, planted, questions, show
from edge_agent.demo.crash import kill_mid_answer
from edge_agent.demo.door import try_door
from edge_agent.demo.egress import Searched
from edge_agent.demo.engine import ROOT, Build, is_installed
from edge_agent.demo.house import House
from edge_agent.demo.questions import Question
from edge_agent.demo.watch import AGENT, BRIDGE, Watch
from edge_agent.testing.processes import smollm2_path

#: The model may be loaded from a slow disk.
READY_S = 150.0
NOTICED_S = 15.0
UP = ("online", "degraded")
#: So many of the questions are asked again while the cloud is away: all of them are pinned.
PINNED = 3
#: How often progress is said where the output is no terminal.
SAY_EVERY_S = 20.0


def ready_model() -> Path | None:
    """Find the GGUF, where the engine that can run it is installed too."""
    return smollm2_path() if is_installed() else None


@dataclass(kw_only=True)
class Tour:
    """One walk through the demo. ``wrong`` collects what failed."""

    house: House
    console: Console
    wrong: list[str] = field(default_factory=list)
    right: int = 0
    worded: Counter[str] = field(default_factory=Counter)
    find_model: Callable[[], Path | None] = ready_model
    build_in: Path = ROOT
    _model: Path | None = None
    _arrivals: checks.Arrivals = field(init=False)

    async def walk(self) -> int:
        """Give the exit code: 0 where every answer was right."""
        begun = time.monotonic()
        self._arrivals = checks.Arrivals(self.house.received)
        house, say = self.house, self._say
        say(f"[bold]fedlm demo[/bold]: all it writes is in {escape(str(house.state))}")
        house.open(lambda line: say(f"  {escape(line)}"))
        self._model = None if house.instant else self.find_model()
        build = None if house.instant or self._model else self._begin_build()
        try:
            house.start_bridge()
            house.start_agent(self._model)
            async with Watch(house.port) as watch:
                await self._show_all(watch, build)
        finally:
            if build is not None:
                build.stop()
        show.parts(self.console, self._parts())
        say(f"\n{self._sum()} in {time.monotonic() - begun:.0f} s.")
        for line in self.wrong:
            say(f"[bold red]  {escape(line)}[/bold red]")
        return 1 if self.wrong else 0

    async def _show_all(self, watch: Watch, build: Build | None) -> None:
        await self._ready(watch)
        if build is not None:
            self._say("  llama.cpp is being built behind; until it is there, the bare facts answer\n")
        await self._round(watch, "the bare facts" if build else self._writer)
        if build is not None and await self._built(build):
            await self._restart_with_model(watch)
            await self._round(watch, self._writer)
        await self._break(watch)
        await self._pry(watch)

    @property
    def _writer(self) -> str:
        if self.house.instant:
            return "the instant stand-in"
        return self._model.name if self._model else "the bare facts"

    async def _ready(self, watch: Watch) -> None:
        """Wait for both. Raises RuntimeError with the end of a log where one isn't there in time."""
        for name in (BRIDGE, AGENT):
            with self.console.status(f"{name} starts …"):
                status = await watch.status(name, "online", within_s=READY_S if name == AGENT else NOTICED_S)
            if status is None or status.state not in UP:
                raise RuntimeError(f"{name} did not come up:\n{self.house.processes[name].tail()}")
            self._say(f"  {name}: {status.state}{f' ({status.reason})' if status.reason else ''}")
        self._say("")

    async def _round(self, watch: Watch, writer: str) -> None:
        asked = questions.questions(self.house.store, datetime.now(UTC))
        self._say(f"[bold]{len(asked)} questions, over MQTT.[/bold] Answers are worded by {escape(writer)}.\n")
        for number, question in enumerate(asked, start=1):
            await self._ask(watch, question, f"{number} of {len(asked)} · {writer}")

    async def _ask(self, watch: Watch, question: Question, title: str, *, route: str | None = None) -> None:
        with self.console.status(escape(question.prompt)):
            seen = await watch.ask(question.prompt)
        searched = Searched(self.house.store, config=self.house.config)
        left = checks.left(
            seen.egress,
            seen.plans,
            searched=searched,
            bridge_toml=self.house.state / "bridge.toml",
            reached=self._arrivals.next(),
        )
        faults = judge.faults(question, seen.response)
        if route is not None and seen.response.route != route:
            faults.append(f"came by {seen.response.route}, not {route}")
        cloud = self.house.cloud.model
        drafted = self._model is not None or self.house.instant
        shown = show.Shown(title=title, seen=seen, left=left, faults=faults, cloud=cloud, drafted=drafted)
        show.question(self.console, shown)
        self.worded[seen.response.model or "none"] += 1
        complaints = [*faults, *left.faults, *(f"leaked {value!r} to the cloud" for value in left.found)]
        if complaints:
            self.wrong.append(f"{question.prompt} ({title}): {'; '.join(complaints)}")
        else:
            self.right += 1

    def _begin_build(self) -> Build | None:
        build = Build(self.house.state / "logs" / "slm-engine.log", root=self.build_in)
        if not build.is_possible:
            self.wrong.append("no SLM: pip install 'fedlm[slm]', and set FEDLM_TEST_MODEL to a GGUF file")
            return None
        build.start()
        return build

    async def _built(self, build: Build) -> bool:
        """Wait for the engine, with progress on screen."""
        said = time.monotonic()
        with self.console.status("llama.cpp is being built …") as spinner:
            while build.running:
                spinner.update(f"llama.cpp is being built: {escape(build.progress())}")
                if not self.console.is_terminal and time.monotonic() - said > SAY_EVERY_S:
                    self._say(f"  llama.cpp is being built: {escape(build.progress())}")
                    said = time.monotonic()
                await asyncio.sleep(0.5)
        self._model = self.find_model()
        if self._model is None:
            self.wrong.append(f"the SLM's engine could not be built:\n{build.tail()}")
        return self._model is not None

    async def _restart_with_model(self, watch: Watch) -> None:
        self._say(f"[bold]The SLM is there.[/bold] The agent is started again with {escape(self._writer)}:")
        await asyncio.to_thread(self.house.stop, AGENT)
        watch.forget(AGENT)
        self.house.start_agent(self._model)
        await self._ready(watch)

    async def _break(self, watch: Watch) -> None:
        """Stop the bridge, ask what is pinned and what isn't, start it, ask again."""
        asked = questions.questions(self.house.store, datetime.now(UTC))
        self._say("[bold]Now it is broken on purpose:[/bold] the bridge is stopped, so the cloud is away.\n")
        await asyncio.to_thread(self.house.stop, BRIDGE)
        await watch.status(BRIDGE, "offline", within_s=NOTICED_S)
        status = await watch.status(AGENT, "degraded", within_s=NOTICED_S)
        self._say(f"  agent: {status.state if status else 'silent'} ({escape(str(status and status.reason))})")
        self._say("  The operator's own plans (\\[\\[plan]] in agent.toml) still answer what they were written for:\n")
        for question in asked[:PINNED]:
            await self._ask(watch, question, "without the cloud", route="edge")
        await self._refused(watch, next(each for each in asked if "phone number" in each.prompt))
        watch.forget(BRIDGE)
        self.house.start_bridge()
        await watch.status(BRIDGE, "online", within_s=NOTICED_S)
        self._say("The bridge is back. The same question, the same agent:\n")
        await self._ask(watch, asked[0], "back again", route="federated")
        self.wrong += await kill_mid_answer(self.house, watch, self._model, self._say)

    async def _pry(self, watch: Watch) -> None:
        """Two kiosks with logins, one of which pries; and a record that gives orders."""
        asked = questions.questions(self.house.store, datetime.now(UTC))
        tried = await try_door(self.house.door, self.house.passwords, asked[0].prompt)
        show.pried(self.console, tried, self.house.port)
        ticket = next(each for each in asked if "ticket" in each.prompt)
        obeyed = await planted.ask_with_orders(watch, self.house.database_uri, ticket.prompt)
        show.obeyed(self.console, obeyed)
        self.wrong += [*tried.faults, *obeyed.faults]

    async def _refused(self, watch: Watch, question: Question) -> None:
        """Ask what no pinned plan answers: the refusal says what can be asked."""
        seen = await watch.ask(question.prompt)
        error = seen.response.error
        self._say(f"  question  {question.prompt}")
        self._say(f"  answer    {escape(f'[{error.code}] {error.message}' if error else str(seen.response.answer))}")
        self._say(f"  after     {seen.ms:.0f} ms; the agent was not started again\n")
        if error is None or error.code != "plan_unavailable" or "bottleneck" not in error.message:
            self.wrong.append(f"with the bridge away: {error.code if error else 'an answer'}, not plan_unavailable")

    def _sum(self) -> str:
        asked = self.right + len(self.wrong)
        style = "bold red" if self.wrong else "bold green"
        by = ", ".join(f"{count} by {name}" for name, count in self.worded.most_common())
        return f"[{style}]{self.right} of {asked} right[/{style}] (worded: {escape(by)})"

    def _parts(self) -> list[tuple[str, str, str]]:
        house, real, stood_in = self.house, "real", "stood in"
        cloud = (f"{house.cloud.model} at {house.cloud.base_url or 'api.openai.com'}", real)
        if house.cloud.key is None:
            cloud = ("a loopback server that speaks Chat Completions and plans by rules", stood_in)
        model = (self._writer, real if self._model else stood_in)
        return [
            ("broker", f"mosquitto on port {house.port}", real),
            ("agent", "its own process, on MQTT 5", real),
            ("bridge", "its own process", real),
            ("tools", "aggregations and finds over the MongoDB protocol", real),
            ("database", "SecantusDB, which speaks MongoDB's protocol, for a MongoDB", stood_in),
            ("data", "made up from a fixed seed; no person is meant", stood_in),
            ("cloud model", *cloud),
            ("model on the device", *model),
            ("device", "this machine, not a Jetson", stood_in),
        ]

    def how_to_go_on(self) -> None:
        """Say how any MQTT client can ask now."""
        port, state = self.house.port, escape(str(self.house.state))
        self._say(f"""
[bold]It goes on running.[/bold] Ask it with any MQTT client; the answer comes on fedlm/response:
  mosquitto_sub -p {port} -v -t 'fedlm/response/#' -t 'fedlm/trace/#' -t 'fedlm/egress/#' -t 'fedlm/telemetry/#' &
  mosquitto_pub -p {port} -t fedlm/query -m 'Which cell at site 12 is the bottleneck?'
  fedlm ask --port {port} 'Which cell at site 12 is the bottleneck?'
Its files: {state} (agent.toml, bridge.toml, mosquitto.conf, logs/, processes.json with name and pid).
To change a tool or a plan: edit {state}/agent.toml, then tell the agent, whose pid is in processes.json:
  fedlm check-config {state}/agent.toml && kill -HUP {self.house.processes[AGENT].pid}
Ctrl-C ends it all.""")

    def _say(self, line: str) -> None:
        with suppress(BrokenPipeError):
            self.console.print(line, soft_wrap=True)
