import asyncio

import pytest

from pouch_sim.errors import SimulationError
from pouch_sim.vm.frames import Refused
from pouch_sim.vm.named import Spelled, answer, repeat


class Owner:
    LIMIT = 5

    def __init__(self):
        self._hidden = 1

    def add(self, first, second=2, *, third=0):
        return first + second + third

    def nothing(self):
        return None

    def part(self):
        return Spelled("Part(7)")

    async def later(self):
        await asyncio.sleep(0)
        return "late"

    def odd(self, number):
        if number % 2 == 0:
            raise OSError(5, "even")

    def faulty(self):
        return len(5)  # pyright: ignore[reportArgumentType]


OWNERS = {"one": Owner()}


def ask(*request):
    return answer(OWNERS, repr(request).encode())


def test_constant_is_told_and_a_function_is_nothing_until_called():
    assert ask("one", "LIMIT") == b"5"
    assert ask("one", "add") == b""
    assert ask("one", "add", (1,), {"third": 10}) == b"13"
    assert ask("one", "nothing", (), {}) == b""
    assert ask("one", "part", (), {}) == b"Part(7)"


def test_function_that_takes_time_is_awaited():
    assert asyncio.run(ask("one", "later", (), {})) == b"'late'"


@pytest.mark.parametrize(
    ("request_", "payload"),
    [
        (("two", "add"), b"ImportError(\"no module named 'two'\")"),
        (("one", "subtract"), b"AttributeError(\"no attribute 'subtract'\")"),
        (("one", "_hidden"), b"AttributeError(\"no attribute '_hidden'\")"),
        (("one", "__class__"), b"AttributeError(\"no attribute '__class__'\")"),
        (
            ("one", "add", (), {}),
            b"TypeError(\"add: missing a required argument: 'first'\")",
        ),
    ],
)
def test_what_is_not_offered_is_refused(request_, payload):
    with pytest.raises(Refused) as caught:
        ask(*request_)
    assert caught.value.payload == payload


def test_type_error_inside_a_function_is_the_simulators():
    with pytest.raises(TypeError, match="has no len"):
        ask("one", "faulty", (), {})


def test_what_is_repeated_is_done():
    done = []
    repeat({"one": type("Owner", (), {"do": lambda _self, what: done.append(what)})()}, REPEATED)
    assert done == [7]


REPEATED = repr(("one", "do", (7,), {})).encode()


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (("one", "odd", (2,), {}), "granted before, refused now: .*even"),
        (("one", "subtract", (), {}), "granted before, refused now: .*no attribute"),
        (("one", "later", (), {}), "takes time now"),
    ],
)
def test_what_is_repeated_and_refused_ends_the_simulation(request_, message):
    repeat(OWNERS, repr(("one", "odd", (1,), {})).encode())
    with pytest.raises(SimulationError, match=message):
        repeat(OWNERS, repr(request_).encode())
