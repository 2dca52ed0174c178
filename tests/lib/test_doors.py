"""Addresses that strangers name lead to the open Internet, or nowhere."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from landbridge.lib.doors import http
from landbridge.lib.doors.http import MOST_BYTES, Failed, Unsafe, is_open, post, resolve, target
from tests.exchange.receiver import receiver

CLOSED = (
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
    "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "3fff::1", "100::1",
    "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1",
    "2001:0:53aa:64c:0:0:80ff:fffe", "nonsense", "",
)  # fmt: skip
OPEN = (
    "8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
)  # fmt: skip
NO_TARGETS = (
    "", "x", "//host/", "http://host.example/", "ftp://host.example/", "file:///etc/passwd", "gopher://host.example/",
    "javascript:alert(7)", "https://", "https:///path", "https://user@host.example/", "https://u:p@host.example/",
    "https://host.example:22/", "https://host.example:25/", "https://host.example:99999/", "https://host.example:x/",
    "https://host.example/#part", "https://host.example/a b", "https://host.example/\r\nX: y", "https://host\t.example/",
    "https://hóst.example/", "https://[::1", "https://[fe80::1%25eth0]/", "https://host.example\\@evil.example/",
    "https://" + "x" * 500, "https://host.example/\x00", "HTTP://host.example",
)  # fmt: skip
NUMBERS = (
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "0",
    "localhost",
    "LOCALHOST.",
    "[::1]",
    "[::ffff:7f00:1]",
)
"""This host, as it can be written."""


@pytest.mark.parametrize("address", CLOSED)
def test_closed(address: str) -> None:
    assert not is_open(address)


@pytest.mark.parametrize("address", OPEN)
def test_open(address: str) -> None:
    assert is_open(address)


@pytest.mark.parametrize("url", NO_TARGETS)
def test_no_target(url: str) -> None:
    with pytest.raises(Unsafe):
        target(url)


def test_a_target() -> None:
    found = target("https://Receiver.Example.:8443/a/b?c=d&e")
    assert (found.scheme, found.host, found.port, found.path) == ("https", "receiver.example", 8443, "/a/b?c=d&e")
    assert target("http://127.0.0.1:8000", local=True).path == "/"


@pytest.mark.parametrize("host", NUMBERS)
def test_this_host_by_any_name(host: str) -> None:
    with pytest.raises((Unsafe, Failed)):
        post(f"https://{host}/", b"", {})
    with pytest.raises(Unsafe):
        resolve(target("https://127.1/"))


def _names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """A name server that gives each of the answers in turn; the list of what it was asked."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(http.socket, "getaddrinfo", getaddrinfo)
    return asked


def test_one_address_inside_is_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    _names(monkeypatch, ["93.184.215.14", "10.0.0.7"])
    with pytest.raises(Unsafe):
        resolve(target("https://receiver.example/"))


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that means this host when it is asked a second time."""
    asked = _names(monkeypatch, ["93.184.215.14"], ["127.0.0.1"])
    connected: list[Any] = []

    def create_connection(address: Any, timeout: float) -> Any:
        connected.append(address)
        raise OSError(113, "No route to host")

    monkeypatch.setattr(http.socket, "create_connection", create_connection)
    with pytest.raises(Failed, match="No route to host"):
        post("https://rebinding.example/", b"", {})
    assert (connected, asked) == ([("93.184.215.14", 443)], ["rebinding.example"])


def test_loopback_only_where_it_is_asked_for() -> None:
    with receiver() as listening:
        with pytest.raises(Unsafe):
            post(listening.url, b"{}", {})
        assert not listening.messages
        assert post(listening.url, b"{}", {"X-Test": "1"}, local=True).status == 200
        assert listening.messages[0].headers["x-test"] == "1"
    with pytest.raises(Unsafe):
        post("http://10.0.0.1/", b"", {}, local=True)


def test_redirects_are_not_followed_and_long_answers_are_cut() -> None:
    with receiver() as listening:
        listening.status, listening.headers = 302, {"Location": listening.url + "/again"}
        listening.body = b"x" * (MOST_BYTES * 3)
        answer = post(listening.url, b"{}", {}, local=True)
        assert (answer.status, len(answer.body), len(listening.messages)) == (302, MOST_BYTES, 1)


@contextmanager
def _talking(say: bytes, every: float = 0.0, accept: bool = True) -> Iterator[str]:
    """A server that says this, a byte at a time when `every` is more than nothing, and never ends."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def talk() -> None:
            try:
                peer, _ = server.accept()
                with peer:
                    for part in [bytes([one]) for one in say * 1000] if every else [say]:
                        peer.sendall(part)
                        if stop.wait(every):
                            return
                    stop.wait(5)
            except OSError:
                return

        thread = threading.Thread(target=talk, daemon=True)
        if accept:
            thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        stop.set()
        if accept:
            thread.join()


@pytest.mark.parametrize("say", [b"H", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\nx"])
def test_who_answers_a_byte_at_a_time_is_cut_off(say: bytes) -> None:
    began = time.monotonic()
    with _talking(say, every=0.05) as url, pytest.raises(Failed):
        post(url, b"{}", {}, local=True, seconds=0.5)
    assert time.monotonic() - began < 3


def test_who_never_answers_is_cut_off() -> None:
    began = time.monotonic()
    with _talking(b"", accept=False) as url, pytest.raises(Failed):
        post(url, b"{}", {}, local=True, seconds=0.5)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("say", [
    b"nonsense\r\n\r\n", b"\x00" * 100, b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 70_000,
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
])  # fmt: skip
def test_whatever_is_said_is_borne(say: bytes) -> None:
    with _talking(say) as url, pytest.raises(Failed):
        post(url, b"{}", {}, local=True, seconds=0.5)


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Failed):
        post(f"http://127.0.0.1:{port}/", b"", {}, local=True)
    with pytest.raises(Failed, match="secure"), receiver() as listening:
        post(listening.url.replace("http:", "https:"), b"", {}, local=True)
