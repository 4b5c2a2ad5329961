"""A study's store for each test that wants one, and selections of it."""

import pytest

from pouch_host.export.selection import Selection
from pouch_host.store import Store
from tests.host.export.made_study import NOW_UTC_S, copied


@pytest.fixture
def path(tmp_path):
    return copied(tmp_path)


@pytest.fixture
def store(path):
    with Store.open(path) as opened:
        yield opened


@pytest.fixture
def selection(store):
    return Selection.of(store, NOW_UTC_S)
