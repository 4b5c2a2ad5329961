"""A machine without a browser: its tests are skipped with a reason, but not where they count."""

import pytest

from tests.browser import chromium


@pytest.fixture
def bare_machine(monkeypatch, tmp_path):
    """Let no browser be found."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("POUCH_CHROMIUM", raising=False)
    monkeypatch.delenv("CI", raising=False)
    return tmp_path


def browser_in(folder, name):
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_missing_browser_is_a_reason_that_says_what_to_do(bare_machine):
    assert "apt-get install chromium" in (chromium.why_not() or "")


def test_missing_browser_under_continuous_integration_fails(bare_machine, monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(AssertionError, match="no Chromium"):
        chromium.why_not()


def test_browser_of_another_name_is_found(bare_machine):
    path = browser_in(bare_machine, "google-chrome")
    assert chromium.find() == path
    assert chromium.why_not() is None


def test_named_browser_is_taken_before_all_others(bare_machine, monkeypatch):
    browser_in(bare_machine, "chromium")
    mine = browser_in(bare_machine, "mine")
    monkeypatch.setenv("POUCH_CHROMIUM", mine)
    assert chromium.find() == mine
