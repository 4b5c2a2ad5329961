"""Runs one band's MicroPython as a co-routine of the simulation: it runs, or the world does.

        start          GO sent            IDLE(until)
    OFF ------> RUNNING <------- WAITING <----------- RUNNING
                   |  ^             a timer or `post` sends GO
        an answer  v  | REPLY sent
        must wait ANSWERING

While the band runs, the simulator blocks on its socket and serves its requests in place. There is
no other reader, no thread and no guess about whether it is done. Events that come up while it
runs are queued and delivered when it waits, never from inside its own request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from pouch_sim.clock import Crystal
from pouch_sim.errors import BandCrashed, BandStuck
from pouch_sim.loop import VirtualLoop
from pouch_sim.vm import frames
from pouch_sim.vm.process import VmProcess
from pouch_sim.vm.shadow import opcodes as op
from pouch_sim.vm.time_book import TimeBook

_RECEIVE_BYTES = 1 << 16
_FOR_EVER = -1

# A band that is busy runs ahead of the world. Erasing its whole flash takes 23 s; more than this
# is a loop that talks to a chip for ever.
_AHEAD_US_MAX = 120_000_000
# As much, of one that asks what takes no time. Its longest honest stretch, a first boot, takes a
# few hundred.
_REQUESTS_MAX = 500_000
_EIO = 5

# Answer of a request: its payload, or an awaitable of it when the world must move first.
Answer = bytes | Awaitable[bytes] | None


class Spent(NamedTuple):
    """What a band did since its boot.

    Attributes:
        programs: program operations of its flash.
        erases: erase operations.
        programmed_bytes: bytes programmed.
        asleep_us: time in light sleep, by its own clock as all times here.
        radio_us: time with its radio on.
        busy_us: time with its radio off in which wires or flash kept its processor busy.
        state: in which it now waits: AWAKE, ASLEEP or RADIO_ON of `shadow.opcodes`.
        local_us: what its clock shows now.
    """

    programs: int
    erases: int
    programmed_bytes: int
    asleep_us: int
    radio_us: int
    busy_us: int
    state: int
    local_us: int


class Services(Protocol):
    """What a band's firmware can ask of the world. Errors for the firmware are OSError."""

    def transfer_i2c(
        self, _bus: int, address: int, write: bytes, read_count: int, true_us: int
    ) -> bytes:
        """Do one I2C transfer at a true time."""
        ...

    def serve(self, opcode: int, payload: bytes, true_us: int) -> Answer:
        """Serve any other request; the answer of a one-way request is ignored."""
        ...

    def wear(self) -> tuple[int, int, int]:
        """Return programs, erases and programmed bytes of the band's flash since boot."""
        ...

    def idle(self, spent: Spent, true_us: int) -> bool:
        """Take what the band spent since boot, as it begins to wait at a true time.

        Tell whether it goes on at once: what ends a light sleep is there already.
        """
        ...

    def woken(self, true_us: int) -> None:
        """Take note that the band goes on at a true time."""
        ...


class Vm:
    """One run of a band's firmware, from boot to the end of its process.

    Args:
        name: the band, for messages.
        process: the process, just started.
        loop: the simulation's loop.
        crystal: the band's clock, already restarted for this boot.
        services: serves the band's requests.
        fail: ends the whole simulation with an exception.
    """

    def __init__(
        self,
        name: str,
        process: VmProcess,
        loop: VirtualLoop,
        crystal: Crystal,
        services: Services,
        fail: Callable[[BaseException], None],
    ) -> None:
        self._name = name
        self._process = process
        self._socket = process.socket
        self._loop = loop
        self._crystal = crystal
        self._services = services
        self._fail = fail
        self._received = b""
        self._outbox: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None
        # Held, because a loop keeps no task alive by itself.
        self._answering: asyncio.Task[None] | None = None
        self._scheduled = False
        self._waiting = False
        self._state = op.AWAKE
        self._times = TimeBook()
        self._alive = True
        self.frame_count = 0
        self._frames_at_wait = 0

    def start(self) -> None:
        """Let the firmware run until it first waits."""
        self._loop.call_soon(self._serve)

    def end(self) -> None:
        """End the process at once: power is gone. Harmless when it already ended."""
        self._alive = False
        if self._timer is not None:
            self._timer.cancel()
        self._process.kill()

    @property
    def asleep(self) -> bool:
        """Whether it is in light sleep, and hears nothing but what ends that."""
        return self._waiting and self._state == op.ASLEEP

    def post(self, opcode: int, payload: bytes, *, wakes: bool = False) -> None:
        """Queue an event; the band gets it when it waits, or if it sleeps when it is woken.

        Args:
            opcode: of the event.
            payload: of the event.
            wakes: whether this ends light sleep.
        """
        self._outbox.append(frames.encode(opcode, self._local_us(), payload))
        if self._waiting and (wakes or self._state != op.ASLEEP):
            self._schedule()

    def _local_us(self) -> int:
        return self._crystal.local_us(self._loop.now_us)

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._go)

    def _go(self) -> None:
        # Delivers what happened, and lets the band run until it waits again.
        self._scheduled = False
        if not (self._alive and self._waiting):
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._waiting = False
        self._services.woken(self._loop.now_us)
        local_us = self._local_us()
        self._times.waited(self._state, local_us)
        self._outbox.append(frames.encode(op.GO, local_us))
        data = b"".join(self._outbox)
        self._outbox.clear()
        self._send(data)
        self._serve()

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as error:
            self._crash(f"its process died: {error}")

    def _crash(self, why: str) -> None:
        if self._alive:
            self.end()
            self._fail(BandCrashed(f"band {self._name}: {why}"))

    def _serve(self) -> None:
        """Serve requests until the band waits, or is gone."""
        try:
            while self._alive and not self._take_frames():
                data = self._socket.recv(_RECEIVE_BYTES)
                if not data:
                    self._crash("its process died")
                    return
                self._received += data
        except ConnectionError as error:
            self._crash(f"its process died: {error}")
        except BlockingIOError:
            self.end()
            silence = f"no sleep and no word for {self._process.stuck_s} s: endless loop"
            self._fail(BandStuck(f"band {self._name}: {silence}"))
        except Exception as error:  # noqa: BLE001 - handed to whoever runs the simulation
            self.end()
            self._fail(error)

    def _take_frames(self) -> bool:
        """Handle all whole frames received; say whether the band now waits for something."""
        data = self._received
        at = 0
        end = len(data)
        stopped = False
        while end - at >= op.HEADER_BYTES and self._alive:
            length, opcode, state, local_us = frames.HEADER.unpack_from(data, at)
            start = at + op.HEADER_BYTES
            if end - start < length:
                break
            at = start + length
            self.frame_count += 1
            stopped = self._handle(opcode, state, data[start:at], local_us)
        self._received = data[at:]
        return stopped

    def _handle(self, opcode: int, state: int, payload: bytes, local_us: int) -> bool:
        """Handle one frame; say whether the band now waits for something but us."""
        if opcode == op.I2C:
            self._answer_i2c(payload, local_us)
            return False
        self._state = state
        self._times.ran(state, local_us)
        if opcode == op.IDLE:
            self._wait(payload, local_us)
            return True
        if opcode == op.STARTED:
            # Its clock begins anew with this answer.
            self._times.start(self._local_us())
        if self.frame_count - self._frames_at_wait > _REQUESTS_MAX:
            raise BandStuck(f"band {self._name}: asks for ever and does not sleep: endless loop")
        status = 0
        answer: Answer
        try:
            answer = self._services.serve(opcode, payload, self._crystal.true_us(local_us))
        except OSError as error:
            answer, status = b"", error.errno or _EIO
        except frames.Refused as refusal:
            answer, status = refusal.payload, op.RAISE
        if not self._alive or opcode in frames.ONE_WAY:
            return not self._alive
        if answer is None or isinstance(answer, bytes):
            self._reply(answer or b"", status)
            return False
        self._answering = self._loop.create_task(self._reply_later(answer))
        return True

    def _answer_i2c(self, payload: bytes, local_us: int) -> None:
        bus, address, read_count = frames.I2C_PAYLOAD.unpack_from(payload)
        write = payload[frames.I2C_PAYLOAD.size :]
        status = 0
        true_us = self._crystal.true_us(local_us)
        if true_us - self._loop.now_us > _AHEAD_US_MAX:
            raise BandStuck(f"band {self._name}: busy for 120 s and no sleep: endless loop")
        try:
            data = self._services.transfer_i2c(bus, address, write, read_count, true_us)
        except OSError as error:
            data, status = bytes(read_count), error.errno or _EIO
        # The time of an inline answer is zero, which never moves the band's clock.
        self._send(frames.HEADER.pack(len(data), op.REPLY, status, 0) + data)

    def _reply(self, payload: bytes, status: int = 0) -> None:
        local_us = self._local_us()
        self._times.waited(self._state, local_us)
        self._send(frames.encode(op.REPLY, local_us, payload, status))

    async def _reply_later(self, answer: Awaitable[bytes]) -> None:
        # The world moves on while the band waits for this answer.
        payload, status = b"", 0
        try:
            payload = await answer
        except OSError as error:
            status = error.errno or _EIO
        except frames.Refused as refusal:
            payload, status = refusal.payload, op.RAISE
        except Exception as error:  # noqa: BLE001 - handed to whoever runs the simulation
            self._fail(error)
            return
        if self._alive:
            self._reply(payload, status)
            self._serve()

    def _wait(self, payload: bytes, local_us: int) -> None:
        (until_us,) = frames.IDLE_PAYLOAD.unpack(payload)
        times = self._times
        spent = Spent(
            *self._services.wear(),
            times.asleep_us,
            times.radio_us,
            times.busy_us,
            self._state,
            local_us,
        )
        goes_on = self._services.idle(spent, self._crystal.true_us(local_us))
        if not self._alive:
            return
        self._waiting = True
        self._frames_at_wait = self.frame_count
        if goes_on or self._outbox:
            self._schedule()
        elif until_us != _FOR_EVER:
            due_us = max(self._loop.now_us, self._crystal.true_us(until_us))
            self._timer = self._loop.call_at_us(due_us, self._go)
