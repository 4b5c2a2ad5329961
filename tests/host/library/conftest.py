"""A study of everything that an export can meet, and the ward of the examples."""

import shutil

import pytest

import pouch_host as pouch
from pouch_host.derive import refresh
from pouch_host.store import Store
from tests.host.export.made_study import NOW_UTC_S, copied
from tests.support.example_ward import example_ward


@pytest.fixture(scope="session")
def derived(tmp_path_factory):
    """Return the study's store with its days worked out, as a ward's host leaves it."""
    path = copied(tmp_path_factory.mktemp("derived"))
    with Store.open(path) as store:
        refresh(store, NOW_UTC_S)
    return path


@pytest.fixture
def path(derived, tmp_path):
    """Return a copy of it that a test may write to."""
    return shutil.copy(derived, tmp_path / "study.sqlite")


@pytest.fixture(scope="session")
def study(derived):
    """Return the study itself, open for all tests: it is only read."""
    with pouch.open_store(derived, now=NOW_UTC_S) as opened:
        yield opened


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    return example_ward(tmp_path_factory)
