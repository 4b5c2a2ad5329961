"""Fixtures of the browser tests, and what runs a test that is a coroutine."""

import fcntl
import inspect
import re
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

from pouch_host.web.settings import WebSettings
from tests.browser import babies, chromium, made_store
from tests.browser.radio_ward import RadioWard
from tests.browser.screens import Screens
from tests.browser.served import HandClock
from tests.browser.stage import Stage
from tests.browser.ward import Ward

# Long enough for a busy machine, and no test waits for the usual ten.
_SILENCE_S = 3.0
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    reason = chromium.why_not()
    if reason is not None:
        for item in items:
            if item.path.is_relative_to(HERE) and "stage" in item.fixturenames:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run a coroutine on the stage; whatever its pages complained of fails it too."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    given = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    stage, screens = pyfuncitem.funcargs["stage"], pyfuncitem.funcargs["screens"]
    try:
        stage.run(pyfuncitem.obj(**given))
        faults = screens.faults()
        assert not faults, "the pages complained:\n" + "\n".join(faults)
    except BaseException:
        stage.run(screens.keep(re.sub(r"\W+", "-", pyfuncitem.name)))
        raise
    return True


@pytest.fixture(scope="session")
def stage(tmp_path_factory):
    """Return the one browser of this process."""
    opened = Stage(tmp_path_factory.mktemp("camera") / "band.y4m")
    yield opened
    opened.close()


@pytest.fixture
def screens(stage):
    """Return what opens screens for one test."""
    opened = Screens(stage)
    yield opened
    stage.run(opened.close())


@pytest.fixture(scope="session")
def made_path(tmp_path_factory, worker_id):
    """Return the store of the made ward, made once for all processes of a run."""
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent
    path = folder / "made-ward.db"
    with only_one(folder / "made-ward.lock"):
        if not path.exists():
            made_store.make(path.with_suffix(".new"))
            path.with_suffix(".new").rename(path)
    return path


@pytest.fixture(scope="session")
def shown_ward(made_path, tmp_path_factory):
    """Return a made ward that tests only look at."""
    yield from _running(made_path, tmp_path_factory.mktemp("shown"))


@pytest.fixture
def made_ward(made_path, tmp_path):
    """Return a made ward of the test's own."""
    yield from _running(made_path, tmp_path)


@pytest.fixture
def quick_ward(made_path, tmp_path):
    """Return a made ward of the test's own whose pages soon miss their server."""
    yield from _running(made_path, tmp_path, WebSettings(silence_s=_SILENCE_S))


@pytest.fixture(scope="session")
def radio_ward(tmp_path_factory):
    """Return the ward over the virtual radio; slow, so all its tests are in one file."""
    ward = RadioWard(tmp_path_factory.mktemp("radio"))
    yield ward
    ward.close()


def _running(made_path, folder, settings=None):
    path = shutil.copy(made_path, folder / "pouch.db")
    ward = Ward(path, HandClock(babies.NOW_UTC_S), settings=settings)
    ward.wait_until_watched()
    yield ward
    ward.close()


@contextmanager
def only_one(path):
    """Let one process at a time in."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
