"""The table of what observers, charts and diaries told, as it was imported."""

from pouch_host.store.episode_log import LogSource, SpanKind

from .kinds import ADMINISTRATIVE, DERIVED, INFANT, SITE, Table, count, day, moment, text

TOLD = "told: by an observer, a nurse's chart or a mother's diary, as it was imported"

TOLD_SPANS = Table(
    "told_spans",
    "What observers, charts and diaries told",
    "One row of an imported log: an episode of contact, a slot with its share of contact, or a "
    "look that holds up to the next one. Nothing derived rests on it",
    ("infant", "told_by", "begin_utc"),
    (
        SITE,
        INFANT,
        day("date", "local date on which it begins", DERIVED),
        text("told_by", "who told it", TOLD, values=tuple(LogSource), required=True),
        text(
            "kind", "episode: contact, and none outside on days that have one; slot: contact_s of "
            "it were contact; look: contact or none at a moment, held up to the next look",
            TOLD, values=tuple(SpanKind), required=True,
        ),
        *moment("begin", "where it begins", TOLD),
        *moment("end", "where it ends", TOLD),
        count("span_s", "its length", TOLD, unit="s", minimum=1),
        count("contact_s", "contact in it, seconds of skin-to-skin contact", TOLD, unit="s"),
        *moment("imported", "when the log was imported", ADMINISTRATIVE),
    ),
)  # fmt: skip
