"""A bad line between the browser and the node: slow, far away, with packets that get lost, and with breaks.

Everything that the browser sends and gets passes here, in packets, through one wire each way. A packet that is lost is
sent again after a while, and what comes after it on the same connection waits for it, as TCP does.
"""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

PACKET: Final = 1_400
AGAIN: Final = 1.0
"""Seconds after which a lost packet is sent again: the least that TCP waits at first (RFC 6298)."""
_FIRST: Final = 17
"""The first packet that gets lost."""


@dataclass
class Line:
    """One line: bits a second, seconds there and back, and the share of packets that get lost."""

    bits: float
    delay: float
    lost: float
    address: str = ""
    """Where the node is, seen from this end of the line."""
    bytes: int = 0
    packets: int = 0
    losses: int = 0
    is_cut: bool = False
    left: int | None = None
    """How many bytes still come down before it breaks; None for as many as there are."""
    _free: dict[str, float] = field(default_factory=lambda: {"up": 0.0, "down": 0.0})
    _flights: list[tuple[float, float]] = field(default_factory=list)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def cut(self) -> None:
        """Break it: what is open ends, and nothing new begins."""
        self.is_cut = True
        self._loop.call_soon_threadsafe(self._break)

    def mend(self) -> None:
        self.is_cut = False

    async def _spend(self, size: int) -> None:
        """Count down to the break, in the middle of an answer; what was on its way arrives before that."""
        self.left = (self.left or 0) - size
        if self.left <= 0 and not self.is_cut:
            self.left, self.is_cut = None, True
            await asyncio.sleep(0.3)
            self._break()

    def _break(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    @property
    def seconds(self) -> float:
        """How long something was on its way: what the line took, however fast or busy the machine is."""
        total = end = 0.0
        for began, arrived in sorted(self._flights):
            total += max(0.0, arrived - max(began, end))
            end = max(end, arrived)
        return total

    def _arrival(self, way: str, size: int, not_before: float) -> float:
        """When a packet that is sent now is there."""
        now = time.monotonic()
        sent = max(now, self._free[way])
        lost = self.packets % round(1 / self.lost) == _FIRST  # The same ones in every run.
        if lost:
            sent += AGAIN
            self.losses += 1
        self._free[way] = max(now, self._free[way]) + size * 8 / self.bits * (2 if lost else 1)
        arrived = max(sent + size * 8 / self.bits + self.delay / 2, not_before)
        self.bytes += size
        self.packets += 1
        self._flights.append((now, arrived))
        return arrived

    async def _carry(self, way: str, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """One direction of a connection: packets leave as they come, and arrive in order."""
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=64)

        async def deliver() -> None:
            while True:
                arrives, packet = await waiting.get()
                await asyncio.sleep(max(0.0, arrives - time.monotonic()))
                if not packet:
                    target.close()
                    return
                target.write(packet)
                await target.drain()
                if way == "down" and self.left is not None:
                    await self._spend(len(packet))

        delivering = asyncio.ensure_future(deliver())
        last = 0.0
        with suppress(ConnectionError):
            while packet := await source.read(PACKET):
                last = self._arrival(way, len(packet), last)
                await waiting.put((last, packet))
        await waiting.put((last, b""))
        with suppress(ConnectionError):
            await delivering

    async def _connect(self, near: asyncio.StreamReader, far: asyncio.StreamWriter, host: str, port: int) -> None:
        if self.is_cut:
            far.transport.abort()
            return
        self._flights.append((time.monotonic(), time.monotonic() + self.delay))
        await asyncio.sleep(self.delay)  # The greeting of TCP goes there and back first.
        reader, writer = await asyncio.open_connection(host, port)
        self._open |= {far, writer}
        try:
            await asyncio.gather(self._carry("up", near, writer), self._carry("down", reader, far))
        finally:
            self._open -= {far, writer}
            writer.close()
            far.close()


@contextmanager
def bad_line(host: str, port: int, *, bits: float, delay: float, lost: float) -> Iterator[Line]:
    """A line to a server on this host, under the same name."""
    line = Line(bits, delay, lost)
    serving: list[asyncio.Server] = []

    async def serve() -> None:
        async def take(near: asyncio.StreamReader, far: asyncio.StreamWriter) -> None:
            with suppress(ConnectionError, OSError):
                await line._connect(near, far, host, port)

        server = await asyncio.start_server(take, host, 0)
        serving.append(server)
        line.address = f"http://{host}:{server.sockets[0].getsockname()[1]}"
        ready.set()

    def run() -> None:
        asyncio.set_event_loop(line._loop)
        line._loop.run_until_complete(serve())
        line._loop.run_forever()
        serving[0].close()
        if left := asyncio.all_tasks(line._loop):
            line._loop.run_until_complete(asyncio.wait(left, timeout=5))
        line._loop.close()

    ready = threading.Event()
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield line
    finally:
        line._loop.call_soon_threadsafe(line._break)
        line._loop.call_soon_threadsafe(line._loop.stop)
        thread.join(10)
