"""The band's Link on both boards' stacks: order, pace and an abort, with hosts of every MTU."""

import asyncio
import struct

import pytest

from pouch_sim.radio.profile import NIMBLE
from tests.firmware.band.air.helpers import BOARDS, SLOW, Host, world

COUNT = 200

each_board = pytest.mark.parametrize("board", BOARDS)


def run(sim, scenario):
    """Run a scenario with one host; return the host."""

    async def main():
        async with Host(sim) as host:
            await scenario(host)
            return host

    return sim.run(main())


@pytest.mark.parametrize("asked", [None, 23, 185, 247, 512, 517])
@each_board
def test_report_arrives_whole_and_in_order_at_every_mtu(tmp_path, board, asked):
    sim, band = world(tmp_path, board, mtu=asked)
    granted = min(asked or 23, 247 if board == "xiao_esp32c3" else 515)

    async def scenario(host):
        assert host.client.mtu_size == granted
        await host.report(COUNT)
        await host.until(lambda h: h.has(b"D"))

    host = run(sim, scenario)
    assert host.numbers() == list(range(COUNT))
    assert {len(frame) for frame in host.frames(1)} == {granted - 3}
    # Nothing comes after what closes the report, and each indication stands where it was put.
    assert host.arrived[-1][2] == b"D"
    progress = [
        (struct.unpack_from("<H", frame, 1)[0], index)
        for index, (_, channel, frame) in enumerate(host.arrived)
        if channel == 0 and frame[:1] == b"P"
    ]
    assert [sent for sent, _ in progress] == list(range(32, COUNT + 1, 32))
    assert [index for _, index in progress] == [sent + n for n, (sent, _) in enumerate(progress)]
    assert band.waiting_count_max == 0


@pytest.mark.parametrize("mtu", [23, 247])
@each_board
def test_abort_is_taken_up_at_once_with_a_slow_host(tmp_path, board, mtu):
    # Goal: after an abort nothing comes but what was under way. Method: a host that can take
    # 2.5 frames a second, so that all queues are full; count what comes behind the abort.
    sim, band = world(tmp_path, board, mtu=mtu, radio=SLOW)

    counts = []

    async def scenario(host):
        await host.report(5_000)
        await host.until(lambda h: len(h.numbers()) >= 40)
        await host.write(b"A")
        counts.append(len(host.numbers()))
        await host.until(lambda h: h.has(b"X"))
        counts.append(len(host.numbers()))
        await asyncio.sleep(30)

    host = run(sim, scenario)
    assert host.numbers() == list(range(len(host.numbers())))
    at_abort, at_answer = counts
    sent = int(band.log_text().split("aborted after ")[1].split()[0])
    # The frame in hand still goes out, none that was not generated then.
    assert len(host.numbers()) == sent == at_answer
    under_way = NIMBLE.buffers + 1 if board == "xiao_esp32c3" else 2
    assert sent - at_abort <= under_way
    assert band.waiting_count_max == 0


@each_board
def test_writes_are_taken_up_while_the_queue_is_full(tmp_path, board):
    # More of them than wait in anybody's memory, none lost.
    sim, _ = world(tmp_path, board, radio=SLOW)

    async def scenario(host):
        await host.report(60)
        for _ in range(20):
            await host.write(b"Q")
        await host.until(lambda h: h.has(b"D"))

    host = run(sim, scenario)
    assert [frame for frame in host.frames(0) if frame == b"Q"] == [b"Q"] * 20
    assert host.numbers() == list(range(60))


@pytest.mark.parametrize("loss", [0.3])
@each_board
def test_bad_radio_delays_a_report_and_changes_nothing(tmp_path, board, loss):
    sim, _ = world(tmp_path, board, radio={"loss": loss})

    async def scenario(host):
        await host.report(COUNT)
        await host.until(lambda h: h.has(b"D"))

    host = run(sim, scenario)
    assert host.numbers() == list(range(COUNT))
    assert host.arrived[-1][2] == b"D"


def test_indication_is_not_waited_for_before_the_next_notification(tmp_path):
    # Else each of them would cost two connection events, in which a dozen frames go out.
    times_s = {}
    for every in (0, 32):
        sim, _ = world(tmp_path / str(every), "xiao_esp32c3")

        async def scenario(host, every=every):
            await host.report(480, every)
            await host.until(lambda h: h.has(b"D"))

        host = run(sim, scenario)
        times_s[every] = host.arrived[-1][0] - host.arrived[0][0]
    # 15 indications are 15 packets more, three connection events.
    assert times_s[32] - times_s[0] <= 4 * 0.03


@each_board
def test_host_that_confirms_nothing_is_sent_away_in_a_report_too(tmp_path, board):
    sim, _ = world(tmp_path, board)

    async def main():
        async with Host(sim) as host:
            for channel in host.client.services.characteristics.values():
                channel.obj.client.send_confirmation = lambda _: None
            asked_s = sim.loop.time()
            await host.report(1_000)
            await asyncio.wait_for(host.gone.wait(), 60)
            return sim.loop.time() - asked_s, len(host.numbers())

    held_s, frame_count = sim.run(main())
    assert 20 <= held_s < 22
    # What is notified flows until the second indication is due.
    assert frame_count == (64 if board == "xiao_esp32c3" else 1)


@each_board
def test_throughput(tmp_path, board, record_property):
    sim, _ = world(tmp_path, board)

    async def scenario(host):
        await host.report(COUNT)
        await host.until(lambda h: h.has(b"D"))

    host = run(sim, scenario)
    took_s = host.arrived[-1][0] - host.arrived[0][0]
    kilobytes_s = sum(len(frame) for frame in host.frames(1)) / took_s / 1_000
    assert kilobytes_s > (40 if board == "xiao_esp32c3" else 7.5)
    record_property("figure", f"{board}: {kilobytes_s:.1f} kB/s at an interval of 30 ms")


@pytest.mark.parametrize(
    ("board", "plant"),
    [
        # The stream as notifications on the stack that sends no order.
        ("pico_w", ("talk.py", "elif in_order and item[0]", "elif item[0]")),
        # The next indication before the last is confirmed.
        (
            "xiao_esp32c3",
            ("talk.py", "        if self._unconfirmed:\n", "        if False:\n"),
        ),
    ],
    ids=["order", "confirmation"],
)
def test_planted_fault_is_seen(tmp_path, board, plant):
    sim, band = world(tmp_path, board, plant=plant, radio=SLOW)

    async def main():
        async with Host(sim) as host:
            if board == "xiao_esp32c3":
                for channel in host.client.services.characteristics.values():
                    channel.obj.client.send_confirmation = lambda _: None
            await host.report(100, 8)
            await host.until(lambda h: h.has(b"D"))
            return len(host.numbers()), host.gone.is_set()

    at_done, gone = sim.run(main())
    if board == "pico_w":
        assert at_done < 100
        assert band.waiting_count_max > 0
    else:
        assert not gone
