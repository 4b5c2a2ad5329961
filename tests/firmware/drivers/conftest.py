import pytest

from tests.firmware.drivers.bench import Bench


@pytest.fixture
def bench():
    with Bench() as running:
        yield running
