"""The pages about the computer and the site, asked through the real application."""

import dataclasses

import pytest

from pouch_host.accounts.roles import Role
from pouch_host.system import CollectorReport, PartName, PartState, System
from pouch_host.ward import LastLook, WatchState
from pouch_host.web.settings import WebSettings
from tests.host import ward
from tests.host.web import site as made_site


@pytest.fixture
def site(tmp_path):
    with made_site.opened(tmp_path) as opened:
        yield opened


@pytest.fixture
def administrator(site):
    return site.browser(Role.ADMINISTRATOR)


def report(site, **how):
    """Have a collector in the process that says this of itself."""
    app_site = site.app.state.site
    parts = app_site.system.parts
    system = System(site.watch, parts, collector=lambda: CollectorReport(**how))
    site.app.state.site = dataclasses.replace(app_site, system=system)
    return parts


def test_system_page_shows_bands_store_and_backup(site, administrator):
    text = administrator.get("/system").text
    for part in (ward.BAND_LABEL, "3.95", "There is no backup yet", "MB", "never"):
        assert part in text, part


def test_system_page_names_no_infant(administrator):
    # Whoever runs the computer needs no baby for it.
    assert ward.INFANT not in administrator.get("/system").text


def test_system_page_shows_each_part_and_what_the_collector_says(site, administrator):
    parts = report(
        site, adapter_failure="not there", reset_count=3, failing=(("P-00000009", "timed out"),)
    )
    parts.note(PartName.COLLECTOR, PartState.FAILED, "the disk is full")
    parts.note(PartName.WEB, PartState.RUNNING)
    text = administrator.get("/system").text
    for part in ("the disk is full", "not there", "P-00000009", "timed out", "Running"):
        assert part in text, part


def test_system_page_without_a_collector_says_where_it_may_run(administrator):
    assert "runs as a program of its own" in administrator.get("/system").text


def test_board_says_when_no_band_can_be_heard(site):
    nurse = site.browser(Role.NURSE)
    assert "Bluetooth adapter does not work" not in nurse.get("/").text
    report(site, adapter_failure="not there")
    assert "Bluetooth adapter does not work" in nurse.get("/").text
    piece = nurse.get("/system/notices").text
    assert "Bluetooth adapter does not work" in piece
    assert "<html" not in piece


def test_notices_keep_nobody_signed_in(site):
    # Goal: an open board asks for them for ever; the nurse has gone long ago.
    nurse = site.browser(Role.NURSE)
    for _ in range(5):
        site.now_utc_s += 180
        nurse.get("/system/notices")
    assert nurse.get("/system/notices").status_code == 303


def test_health_is_for_everybody_and_tells_no_more_than_it_must(site):
    answer = site.nobody().get("/health")
    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "reasons": [], "warnings": ["backup_none"]}


def test_health_is_503_when_a_part_is_silent(site):
    parts = site.app.state.site.system.parts
    parts.note(PartName.WATCH, PartState.RUNNING)
    parts.beat(PartName.WATCH, -5)
    answer = site.nobody().get("/health")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == ["part_silent:watch"]


def test_health_answers_when_not_even_the_store_can_be_read(site):
    site.store.close()
    site.store.system.file.write_bytes(b"a letter" * 1000)
    answer = site.nobody().get("/health")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == ["store"]


def test_authority_is_handed_out_where_there_is_one(tmp_path):
    path = tmp_path / "ca.crt"
    path.write_text("-----BEGIN CERTIFICATE-----\n")
    with made_site.opened(tmp_path, settings=WebSettings(ca_file=path)) as site:
        answer = site.nobody().get("/ca.crt")
        assert answer.text == path.read_text()
        assert answer.headers["content-type"] == "application/x-x509-ca-cert"
        assert "/ca.crt" in site.browser(Role.ADMINISTRATOR).get("/system").text


def test_authority_of_somebody_else_is_not_ours_to_hand_out(site, administrator):
    assert site.nobody().get("/ca.crt").status_code == 404
    assert "/ca.crt" not in administrator.get("/system").text


def test_site_is_changed_with_who_did_it(site, administrator):
    answer = administrator.post(
        "/site", {"name": "  Ward   3 ", "zone": "Asia/Karachi", "language": "en"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/site?note=saved")
    assert site.store.site.name == "Ward 3"
    assert site.store.zone.key == "Asia/Karachi"
    (row,) = (row for row in site.store.audit.rows() if row.what == "site")
    assert row.who == made_site.NAMES[Role.ADMINISTRATOR]
    assert row.detail == {"name": "Ward 3", "zone": "Asia/Karachi"}
    text = administrator.get("/site").text
    assert 'value="Ward 3"' in text
    assert '<option value="Asia/Karachi" selected>' in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"zone": "Nowhere/Town"}, "There is no such time zone"),
        ({"zone": ""}, "There is no such time zone"),
        ({"language": "xx"}, "This language is not installed"),
        ({"name": "two\x00lines"}, "A name has letters"),
    ],
)
def test_site_that_cannot_be_is_told_at_its_field_and_changes_nothing(
    site, administrator, change, words
):
    good = {"name": "Ward 3", "zone": "Asia/Karachi", "language": "en"}
    answer = administrator.post("/site", good | change)
    assert answer.status_code == 422
    assert words in answer.text
    assert site.store.site.name == ""
    assert site.store.zone.key == "UTC"


@pytest.mark.parametrize("role", [Role.NURSE, Role.HEAD_NURSE, Role.RESEARCHER])
@pytest.mark.parametrize("path", ["/system", "/site"])
def test_system_and_site_are_the_administrators_alone(site, role, path):
    assert site.browser(role).get(path).status_code == 403


def test_site_form_of_another_session_is_refused(site, administrator):
    administrator.csrf = "made-up"
    answer = administrator.post("/site", {"name": "x", "zone": "UTC", "language": "en"})
    assert answer.status_code == 403
    assert site.store.site.name == ""


def test_watch_that_looks_no_more_is_told_to_everybody_who_asks(site, administrator, monkeypatch):
    assert 'pouch_watch_state{state="stopped"} 0.0' in site.nobody().get("/metrics").text
    look = LastLook(WatchState.STOPPED, site.now_utc_s - 70, 70)
    monkeypatch.setattr(site.watch, "last_look", lambda: look)
    answer = site.nobody().get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'pouch_watch_state{state="stopped"} 1.0' in answer.text
    assert ward.INFANT not in answer.text
    assert site.nobody().get("/health").status_code == 503
    text = administrator.get("/system").text
    assert "Nobody is watching" in text
    assert "the last look was 70 s ago" in text
