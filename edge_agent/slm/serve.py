"""The model's process at work: loads, then does what the agent orders, until the agent is gone."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable

from edge_agent.config import Slm
from edge_agent.errors import SlmFailed
from edge_agent.slm import profiles, protocol, template
from edge_agent.slm.desk import Desk
from edge_agent.slm.llama import Abort, Engine, loaded
from edge_agent.slm.orders import Orders
from edge_agent.slm.prompt import Composer
from edge_agent.slm.protocol import Ended, Event, Leave, Loaded, Open, Refused, Trying, Write

Say = Callable[[Event], None]


def serve(link: socket.socket, settings: Slm, *, extra_bufts: bool) -> None:
    """Load the model and serve it; a model that can't be used is refused over the link."""
    say = _voice(link)
    abort = Abort()
    try:
        with loaded(settings, abort, extra_bufts=extra_bufts) as engine:
            _attend(link, say, settings, engine, abort)
    except SlmFailed as error:
        say(Refused(message=str(error)))


def _attend(link: socket.socket, say: Say, settings: Slm, engine: Engine, abort: Abort) -> None:
    orders = Orders(abort.set, abort.clear)
    threading.Thread(target=_read, args=(link, orders, say), name="orders", daemon=True).start()
    metadata = engine.metadata()
    profile = profiles.choose(metadata, settings.profile)
    framed = template.frame(profile, engine.chat_template(), bos=engine.bos, eos=engine.eos, begin=engine.begins_with)
    composer = Composer(profile=profile, frame=framed, window=engine.window, tokenise=engine.tokenise)
    desk = Desk(engine, composer, say)
    say(Trying())
    desk.begin()
    say(Loaded(profile=profile.name, n_ctx=engine.window, description=metadata.get("general.name", "")))
    while True:
        match order := orders.next(early=desk.has_room):
            case Open():
                if not desk.warm(order):
                    orders.again(order)
            case Write():
                desk.write(order, lambda: orders.stopped)
            case Leave():
                desk.leave(order.seat)


def _read(link: socket.socket, orders: Orders, say: Say) -> None:
    """Take orders until the parent is gone; then there is nobody to work for."""
    with contextlib.suppress(OSError), link.makefile("rb") as stream:
        while prefix := stream.read(protocol.PREFIX):
            for write in orders.take(protocol.order(stream.read(int.from_bytes(prefix, "big")))):
                say(Ended(job=write.job, stopped=True))
    os._exit(0)


def _voice(link: socket.socket) -> Say:
    one_at_a_time = threading.Lock()

    def say(event: Event) -> None:
        # Where the parent is gone the reading thread sees it too, and ends us.
        with one_at_a_time, contextlib.suppress(BrokenPipeError, ConnectionResetError):
            link.sendall(protocol.frame(event))

    return say
