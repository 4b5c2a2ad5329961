import pytest

from pouch_host.store import Store


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ward.sqlite"


@pytest.fixture
def store(path):
    with Store.open(path) as opened:
        yield opened
