"""A scenario file as checked tables: every value of the right type and range, no key unknown."""

import difflib
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from . import keys
from .keys import REQUIRED, Key
from .lines import find_line
from .scenario import ScenarioError

# How like a known key an unknown one has to be to be named.
_CUTOFF = 0.6

_SECONDS_PER_MINUTE = 60
_SECONDS_PER_HOUR = 3600
_HOURS_PER_DAY = 24
_TIME_PARTS = (2, 3)
# Two digits each: a longer number is a slip, and int() would take signs and spaces.
_TIME_DIGITS = 2
_YEAR_MIN, _YEAR_MAX = 1971, 2105


class Document:
    """The file: its tables by name, and complaints that say where.

    Attributes:
        path: as it was given.
        tables: what tomllib read.
    """

    def __init__(self, path: Path) -> None:
        """Read it.

        Args:
            path: a TOML file in UTF-8.

        Raises:
            ScenarioError: it cannot be read, or is no TOML.
        """
        self.path = path
        try:
            self._text = path.read_text(encoding="utf-8-sig")
            self.tables: dict[str, Any] = tomllib.loads(self._text)
        except OSError as error:
            reason = error.strerror or "cannot be read"
            raise ScenarioError(f"{path}: {reason}; name a readable scenario file") from None
        except UnicodeDecodeError:
            raise ScenarioError(f"{path}: not UTF-8 text; save it as UTF-8") from None
        except (ValueError, RecursionError) as error:  # TOMLDecodeError, and what it lets through.
            raise ScenarioError(f"{path}: no TOML: {error}; correct it there") from None

    def head(self) -> "Table":
        """Return what stands before any header, and refuse tables that nobody knows."""
        known = [key.name for key in keys.HEAD]
        for name in self.tables:
            if name not in known and name not in keys.TABLES:
                self.complain("", None, name, f"unknown{nearest(name, [*known, *keys.TABLES])}")
        values = {name: value for name, value in self.tables.items() if name in known}
        return Table(self, "", None, values, keys.HEAD)

    def one(self, name: str) -> "Table":
        """Return a table that may be there once; empty if it is not."""
        values = self.tables.get(name, {})
        if not isinstance(values, dict):
            self.complain("", None, name, f"has to be one table; write it as [{name}]")
        return Table(self, name, None, values, keys.TABLES[name])

    def many(self, name: str, extra: Sequence[str] = ()) -> "list[Table]":
        """Return the tables of a list, in order.

        Args:
            name: of the list.
            extra: keys that whoever asks checks by itself.
        """
        items = self.tables.get(name, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            self.complain("", None, name, f"has to be a list of tables; write each as [[{name}]]")
        return [
            Table(self, name, index, item, keys.TABLES[name], extra)
            for index, item in enumerate(items)
        ]

    def named(self, name: str) -> "dict[str, Table]":
        """Return the tables of a table, by the name that the file gives each."""
        groups = self.tables.get(name, {})
        if not isinstance(groups, dict) or not all(isinstance(v, dict) for v in groups.values()):
            self.complain("", None, name, f"gives each a name; write [{name}.mother]")
        return {
            each: Table(self, f"{name}.{each}", None, values, keys.TABLES[name])
            for each, values in groups.items()
        }

    def complain(self, table: str, index: int | None, key: str | None, what: str) -> NoReturn:
        """Raise a ScenarioError that names file, line, table and key."""
        line = find_line(self._text, table, index, key)
        where = f"{self.path}:" if line is None else f"{self.path}: line {line}:"
        if table:
            where += f" [[{table}]] {index + 1}" if index is not None else f" [{table}]"
        if key is not None:
            where += f" {key}:" if table else f" key {key}:"
        elif table:
            where += ":"
        raise ScenarioError(f"{where} {what}")


class Table:
    """One table, checked against its keys when it is made.

    Attributes:
        values: by key, in the type that the key says; defaults filled in.
        rest: what was found under keys that the caller checks.
    """

    def __init__(
        self,
        document: Document,
        name: str,
        index: int | None,
        found: dict[str, Any],
        known: Sequence[Key],
        extra: Sequence[str] = (),
    ) -> None:
        self._document, self._name, self._index = document, name, index
        names = [key.name for key in known]
        self.rest = {name: value for name, value in found.items() if name not in names}
        for unknown in self.rest:
            if unknown not in extra:
                self.complain(unknown, f"unknown{nearest(unknown, [*names, *extra])}")
        self.values = {key.name: self._value(key, found) for key in known}

    def complain(self, key: str | None, what: str) -> NoReturn:
        """Raise a ScenarioError about a key of this table, or about all of it."""
        self._document.complain(self._name, self._index, key, what)

    def number(self, key: Key, value: Any) -> float:
        """Return a value as a number within the range of a key."""
        whole = key.kind == keys.WHOLE
        number_types = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, number_types):
            self.complain(key.name, f"{_shown(value)} is no {key.kind}; give {_range(key)}")
        if not key.low <= value <= key.high:  # Not a number is not within either.
            self.complain(key.name, f"{_shown(value)} is out of range; give {_range(key)}")
        return value if whole else float(value)

    def _value(self, key: Key, found: dict[str, Any]) -> Any:
        if key.name not in found:
            if key.default is REQUIRED:
                self.complain(None, f"no {key.name}; add it: {key.what}")
            return self._time_s(key, key.default) if key.kind == keys.TIME else key.default
        value = found[key.name]
        if key.kind in (keys.NUMBER, keys.WHOLE):
            return self.number(key, value)
        if key.kind == keys.YES_NO:
            if not isinstance(value, bool):
                self.complain(key.name, f"{_shown(value)}; give true or false")
            return value
        if key.kind == keys.DATE_TIME:
            return self._date_time(key, value)
        if key.kind == keys.TIME:
            return self._time_s(key, value)
        return self._text(key, value)

    def _text(self, key: Key, value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or "\n" in value:
            self.complain(key.name, f"{_shown(value)} is no line of text; give it in quotes")
        if key.choices and value not in key.choices:
            self.complain(key.name, f"unknown {value!r}{nearest(value, key.choices)}")
        if key.kind == keys.ZONE and not _is_zone(value):
            self.complain(key.name, f"unknown {value!r}; give an IANA name such as Asia/Karachi")
        return value

    def _date_time(self, key: Key, value: Any) -> datetime:
        example = "give local date and time such as 2026-01-31T06:00:00"
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                self.complain(key.name, f"{_shown(value)} is no date and time; {example}")
        if not isinstance(value, datetime):
            self.complain(key.name, f"{_shown(value)} is no date and time; {example}")
        if value.tzinfo is not None:
            self.complain(key.name, f"{value} has an offset; {example} and the key zone")
        if not _YEAR_MIN <= value.year <= _YEAR_MAX:
            self.complain(key.name, f"year {value.year}; give {_YEAR_MIN} to {_YEAR_MAX}")
        return value.replace(microsecond=0)

    def _time_s(self, key: Key, value: Any) -> int:
        """Return seconds of "HH:MM", "HH:MM:SS", or a TOML time."""
        if isinstance(value, time) and value.tzinfo is None:
            value = value.isoformat("seconds")
        parts = value.split(":") if isinstance(value, str) else []
        if len(parts) not in _TIME_PARTS or not all(
            len(part) == _TIME_DIGITS and part.isascii() and part.isdigit() for part in parts
        ):
            self.complain(key.name, f"{_shown(value)} is no time; give it as HH:MM or HH:MM:SS")
        hours, minutes, seconds = (int(part) for part in (*parts, "00")[:3])
        if hours >= _HOURS_PER_DAY or max(minutes, seconds) >= _SECONDS_PER_MINUTE:
            self.complain(key.name, f"{value} is past 23:59:59; give the key day for later days")
        return hours * _SECONDS_PER_HOUR + minutes * _SECONDS_PER_MINUTE + seconds


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the end of a complaint about an unknown name: what it may be instead."""
    names = list(known)
    close = difflib.get_close_matches(name, names, 1, _CUTOFF)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(names)}"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True


def _range(key: Key) -> str:
    unit = f" {key.unit}" if key.unit else ""
    return f"{key.low:g} to {key.high:g}{unit}"


def _shown(value: Any) -> str:
    """Return a value as a person wrote it, on one short line."""
    if isinstance(value, (date, time)):
        return value.isoformat()
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."  # noqa: PLR2004 - length of a line
