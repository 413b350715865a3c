"""mosquitto.conf and its ACL, made from the table of topics: each login may touch what the table says, no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import Template
from typing import Final, Literal

from edge_agent.contract.table import ROOT, TABLE, Role, Row
from edge_agent.errors import ConfigError
from edge_agent.topics import NAME, is_device_name

#: Who logs in at the broker.
BrokerRole = Literal["device", "agent", "bridge", "sensors", "observer"]
Access = Literal["read", "write"]

#: Where a Response Topic may lie, beside the topics of the table (``Topics.may_answer_at``).
BELOW: Final = {"response": "response/any/#", "response/{device}": "response/{device}/#"}
#: What the process that reads the device's own sensors says. It hears nothing.
SENSORS: Final = ("telemetry/{agent}/device", "status/sensors")


@dataclass(frozen=True, kw_only=True)
class Broker:
    """A broker to configure. A process's login is ``fedlm-`` and its role; a device's is its name."""

    devices: Sequence[str]
    #: Close the shared topics: ``mqtt.shared = false`` in agent.toml goes with it.
    named_only: bool = False
    root: str = ROOT
    agent: str = "agent"
    bridge: str = "bridge"
    #: Where passwords, ACL and certificates lie; where the broker keeps its state; its Unix socket's folder.
    etc: str = "/etc/mosquitto"
    state: str = "/var/lib/mosquitto"
    sockets: str = "/run/mosquitto"
    #: The devices' door.
    port: int = 8883
    bind: str = "0.0.0.0"  # noqa: S104 - devices are on the network; the door has TLS and logins


def mosquitto_conf(broker: Broker) -> str:
    """Write the broker's configuration: a Unix socket for agent and bridge, TLS for the devices, logins everywhere."""
    return _CONF.substitute(
        etc=broker.etc, state=broker.state, sockets=broker.sockets, port=broker.port, bind=broker.bind
    )


def acl(broker: Broker) -> str:
    """Write who may touch which topic. Raises ``ConfigError`` as ``logins()`` does."""
    return "\n".join([_HEAD, *(_block(broker, login, role) for login, role in logins(broker).items())])


def logins(broker: Broker) -> dict[str, BrokerRole]:
    """Name all logins and their roles. Raises ``ConfigError`` for a name that can't be."""
    for name in (broker.agent, broker.bridge, *broker.root.split("/")):
        if not NAME.fullmatch(name):
            raise ConfigError(f'"{name}": a name is 1 to 64 of A-Z a-z 0-9 _ . and -')
    processes: dict[str, BrokerRole] = {
        f"fedlm-{broker.agent}": "agent",
        f"fedlm-{broker.bridge}": "bridge",
        "fedlm-sensors": "sensors",
        "fedlm-observer": "observer",
    }
    if len(processes) < len(_ABOUT) - 1:
        raise ConfigError("agent and bridge need names of their own, other than sensors and observer")
    for name in broker.devices:
        if not is_device_name(name) or name in processes:
            raise ConfigError(
                f'device "{name}": 1 to 64 of A-Z a-z 0-9 _ . and -; not any, delta or {", ".join(processes)}'
            )
    devices: dict[str, BrokerRole] = dict.fromkeys(broker.devices, "device")
    return devices | processes


def granted(broker: Broker, role: BrokerRole, device: str = "") -> list[tuple[Access, str]]:
    """List what a role may touch below the root, as topic filters; none that another one covers."""
    fixed = {"device": device or "+", "agent": broker.agent, "stage": "+"}
    own = {"agent": broker.agent, "bridge": broker.bridge}.get(role, "")
    written = [topic.format_map({**fixed, "name": own}) for topic in _written(broker, role)]
    read = [topic.format_map({**fixed, "name": "+"}) for topic in _read(broker, role)]
    return [*(("write", topic) for topic in _uncovered(written)), *(("read", topic) for topic in _uncovered(read))]


_CONF: Final = Template("""\
# mosquitto.conf for fedlm, made by `fedlm broker-config`. Tested with mosquitto 2.0.11.
#
# Where it goes: $etc/mosquitto.conf, with acl, passwd and the certificates beside it; then
#   systemctl restart mosquitto        (a new acl or passwd alone: systemctl reload mosquitto)
#
# Logins. Each device, fedlm-agent, fedlm-bridge, fedlm-sensors and fedlm-observer need a password:
#   mosquitto_passwd -c $etc/passwd fedlm-agent      (-c makes the file: for the first login only)
#   mosquitto_passwd $etc/passwd kiosk-1             (and so on, one a login)
#   chown mosquitto: $etc/passwd && chmod 600 $etc/passwd
per_listener_settings false
allow_anonymous false
password_file $etc/passwd
acl_file $etc/acl

# Saved every 30 s and at SIGTERM. What a power cut takes in between is covered by requesters that send again, as ours
# do. For devices that can't: `autosave_on_changes true` and `autosave_interval 1` (70-140 messages a second then).
persistence true
persistence_location $state/
autosave_interval 30
# Beyond it messages are dropped while publishers still see success: watch $$SYS/broker/publish/messages/dropped.
max_queued_messages 100000
max_queued_bytes 67108864
max_inflight_messages 20
max_packet_size 524288
persistent_client_expiration 14d
# MQTT 3.1.1 devices that ask for a longer keepalive are refused.
max_keepalive 60
# Without it a round trip takes 44 ms instead of 0.4.
set_tcp_nodelay true

# 1) For the processes beside the broker: agent.toml, bridge.toml: [mqtt] socket = "$sockets/mqtt.sock"
#    The socket is its owner's and its group's: put their users into the group mosquitto.
listener 0 $sockets/mqtt.sock

# 2) For devices: TLS, and the password from above. The certificate's name is the one by which devices call the broker:
#   openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=fedlm" \\
#     -keyout ca.key -out ca.crt
#   openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=broker.local" \\
#     -keyout server.key -out server.csr
#   openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 825 -out server.crt \\
#     -extfile <(printf "subjectAltName=DNS:broker.local")
#   ca.key doesn't belong on this machine; ca.crt goes to every device.
listener $port $bind
certfile $etc/server.crt
keyfile $etc/server.key
tls_version tlsv1.2
# Certificates for devices instead of passwords: the certificate's CN is the login then.
# cafile $etc/ca.crt
# crlfile $etc/ca.crl
# require_certificate true
# use_identity_as_username true
# Never `use_username_as_clientid`: two connections of one login would evict each other for ever. Agent and bridge guard
# their sessions by a part of their client id that nobody can guess.
""")

_HEAD = """\
# Who may touch which topic. Made by `fedlm broker-config` from the table in docs/topics.md: make it again for a change.
# What isn't listed is denied. mosquitto grants every SUBSCRIBE and filters at delivery: to test this file, look at what
# is delivered, not at SUBACKs. A login that isn't here may connect, but neither say nor hear anything.
# What is asked on a shared topic (query, cancel, response) is answered in front of all devices: --named-only closes it.
"""
_ABOUT: dict[BrokerRole, str] = {
    "device": "a device: asks and cancels under its own name, and reads its own answers",
    "agent": "the agent",
    "bridge": "the bridge to the cloud: neither asks nor reads answers",
    "sensors": "the process that reads the device's own sensors: neither asks nor reads answers",
    "observer": "a person with MQTT Explorer: reads everything, answers and prompts too, and says nothing",
}


def _block(broker: Broker, login: str, role: BrokerRole) -> str:
    rights = granted(broker, role, login if role == "device" else "")
    lines = [f"topic {access} {broker.root}/{topic}" for access, topic in rights]
    return "\n".join([f"# {_ABOUT[role]}", f"user {login}", *lines, ""])


def _written(broker: Broker, role: BrokerRole) -> list[str]:
    if role == "sensors":
        return list(SENSORS)
    return [topic for row in _rows(broker) if role in row.senders for topic in _topics(row)]


def _read(broker: Broker, role: BrokerRole) -> list[str]:
    if role == "observer":
        return ["#"]
    readers: set[Role] = {"anyone", *([role] if role != "sensors" else [])}
    topics = [topic for row in _rows(broker) if readers & set(row.readers) for topic in _topics(row)]
    return [*topics, SENSORS[0]]


def _rows(broker: Broker) -> list[Row]:
    return [row for row in TABLE if not (broker.named_only and _is_shared(row))]


def _is_shared(row: Row) -> bool:
    return "device" in (*row.senders, *row.readers) and "{device}" not in row.topic


def _topics(row: Row) -> list[str]:
    return [row.topic, *([BELOW[row.topic]] if row.topic in BELOW else [])]


def _uncovered(topics: Sequence[str]) -> list[str]:
    once = dict.fromkeys(topics)
    return [each for each in once if not any(_covers(other, each) for other in once if other != each)]


def _covers(wider: str, narrower: str) -> bool:
    """Whether one topic filter matches all that another one does."""
    ours, theirs = wider.split("/"), narrower.split("/")
    if ours[-1] == "#":
        ours = ours[:-1]
        theirs = theirs[: len(ours)]
    if len(ours) != len(theirs):
        return False
    return all(mine == other or (mine == "+" and other != "#") for mine, other in zip(ours, theirs, strict=True))
