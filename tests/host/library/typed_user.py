"""A user's program: `make types` reads it, so a public name that loses its type is found.

It never runs. The last function has what is wrong on purpose: were the types lost, nothing would
be wrong with it, and the type check says that its comment is not needed.
"""
# pyright: reportUnnecessaryTypeIgnoreComment=error, reportArgumentType=error

from collections.abc import Iterator
from datetime import datetime
from types import ModuleType
from typing import Any, assert_type

import numpy as np
import numpy.typing as npt
import polars as pl
from matplotlib.figure import Figure

import pouch_host as pouch


def tables(path: str) -> None:
    """Read a store."""
    assert_type(pouch.open_store(path), pouch.Study)
    with pouch.open_store(path, now="2026-03-01T08:00") as study:
        assert_type(study.days("s-01", "2026-03-01"), pl.DataFrame)
        assert_type(study.table("bands"), pl.DataFrame)
        assert_type(study.each("minutes"), Iterator[tuple[str, pl.DataFrame]])
        assert_type(study.arrays("minutes"), dict[str, npt.NDArray[Any]])
        assert_type(study.infant_codes, tuple[str, ...])
        assert_type(study.now, datetime)
        assert_type(study.origin, pouch.figures.Origin)
        assert_type(pouch.figures.dose(study.days(), study.origin), Figure)


def agreement(study: pouch.Study) -> None:
    """Compare."""
    found = study.agreement(observer="looks.csv")
    assert_type(found, pouch.Comparison)
    assert_type(found.pairs, tuple[pouch.PairAgreement, ...])
    assert_type(found.pair("observer", "band").hours, pouch.BlandAltman)
    assert_type(found.pair("observer", "band").minutes, pouch.ContactAgreement)
    assert_type(found.statistics(), pl.DataFrame)
    assert_type(found.draw("observer", "band"), Figure)
    assert_type(pouch.bland_altman(["a"], [1.0], np.ones(1)).bias, pouch.Estimate)
    assert_type(pouch.icc(["a"], [1.0], [2.0]), dict[str, pouch.Estimate])
    assert_type(pouch.contact_agreement(["a"], [True], [1]), pouch.ContactAgreement)


def others() -> None:
    """Use the rest."""
    assert_type(pouch.analyse({"time_utc": np.ones(1)}, "UTC"), pouch.Analysis)
    assert_type(pouch.analyse(pl.DataFrame(), "UTC").days, pl.DataFrame)
    assert_type(pouch.TABLES, tuple[str, ...])
    assert_type(pouch.ALGORITHM_VERSION, str)
    assert_type(pouch.__version__, str)
    module: ModuleType = pouch.figures
    errors: list[type[pouch.HostError]] = [pouch.InputError, pouch.StoreError]
    del module, errors


def wrong(study: pouch.Study) -> None:
    """Hold on to the types: each of these lines is an error."""
    study.dayz()  # pyright: ignore[reportAttributeAccessIssue]
    study.days(first_day=3)  # pyright: ignore[reportArgumentType]
    pouch.open_stor("x")  # pyright: ignore[reportAttributeAccessIssue]
    assert_type(pouch.TABLES, list[str])  # pyright: ignore[reportAssertTypeFailure]
