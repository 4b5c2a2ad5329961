import pytest

from pouch_host.store import Store
from tests.host.accounts.people import Clock, people_of


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ward.sqlite"


@pytest.fixture
def store(path):
    with Store.open(path) as opened:
        yield opened


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def accounts(store, clock):
    return people_of(store, clock)
