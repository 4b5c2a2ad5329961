"""Runs in MicroPython: the clock, the board and the asyncio that tests move by hand."""

import asyncio

from tests.support.on_band.hand_board import DARK, START_MS, HandBoard, HandClock, gaps
from tests.support.on_band.hand_time import World


def _refuses(action, *arguments):
    try:
        action(*arguments)
    except AssertionError:
        return True
    return False


def test_things_happen_in_their_order_and_at_their_times():
    clock = HandClock()
    happened = []
    for at_ms in (5_000, 2_000, 5_000, 9_000):
        clock.at(at_ms, lambda: happened.append(clock.now_ms))
    assert clock.next_ms == 2_000
    clock.pass_until(6_000)
    assert happened == [2_000, 5_000, 5_000]
    assert clock.now_ms == 6_000
    assert clock.next_ms == 9_000


def test_thing_that_is_late_happens_now_and_time_never_falls():
    clock = HandClock()
    happened = []
    clock.pass_until(4_000)
    clock.at(1_500, happened.append, "late")
    clock.pass_until(2_000)
    assert happened == ["late"]
    assert clock.now_ms == 4_000


def test_wait_ends_at_what_interrupts_it():
    clock = HandClock()
    clock.at(2_000, lambda: None)
    clock.at(3_000, lambda: None)
    clock.pass_until(9_000, lambda: clock.now_ms >= 3_000)
    assert clock.now_ms == 3_000


def test_gaps_lie_between_times():
    assert gaps([1, 4, 9]) == [3, 5]
    assert gaps([1]) == gaps([]) == []


def test_board_sleeps_until_a_press_and_tells_it_afterwards():
    clock = HandClock()
    board = HandBoard(clock)
    edges = []
    board.on_button(lambda pressed: edges.append((clock.now_ms, pressed)))
    board.press(4_000, 200)
    board.light_sleep_ms(10_000)
    assert board.slept == [(START_MS, 4_000)]
    assert edges == [(4_000, True)]
    clock.pass_until(5_000)
    assert edges[1:] == [(4_200, False)]


def test_board_sleeps_on_while_the_button_is_held_and_tells_its_release_late():
    clock = HandClock()
    board = HandBoard(clock)
    edges = []
    board.set_button(True)
    board.on_button(lambda pressed: edges.append((clock.now_ms, pressed)))
    clock.at(3_000, board.set_button, False)
    board.light_sleep_ms(10_000)
    assert board.slept == [(START_MS, START_MS + 10_000)]
    assert edges == [(START_MS + 10_000, False)]


def test_board_refuses_to_sleep_too_long_or_with_light_or_motor_on():
    board = HandBoard(HandClock())
    assert _refuses(board.light_sleep_ms, board.SLEEP_MS_MAX + 1)
    assert _refuses(board.light_sleep_ms, 0)
    board.led(0, 1, 0)
    assert _refuses(board.light_sleep_ms, 100)
    board.led(0, 0, 0)
    board.vibrate(True)
    assert _refuses(board.light_sleep_ms, 100)
    board.vibrate(False)
    board.light_sleep_ms(100)
    assert board.slept_ms() == 100
    assert board.slept_ms(START_MS + 40) == 60
    assert board.shown == [(START_MS, (0, 1, 0)), (START_MS, DARK)] + [
        (START_MS, True),
        (START_MS, False),
    ]


def test_tasks_sleep_in_the_worlds_time():
    world = World()
    log = []

    async def tick(name, step_ms):
        for _ in range(3):
            await asyncio.sleep_ms(step_ms)
            log.append((world.now_ms - START_MS, name))

    world.run(2_000, tick("a", 500), tick("b", 700))
    # The third of `b` would be at 2,100.
    assert log == [(500, "a"), (700, "b"), (1_000, "a"), (1_400, "b"), (1_500, "a")]
    assert world.now_ms == START_MS + 2_000


def test_flags_and_time_outs_wake_a_task_at_their_time():
    world = World()
    flag = asyncio.ThreadSafeFlag()
    log = []

    async def listen():
        while True:
            try:
                await asyncio.wait_for_ms(flag.wait(), 1_000)
                log.append(("flag", world.now_ms))
            except asyncio.TimeoutError:
                log.append(("time", world.now_ms))

    world.at(1_300, flag.set)
    world.at(2_500, flag.set)
    world.run(3_000, listen())
    assert log == [("flag", 1_300), ("time", 2_300), ("flag", 2_500), ("time", 3_500)]


def test_flag_that_is_set_in_a_sleep_of_the_board_is_seen_after_it():
    world = World()
    board = HandBoard(world)
    flag = asyncio.ThreadSafeFlag()
    log = []

    async def listen():
        await flag.wait()
        log.append(world.now_ms)

    async def sleep():
        await asyncio.sleep_ms(0)
        board.light_sleep_ms(5_000)
        await asyncio.sleep_ms(0)
        await asyncio.sleep_ms(0)
        log.append("slept")

    world.at(2_000, flag.set)
    world.run(9_000, listen(), sleep())
    assert log == [START_MS + 5_000, "slept"]


def test_result_and_error_of_a_task_are_the_callers():
    world = World()

    async def answer():
        await asyncio.sleep_ms(10)
        return 7

    async def fail():
        await asyncio.sleep_ms(10)
        raise ValueError

    assert world.finish(answer()) == 7
    for run in (lambda: world.run(1_000, fail()), lambda: world.finish(answer(), fail())):
        try:
            run()
        except ValueError:
            continue
        raise AssertionError("the error was lost")


def test_task_that_does_not_end_in_time_fails_the_test():
    async def wait():
        await asyncio.Event().wait()

    assert _refuses(lambda: World().finish(wait(), within_ms=1_000))


def test_each_world_begins_anew():
    log = []

    async def tick(name):
        while True:
            await asyncio.sleep_ms(100)
            log.append(name)

    World().run(1_000, tick("old"))
    log.clear()
    World().run(1_000, tick("new"))
    assert set(log) == {"new"}
