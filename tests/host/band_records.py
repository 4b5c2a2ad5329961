"""Records of a band that counts its own hours, for the tests of the host."""

from pouch_protocol import constants as c
from pouch_protocol import records
from tests.host.ward import LOG_ID, START_UTC_S, anchor_values, sample_values

HOUR_S = 3600


def tally_values(uptime_s, *, span_s=HOUR_S, contact_s=0, unknown_s=0, contact_24h_min=0):
    """Return the fields of a tally that ends at an uptime."""
    return {
        "flags": 0,
        "uptime_cs": round(uptime_s * c.CS_PER_S),
        "span_s": span_s,
        "contact_s": contact_s,
        "unknown_s": unknown_s,
        "contact_24h_min": contact_24h_min,
        "battery_days": c.BYTE_MISSING,
        "alerts": 0,
    }


def event_values(uptime_s, event, *, detail=0, value=0):
    """Return the fields of an event."""
    uptime_cs = round(uptime_s * c.CS_PER_S)
    return {"flags": 0, "uptime_cs": uptime_cs, "event": event, "detail": detail, "value": value}


def samples(from_s, to_s, *, together, step_s=60):
    """Return sample records of some time, each as `(kind, fields)`."""
    return [
        (
            c.KIND_SAMPLE,
            sample_values(uptime_s, infant_touched=True, caregiver_touched=together),
        )
        for uptime_s in range(from_s, to_s, step_s)
    ]


def boot_bytes(rows, *, start_utc_s=START_UTC_S, anchored=True, log_id=LOG_ID, first=0):
    """Return the bytes of one boot's records in order of uptime, with an anchor before them."""
    head = [(c.KIND_ANCHOR, anchor_values(0, start_utc_s))] if anchored else []
    in_order = sorted(rows, key=lambda row: row[1]["uptime_cs"])
    return b"".join(
        records.encode(kind, fields, log_id, first + number)
        for number, (kind, fields) in enumerate(head + in_order)
    )
