"""A store of three infants with real records, and logs of them as people write them."""

from datetime import UTC, datetime, timedelta

from pouch_host.store import Store
from tests.host.derived_ward import BAND_ID, pull
from tests.host.ward import START_UTC_S

CODES = ("bed-1", "bed-2", "bed-3")
DAYS = 3
NOW = "2026-03-04T00:10:00Z"


def fill(path):
    """Make the store: contact in three hours of every six, for three days, in UTC."""
    with Store.open(path) as store:
        for number, code in enumerate(CODES):
            store.assign(BAND_ID + number, code, START_UTC_S)
            pull(store, range(24 * DAYS), band_id=BAND_ID + number)
    return path


def time(hours):
    return (datetime.fromtimestamp(START_UTC_S, UTC) + timedelta(hours=hours)).strftime(
        "%Y-%m-%dT%H:%M"
    )


def diary(path, *, longer_h=0.0):
    """Write a diary of all contact, each of the four a day longer by some hours."""
    rows = ["infant,begin,end"]
    rows += [
        f"{code},{time(begin)},{time(begin + 3 + longer_h)}"
        for code in CODES
        for begin in range(0, 24 * DAYS, 6)
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def observer(path, *, every_h=2):
    """Write what somebody sees who looks every other hour, right at the hour and a half."""
    rows = ["infant,at,contact"]
    for code in CODES:
        for hour in range(1, 24 * DAYS, every_h):
            seen = "yes" if hour % 6 < 3 else "no"
            rows.append(f"{code},{time(hour + 0.5)},{seen}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path
