"""The resources of one infant, made as its frames come: Patient, bands, sessions, days."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .codes import Resource
from .contact import hours_of, session_of
from .ids import OwnIds, id_of
from .minutes import Minutes
from .people import patient_of, reference, wearing_of
from .temperatures import MinutesOfDay, temperatures_of
from .values import MINUTE_MS, last_seconds, moments, period

if TYPE_CHECKING:
    import polars as pl

    from pouch_host.export.selection import Selection
    from pouch_host.store import Infant

_MINUTE_S = 60
_DAY_MS = 86_400_000


class InfantResources:
    """Makes the resources of an infant of its frames, which come in the order of the tables.

    Args:
        selection: of the export.
        infant: which one.
    """

    def __init__(self, selection: "Selection", infant: "Infant") -> None:
        self._times = selection.times(infant)
        code = selection.codes.infant(infant.code)
        self.patient = patient_of(code, selection.site, hidden=selection.codes.hides)
        self._site_id = id_of(selection.site)
        self._ids = OwnIds(self.patient["id"])
        now_ms = int(selection.now_utc_s // _MINUTE_S) * MINUTE_MS
        self._now_ms = now_ms + self._times.shift_days * _DAY_MS
        self._minutes = Minutes()
        self._worn: list[tuple[str, int, int | None]] = []

    def assignments(self, frame: "pl.DataFrame") -> Iterator[Resource]:
        """Yield who wore which band when."""
        bands = [id_of(one) for one in frame["band"]]
        begins, ends = moments(frame["from_utc"]), moments(frame["to_utc"])
        for band, begin, end in zip(bands, begins, ends, strict=True):
            assert begin is not None
            self._worn.append((band, begin, end))
        yield from wearing_of(frame, self._times, self.patient["id"], self._ids)

    def minutes(self, frame: "pl.DataFrame") -> Iterator[Resource]:
        """Keep minutes until the days come."""
        self._minutes.add(frame)
        yield from ()

    def sessions(self, frame: "pl.DataFrame") -> Iterator[Resource]:
        """Yield the sessions."""
        machine_ends = last_seconds(self._times, moments(frame["end_utc"]))
        final_ends = last_seconds(self._times, moments(frame["final_end_utc"]))
        for row, machine_end, final_end in zip(
            frame.to_dicts(), machine_ends, final_ends, strict=True
        ):
            # By its begin, not by its number: late records may bring an earlier session.
            begin = row["begin_utc"] or row["final_begin_utc"] or row["said_begin_utc"]
            head = self._head("session", f"{begin:%Y%m%dT%H%M%S}")
            yield head | session_of(row, machine_end, final_end)

    def days(self, frame: "pl.DataFrame") -> Iterator[Resource]:
        """Yield the days: hours of contact, and temperatures; the minutes are forgotten."""
        wholes = last_seconds(self._times, moments(frame["end_utc"]))
        spans = list(self._spans(frame))
        lasts = last_seconds(self._times, [end for _, end, _ in spans])
        for row, whole, last, (begin_ms, end_ms, over) in zip(
            frame.to_dicts(), wholes, lasts, spans, strict=True
        ):
            date = row["date"].isoformat()
            head = self._head("ssc", date)
            yield head | hours_of(row, period(row["begin_local"], whole), over=over)
            if end_ms <= begin_ms:
                # The day is not a minute old.
                continue
            face_c, skin_c = self._minutes.of(begin_ms, end_ms)
            day = MinutesOfDay(
                date=date,
                period=period(row["begin_local"], last),
                over=over,
                face_c=face_c,
                skin_c=skin_c,
                bands=self._bands(begin_ms, end_ms),
                row=row,
            )
            yield from temperatures_of(day, self.patient["id"], self._site_id, self._ids)
        self._minutes = Minutes()

    def _spans(self, frame: "pl.DataFrame") -> Iterator[tuple[int, int, bool]]:
        """Yield where minutes of each local day begin and end, and whether it was over."""
        begins, ends = moments(frame["begin_utc"]), moments(frame["end_utc"])
        for begin, end in zip(begins, ends, strict=True):
            assert begin is not None
            assert end is not None
            yield begin, min(end, self._now_ms), end <= self._now_ms

    def _bands(self, begin_ms: int, end_ms: int) -> list[str]:
        """Return which bands were worn in a span, each once, by their first assignment."""
        return list(
            dict.fromkeys(
                band
                for band, begin, end in self._worn
                if begin < end_ms and (end is None or end > begin_ms)
            )
        )

    def _head(self, kind: str, when: str) -> dict[str, Any]:
        return {
            "resourceType": "Observation",
            "id": self._ids.new(kind, when),
            "subject": reference("Patient", self.patient["id"]),
            "performer": [reference("Organization", self._site_id)],
        }
