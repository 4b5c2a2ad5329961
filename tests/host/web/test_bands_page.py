"""Bands on and off, as a nurse's browser does it: scanned, picked, typed; asked for, put right."""

import re
from contextlib import contextmanager
from pathlib import Path

import pytest

from pouch_host import derive
from pouch_host.accounts.roles import Role
from pouch_host.key_files import key_text
from pouch_host.web import admission
from pouch_host.web.admission.fields import band_label_of
from tests.host.web import site as sites
from tests.host.web.test_admission import fault_of, value_of

HOUR_S = 3600
WORN, FREE = "P-0012ABCD", "P-00000012"
BEGIN_UTC_S = sites.ward.START_UTC_S
KEY = bytes(range(16))


@contextmanager
def opened(folder):
    with sites.opened(folder) as site:
        site.store.record_contact(0x12, site.now_utc_s - 5, battery_mv=4010)
        site.store.admissions.admit("bed-7", when_utc_s=BEGIN_UTC_S, who="Amina")
        yield site


@pytest.fixture
def site(tmp_path):
    with opened(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def same_site(tmp_path_factory):
    """A site for tests that change nothing, and check it."""
    with opened(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture
def nurse(site):
    return site.browser(Role.NURSE)


def spans(site, code):
    return [(one.band_id, one.from_utc_s, one.to_utc_s) for one in site.store.assignments(code)]


def test_page_lists_bands_heard_lately_newest_first(same_site):
    text = same_site.browser(Role.NURSE).get("/infants/bed-7/band").text
    assert re.findall(r'name="pick" value="([^"]+)"', text) == [FREE, WORN]
    assert "4.01" in text
    assert "Free" in text
    assert "<bdi>bed-1</bdi>" in text
    assert "button twice" in text


@pytest.mark.parametrize(
    "values",
    [
        {"pick": FREE},
        {"band": "p-00000012"},
        {"band": f" https://ward.local/b/{FREE} "},
        {"band": FREE, "pick": FREE},
    ],
)
def test_band_is_put_on(site, nurse, values):
    answer = nurse.post("/infants/bed-7/band", {"wears": "", **values})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/infants/bed-7?note=band_on"
    assert spans(site, "bed-7") == [(0x12, site.now_utc_s, None)]


def test_key_of_a_label_is_never_shown_again_or_kept(site, nurse, tmp_path):
    text = key_text(WORN, KEY)
    answer = nurse.post("/infants/bed-7/band", {"band": text})
    assert answer.status_code == 422
    assert value_of(answer, "band") == WORN
    broken = nurse.post("/infants/bed-7/band", {"band": text[:-1]})
    assert value_of(broken, "band") == ""
    for one in (answer, broken):
        assert KEY.hex()[:12].upper() not in one.text.upper()
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert KEY.hex().upper().encode()[:12] not in held


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("P-00000012", FREE),
        (" p-0012abcd\n", WORN),
        (key_text(WORN, KEY), WORN),
        (key_text(WORN, KEY).lower(), WORN),
        ("https://ward.local:8443/b/P-00000012", FREE),
        ("http://ward/?band=P-00000012", FREE),
        ("https://ward/b#P-00000012/", FREE),
        ("", None),
        ("00000012", None),
        ("P-0000012", None),
        ("P-000000123", None),
        ("P-0000001G", None),
        ("https://ward/xP-00000012", None),
        ("javascript:P-00000012", None),
        ("POUCH1:P-0012ABCD:00", None),
        ("POUCH2:P-0012ABCD", None),
        ("https://ward/m/P-00000012/now", None),
    ],
)
def test_label_in_what_was_scanned(text, label):
    assert band_label_of(text) == label


def test_script_reads_a_scan_by_the_same_rule():
    folder = Path(admission.__file__).parent
    script = (folder.parent / "static" / "scan.js").read_text(encoding="utf-8")
    rule = re.search(r"var found = /\^(.+)\$/i", script).group(1)
    fields = (folder / "fields.py").read_text(encoding="utf-8")
    mine = re.search(r'_LABEL = re\.compile\(\s*r"(.+)",', fields).group(1)
    assert rule.replace(r"\/", "/") == mine.replace("?P<label>", "")


def test_band_of_another_asks_and_then_moves(site, nurse):
    asked = nurse.post("/infants/bed-7/band", {"pick": WORN, "wears": ""})
    assert asked.status_code == 422
    assert "Infant <bdi" in fault_text(asked, "band")
    assert "bed-1" in fault_text(asked, "band")
    assert 'name="move"' in asked.text
    # What was picked is still picked.
    assert re.search(rf'value="{WORN}" checked', asked.text)
    answer = nurse.post("/infants/bed-7/band", {"pick": WORN, "wears": "", "move": "yes"})
    assert answer.status_code == 303
    assert spans(site, "bed-1") == [(0x12ABCD, BEGIN_UTC_S, site.now_utc_s)]


def fault_text(answer, name):
    found = re.search(rf'id="{name}-error">(.*?)</p>', answer.text, re.DOTALL)
    return found.group(1) if found else ""


def test_band_that_nobody_heard_asks(site, nurse):
    asked = nurse.post("/infants/bed-7/band", {"band": "P-0000BEEF"})
    assert "never heard" in fault_text(asked, "band")
    assert value_of(asked, "band") == "P-0000BEEF"
    assert spans(site, "bed-7") == []
    nurse.post("/infants/bed-7/band", {"band": "P-0000BEEF", "unheard": "yes"})
    assert spans(site, "bed-7") == [(0xBEEF, site.now_utc_s, None)]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "band"),
        ({"band": "bed-1"}, "band"),
        ({"pick": "nonsense"}, "band"),
        ({"band": FREE, "pick": WORN}, "band"),
        ({"pick": FREE, "moment": "2026-03-01T09:00"}, "moment"),
        ({"pick": FREE, "moment": "2026-02-20T09:00"}, "moment"),
        ({"pick": FREE, "moment": "99999-01-01T00:00"}, "moment"),
        ({"pick": WORN, "move": "yes", "moment": "2026-02-28T21:00"}, "moment"),
        ({"pick": WORN, "move": "yes", "moment": "2026-03-01T00:00"}, "moment"),
    ],
)
def test_band_bad_input_is_named_beside_its_field(same_site, values, field):
    before = same_site.store.assignments()
    answer = same_site.browser(Role.NURSE).post("/infants/bed-7/band", values)
    assert answer.status_code == 422
    assert fault_of(answer, field)
    if "moment" in values:
        assert value_of(answer, "moment") == values["moment"]
    assert same_site.store.assignments() == before


def test_band_after_a_second_nurse_was_faster_is_refused(site, nurse):
    site.store.wearing.put_on("bed-7", 0x12, when_utc_s=site.now_utc_s - 60, who="Zainab")
    late = nurse.post("/infants/bed-7/band", {"pick": WORN, "wears": "", "move": "yes"})
    assert late.status_code == 422
    assert "Somebody else" in late.text
    assert spans(site, "bed-7") == [(0x12, site.now_utc_s - 60, None)]


def test_band_is_taken_off_now_or_at_a_moment(site, nurse):
    answer = nurse.post("/infants/bed-1/band/off", {"moment": "2026-03-01T02:00"})
    assert answer.headers["location"] == "/infants/bed-1?note=band_off"
    assert spans(site, "bed-1") == [(0x12ABCD, BEGIN_UTC_S, BEGIN_UTC_S + 2 * HOUR_S)]
    again = nurse.post("/infants/bed-1/band/off")
    assert again.status_code == 422
    assert "wears no band" in again.text


def test_moment_put_right_changes_whose_hours_they_are(site, nurse):
    # Goal: hours follow who wore the band. Method: three hours of contact; the band moved at the
    # end, then the moment put right to after the first hour.
    nurse.post("/infants/bed-7/band", {"pick": WORN, "move": "yes", "wears": ""})
    assert hours(site) == {"bed-1": pytest.approx(3, abs=0.1), "bed-7": 0}
    answer = nurse.post("/infants/bed-7/band/moment", {"moment": "2026-03-01T01:00"})
    assert answer.headers["location"] == "/infants/bed-7?note=saved"
    assert hours(site) == {
        "bed-1": pytest.approx(1, abs=0.1), "bed-7": pytest.approx(2, abs=0.1),
    }  # fmt: skip
    row = site.store.audit.rows(infant="bed-7", limit=1)[0]
    assert (row.what, row.who, row.from_utc_s) == ("corrected", "Amina", BEGIN_UTC_S + HOUR_S)


def hours(site):
    return {
        one.infant_code: sum(day.hours for day in one.days)
        for one in derive.infant_days(site.store, site.now_utc_s)
    }


@pytest.mark.parametrize("moment", ["", "soon", "2026-03-01T09:00", "2026-02-28T22:00"])
def test_moment_that_cannot_be_is_refused(same_site, moment):
    answer = same_site.browser(Role.NURSE).post("/infants/bed-1/band/moment", {"moment": moment})
    assert answer.status_code == 422
    assert fault_text(answer, "moment")
    assert 'aria-describedby="moment-error"' in answer.text
    assert spans(same_site, "bed-1") == [(0x12ABCD, BEGIN_UTC_S, None)]


def test_moment_left_as_it_was_keeps_its_seconds(site, nurse):
    site.now_utc_s += 37
    nurse.post("/infants/bed-7/band", {"pick": FREE, "wears": ""})
    before = spans(site, "bed-7")
    typed = re.search(r'id="since"[^>]* value="([^"]+)"', nurse.get("/infants/bed-7/band").text)
    assert typed.group(1) == "2026-03-01T03:02"
    nurse.post("/infants/bed-7/band/moment", {"moment": typed.group(1)})
    assert spans(site, "bed-7") == before == [(0x12, site.now_utc_s, None)]


def test_moment_that_is_too_early_is_told_the_first_minute_that_will_do(site, nurse):
    taken_off_utc_s = BEGIN_UTC_S + HOUR_S + 20
    site.store.release(0x12ABCD, taken_off_utc_s, when_utc_s=taken_off_utc_s)
    values = {"pick": WORN, "wears": "", "moment": "2026-03-01T01:00"}
    refused = nurse.post("/infants/bed-7/band", values)
    assert "01:01" in fault_text(refused, "moment")
    assert nurse.post("/infants/bed-7/band", values | {"moment": "2026-03-01T01:01"}).is_redirect


def test_assignment_is_taken_back(site, nurse):
    nurse.post("/infants/bed-7/band", {"pick": WORN, "move": "yes", "wears": ""})
    answer = nurse.post("/infants/bed-7/band/undo")
    assert answer.headers["location"] == "/infants/bed-7?note=undone"
    assert spans(site, "bed-1") == [(0x12ABCD, BEGIN_UTC_S, None)]
    assert spans(site, "bed-7") == []
    again = nurse.post("/infants/bed-7/band/undo")
    assert again.status_code == 422


def test_move_gives_the_band_to_the_other_infant(site, nurse):
    page = nurse.get("/infants/bed-1/move")
    assert re.findall(r'name="to" value="([^"]+)"', page.text) == ["bed-7"]
    answer = nurse.post("/infants/bed-1/move", {"to": "bed-7", "moment": "2026-03-01T03:00"})
    assert answer.headers["location"] == "/infants/bed-7?note=moved"
    assert site.store.wearing.worn() == {0x12ABCD: "bed-7"}
    assert "wears no band" in nurse.get("/infants/bed-1/move").text


@pytest.mark.parametrize("to", ["", "bed-1", "bed-9"])
def test_move_to_nobody_or_itself_is_refused(same_site, to):
    answer = same_site.browser(Role.NURSE).post("/infants/bed-1/move", {"to": to})
    assert answer.status_code == 422
    assert "Choose another infant" in answer.text
    assert same_site.store.wearing.worn() == {0x12ABCD: "bed-1"}
