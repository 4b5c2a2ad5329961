"""What the store hands out: plain values that stay valid after the connection is closed."""

from dataclasses import dataclass
from datetime import date

from pouch_protocol.constants import band_label


@dataclass(frozen=True, slots=True)
class Band:
    """A band that the host has met, or that was assigned before.

    Attributes:
        band_id: its u32 identity.
        label: the label printed on it.
        first_contact_utc_s: when the host first met it, or None.
        last_contact_utc_s: when the host last met it, or None.
        battery_mv: battery at the last contact that told it, millivolts, or None.
        firmware_version: such as "1.2.0" at the last contact that told it, or None.
        wire_version: version of the protocol that it spoke then, or None.
    """

    band_id: int
    label: str
    first_contact_utc_s: int | None
    last_contact_utc_s: int | None
    battery_mv: int | None
    firmware_version: str | None
    wire_version: int | None


@dataclass(frozen=True, slots=True)
class Infant:
    """A baby, known by a code such as "bed-1". The store has no column for a name.

    Attributes:
        infant_id: key in the store.
        code: what the ward calls it, unique.
        target_minutes: contact a day that it is to have; None for the usual target.
        weight_g: at admission or last weighed, grams, or None.
        gestation_days: gestational age at birth, days, or None.
        admitted_utc_s: since when it is here; None if it only ever got a band.
        discharged_utc_s: since when it is gone, or None.
        born_on: local date of its birth, or None.
    """

    infant_id: int
    code: str
    target_minutes: int | None = None
    weight_g: int | None = None
    gestation_days: int | None = None
    admitted_utc_s: int | None = None
    discharged_utc_s: int | None = None
    born_on: date | None = None

    def age_days(self, day: date) -> int | None:
        """Return its age on a local date, in days; the day of birth is day 0.

        So does WHO count: ICD-10, volume 2, "Age at death": the first day of life is day zero,
        the second day is day 1.

        Args:
            day: the date.

        Returns:
            None if its date of birth is not known, or lies after that date.
        """
        if self.born_on is None or day < self.born_on:
            return None
        return (day - self.born_on).days

    def postmenstrual_days(self, day: date) -> int | None:
        """Return its postmenstrual age on a local date, in days.

        Gestational age at birth and age since birth together (American Academy of Pediatrics,
        Age terminology during the perinatal period, Pediatrics 2004;114:1362).

        Args:
            day: the date.

        Returns:
            None if one of the two is not known.
        """
        age_days = self.age_days(day)
        if age_days is None or self.gestation_days is None:
            return None
        return self.gestation_days + age_days


@dataclass(frozen=True, slots=True)
class Assignment:
    """A band belonged to an infant from one moment up to, but without, another.

    Attributes:
        assignment_id: key in the store.
        band_id: the band.
        infant_id: the infant.
        from_utc_s: first second of it.
        to_utc_s: first second after it; None while it lasts.
        ended_by: key of the assignment that ended it; None if it lasts or was released.
    """

    assignment_id: int
    band_id: int
    infant_id: int
    from_utc_s: int
    to_utc_s: int | None
    ended_by: int | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of consecutive records of one boot, as the bytes that the band sent.

    Attributes:
        segment_id: rises with the order of insertion: the cursor of every consumer.
        band_id: the band.
        log_id: the log on that band.
        boot_id: the boot that wrote all of them.
        first_record_no: number of the first record.
        record_count: how many records were stored. The data of a damaged store may hold less.
        data: their bytes.
        received_utc_s: when the host had them.
    """

    segment_id: int
    band_id: int
    log_id: int
    boot_id: int
    first_record_no: int
    record_count: int
    data: bytes
    received_utc_s: int

    @property
    def last_record_no(self) -> int:
        """Return the number of its last record."""
        return self.first_record_no + self.record_count - 1

    @property
    def band_label(self) -> str:
        """Return the label printed on its band."""
        return band_label(self.band_id)
