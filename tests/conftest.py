"""Options, fixtures and process set-up that every test shares."""

import os

import hypothesis
import pytest

DEFAULT_SEED = 20_260_101
_WORKER_PREFIX = "gw"

# The suite that judges a commit must judge it the same way twice, and no example may fail for
# being slow on a busy machine. `HYPOTHESIS_PROFILE=fresh` looks for new examples instead.
hypothesis.settings.register_profile("fixed", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("fresh", deadline=None, print_blob=True, max_examples=500)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


def pytest_addoption(parser):
    parser.addoption(
        "--seed",
        type=int,
        default=DEFAULT_SEED,
        help="seed of every simulated world that a test does not seed itself",
    )
    parser.addoption(
        "--whole",
        action="store_true",
        help="run every case of the tests that otherwise run a share of theirs (make torture)",
    )
    parser.addoption(
        "--case",
        type=int,
        help="run this one case of a test of many, as its failure says",
    )


def pytest_configure(config):
    worker = getattr(config, "workerinput", {}).get("workerid", "")
    if worker.startswith(_WORKER_PREFIX):
        _pin_to_core(int(worker.removeprefix(_WORKER_PREFIX)))


def _pin_to_core(worker_no):
    # A simulated band and the simulation call each other thousands of times a second, one waiting
    # while the other runs: on one core that costs a tenth of what it costs between cores. Left to
    # themselves two workers would pick the same core. macOS has no affinity: there it is slower.
    if not hasattr(os, "sched_setaffinity"):
        return
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[worker_no % len(cores)]})


def pytest_report_header(config):
    return f"seed: {config.getoption('seed')} (repeat a run with --seed)"


def pytest_terminal_summary(terminalreporter):
    """Print the figures that tests measured, which they hand over as the property `figure`."""
    figures = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "figure" and report.when == "call"
    ]
    if figures:
        terminalreporter.section("figures")
        for figure in sorted(figures):
            terminalreporter.write_line(figure)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed and "seed" in getattr(item, "fixturenames", ()):
        seed = item.config.getoption("seed")
        report.sections.append(("repeat", f"pytest '{item.nodeid}' --seed {seed}"))


@pytest.fixture
def seed(request) -> int:
    """Return the seed of this run: the same in every run unless --seed says otherwise."""
    return request.config.getoption("seed")


@pytest.fixture
def cases(request):
    """Return what runs the numbered cases of a test."""
    from tests.support.cases import Cases

    option = request.config.getoption
    return Cases(request.node.nodeid, whole=option("whole"), only=option("case"))
