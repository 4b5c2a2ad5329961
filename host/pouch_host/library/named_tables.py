"""The tables that have a method of their own, each with an example."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .given import Day

if TYPE_CHECKING:
    import polars as pl


class NamedTables(ABC):
    """Methods that give one table each; `Study` has them."""

    @abstractmethod
    def table(
        self,
        name: str,
        infants: str | Iterable[str] | None = None,
        first_day: Day | None = None,
        last_day: Day | None = None,
    ) -> "pl.DataFrame":
        """Return any table by its name."""

    def infants(self, infants: str | Iterable[str] | None = None) -> "pl.DataFrame":
        """Return the table `infants`: a row for each.

        Example:
            >>> study.infants(["s-01", "s-02"]).select("infant", "weight_g").rows()
            [('s-01', 977), ('s-02', 2695)]
        """
        return self.table("infants", infants=infants)

    def assignments(
        self,
        infants: str | Iterable[str] | None = None,
        first_day: Day | None = None,
        last_day: Day | None = None,
    ) -> "pl.DataFrame":
        """Return the table `assignments`: when an infant had which band.

        Example:
            >>> study.assignments("s-01").height
            1
        """
        return self.table("assignments", infants, first_day, last_day)

    def samples(
        self,
        infants: str | Iterable[str] | None = None,
        first_day: Day | None = None,
        last_day: Day | None = None,
    ) -> "pl.DataFrame":
        """Return the table `records`: each sample, as the band sent it and in units.

        An infant's month has 80,000 rows: for many infants use `each`.

        Example:
            >>> noon = study.samples("s-01").row(0, named=True)
            >>> noon["infant_temperature_c"] == noon["infant_temperature_c128"] / 128
            True
        """
        return self.table("records", infants, first_day, last_day)

    def minutes(
        self,
        infants: str | Iterable[str] | None = None,
        first_day: Day | None = None,
        last_day: Day | None = None,
    ) -> "pl.DataFrame":
        """Return the table `minutes`: state with its probability, and temperatures.

        Example:
            >>> minutes = study.minutes("s-01")
            >>> sorted(minutes["state"].unique())
            ['caregiver_only', 'infant_only', 'off', 'ssc', 'unknown']
        """
        return self.table("minutes", infants, first_day, last_day)

    def sessions(
        self,
        infants: str | Iterable[str] | None = None,
        first_day: Day | None = None,
        last_day: Day | None = None,
    ) -> "pl.DataFrame":
        """Return the table `sessions`: as derived, what a nurse said, and what then counts.

        Example:
            >>> sessions = study.sessions("s-01")
            >>> bool((sessions["minutes"] >= sessions["ssc_minutes"]).all())
            True
        """
        return self.table("sessions", infants, first_day, last_day)

    def days(
        self,
        infants: str | Iterable[str] | None = None,
        first_day: Day | None = None,
        last_day: Day | None = None,
    ) -> "pl.DataFrame":
        """Return the table `days`: hours with their bounds, coverage, sessions, temperatures.

        Example:
            >>> days = study.days()
            >>> days.select("infant", "date", "hours_lower", "hours", "hours_upper").height
            22
            >>> bool((days["hours_lower"] <= days["hours_upper"]).all())
            True
        """
        return self.table("days", infants, first_day, last_day)

    def temperature_episodes(
        self,
        infants: str | Iterable[str] | None = None,
        first_day: Day | None = None,
        last_day: Day | None = None,
    ) -> "pl.DataFrame":
        """Return the table `temperature_episodes`: time beyond a line, by the estimated core.

        Example:
            >>> episodes = study.temperature_episodes()
            >>> bool((episodes["begin_utc"] < episodes["end_utc"]).all())
            True
        """
        return self.table("temperature_episodes", infants, first_day, last_day)

    def alerts(
        self,
        infants: str | Iterable[str] | None = None,
        first_day: Day | None = None,
        last_day: Day | None = None,
    ) -> "pl.DataFrame":
        """Return the table `alerts`: what happened to each: raised, rang, acknowledged, cleared.

        Example:
            >>> study.alerts().height  # a simulated ward has nobody who watches
            0
        """
        return self.table("alerts", infants, first_day, last_day)

    def gaps(
        self,
        infants: str | Iterable[str] | None = None,
        first_day: Day | None = None,
        last_day: Day | None = None,
    ) -> "pl.DataFrame":
        """Return the table `gaps`: for how long something is missing, and why.

        Example:
            >>> causes = study.columns("gaps").filter(name="cause")["values"][0]
            >>> set(study.gaps()["cause"]) <= set(causes)
            True
        """
        return self.table("gaps", infants, first_day, last_day)
