"""The doors of a broker: a Unix socket, a login, TLS with a client certificate."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from edge_agent import config
from edge_agent.mqtt import Link, Subscription
from edge_agent.testing.processes import free_port, mosquitto, running
from edge_agent.wire import Outgoing


async def echoes(settings: config.Mqtt, password: str | None = None) -> bool:
    """Whether a message comes back through this door within the time that a refusal takes."""
    topic = f"{secrets.token_hex(6)}/a"
    link = Link(
        settings,
        identifier=secrets.token_hex(8),
        password=password,
        session=False,
        subscriptions=[Subscription(topic=topic)],
    )
    try:
        async with link, asyncio.timeout(3):
            await link.publish(Outgoing(topic=topic, payload=b"hi"))
            async for message in link:
                return message.payload == b"hi"
    except TimeoutError:
        pass
    return False


async def test_a_unix_socket(tmp_path: Path) -> None:
    process, port = mosquitto(tmp_path)
    door = tmp_path / "s"
    with (tmp_path / "mosquitto.conf").open("a") as conf:
        conf.write(f"listener 0 {door}\nallow_anonymous true\n")
    with running(process, port):
        assert await echoes(config.Mqtt(socket=str(door)))


async def test_a_login_and_its_password(tmp_path: Path) -> None:
    program = shutil.which("mosquitto_passwd")
    if program is None:
        pytest.skip("mosquitto_passwd is not installed: it comes with mosquitto")
    process, port = mosquitto(tmp_path)
    passwords = tmp_path / "passwd"
    await asyncio.to_thread(subprocess.run, [program, "-b", "-c", str(passwords), "kiosk-1", "right"], check=True)
    passwords.chmod(0o600)
    conf = tmp_path / "mosquitto.conf"
    conf.write_text(conf.read_text().replace("allow_anonymous true", f"password_file {passwords}"))
    with running(process, port):
        settings = config.Mqtt(host="127.0.0.1", port=port, username="kiosk-1")
        assert await echoes(settings, "right")
        assert not await echoes(settings, "wrong")
        assert not await echoes(config.Mqtt(host="127.0.0.1", port=port))


class Authority:
    """A certificate authority of this test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        self.ca = self._write(
            "ca",
            self._builder(self.name, self.key).add_extension(
                x509.BasicConstraints(ca=True, path_length=None), critical=True
            ),
            self.key,
        )[0]

    def issue(self, name: str) -> tuple[Path, Path]:
        """A certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = self._builder(subject, key).add_extension(x509.SubjectAlternativeName([address]), critical=False)
        return self._write(name, builder, key)

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
        )

    def _write(self, name: str, builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> tuple[Path, Path]:
        pem = serialization.Encoding.PEM
        certificate, private = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        certificate.write_bytes(builder.sign(self.key, hashes.SHA256()).public_bytes(pem))
        private.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        private.chmod(0o600)
        return certificate, private


async def test_tls_with_a_client_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    server, server_key = authority.issue("server")
    client, client_key = authority.issue("kiosk-1")
    process, port = mosquitto(tmp_path)
    tls = free_port()
    with (tmp_path / "mosquitto.conf").open("a") as conf:
        conf.write(f"listener {tls} 127.0.0.1\ncafile {authority.ca}\ncertfile {server}\nkeyfile {server_key}\n")
        conf.write("require_certificate true\n")
    with running(process, port):
        settings = config.Mqtt(host="127.0.0.1", port=tls, ca_file=str(authority.ca))
        assert not await echoes(settings)
        mine = config.Mqtt(
            host="127.0.0.1", port=tls, ca_file=str(authority.ca), cert_file=str(client), key_file=str(client_key)
        )
        assert await echoes(mine)
