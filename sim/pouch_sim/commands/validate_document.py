"""The figures of `pouch validate` as a document that is kept: docs/VALIDATION.md.

It holds no date and no time of work: the same runs and the same method give the same bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pouch_host.errors import InputError
from pouch_sim.scenarios.keys import ROWS
from pouch_sim.validation.aims import AIMS
from pouch_sim.validation.scored import MIXED

from . import validate_words as words
from .rivals_score import COLUMNS
from .validate_report import HEADLINES, ROW_COLUMNS, interval_text, met_text, text_of

METHOD_LINE = "Method: "
"""What the line begins with that names the version of the method."""

# Headlines whose aim has another name. The rest of them have no number that they must reach.
_AIM_OF_HEADLINE = {"mape_full_coverage_percent": "error_percent_full_coverage"}
_LIMIT_OF = {aim.key: aim for aim in AIMS}


def write_document(path: Path, figures: Mapping[str, Any]) -> None:
    """Write the document.

    Args:
        path: Markdown file.
        figures: as `validate_runs.put_together` returns them, with or without an ablation.

    Raises:
        InputError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document_text(figures), encoding="utf-8")
    except OSError as error:
        raise InputError(f"--document {path}: cannot write there: {error.strerror}") from error


def document_text(figures: Mapping[str, Any]) -> str:
    """Return the document."""
    parts = [
        words.INTRODUCTION,
        _made_from(figures),
        words.AIMS,
        _aims(figures["aims"]),
        words.FIGURES,
        _headlines(figures),
        *_bland_altman(figures["bland_altman"]),
        words.SITUATIONS,
        _rows(figures["per_row"]),
        *_ablation(figures.get("ablation")),
        words.ALERTS,
        _alert_lines(figures["alerts_by_line"]),
        _alert_classes(figures["alerts_by_class"]),
        words.CORE,
        _core_lines(figures["core_by_line"]),
        *_gears(figures["gears"]),
        words.LIMITS,
    ]
    return "\n\n".join(parts) + "\n"


def _made_from(figures: Mapping[str, Any]) -> str:
    method, alerts = figures["algorithm_version"], figures["alert_version"]
    software = figures["software_version"]
    minutes, days, splits = figures["minutes"], figures["days"], ", ".join(figures["splits"])
    lines = [
        f"{METHOD_LINE}`{method}`. Alerts: `{alerts}`. Software: `pouch {software}`.",
        "",
        f"{figures['runs']} runs ({splits}), {minutes:,} minutes, {days} local days or parts:",
        "",
    ]
    situations, mixed = figures["situations"], figures["mixed_days"]
    if situations is not None:
        lines.append(
            f"- situations: {situations['runs']} runs of scenario files, seeds "
            f"{_listed(situations['seeds'])}, {situations['days']} days;"
        )
    if mixed is not None:
        lines.append(
            f"- mixed days: {mixed['runs']} infants drawn from the population, seed "
            f"{_listed(mixed['seeds'])}, {mixed['days']} days."
        )
    return "\n".join(lines)


def _listed(seeds: Sequence[int]) -> str:
    return ", ".join(map(str, seeds))


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] + ["---:"] * (len(headings) - 1), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _aims(aims: Sequence[Mapping[str, Any]]) -> str:
    return _table(
        ("What", "Aim", "Found", "95 % interval", "Met"),
        [
            (
                aim["words"] + (f": {aim['where']}" if aim["where"] else ""),
                aim["aim"],
                text_of(aim["value"]),
                interval_text(aim["ci95"]),
                met_text(aim) if aim["is_met"] else f"**{met_text(aim)}**",
            )
            for aim in aims
        ],
    )


def _headlines(figures: Mapping[str, Any]) -> str:
    aim_of = {aim["key"]: aim["aim"] for aim in figures["aims"]}
    parts = [figures[name] or {} for name in ("situations", "mixed_days")]
    rows = [
        (
            told,
            aim_of.get(_AIM_OF_HEADLINE.get(name, name), ""),
            *(text_of(part.get(name)) for part in (figures, *parts)),
        )
        for name, told in HEADLINES
    ]
    return _table(("What", "Aim", "All", "Situations", "Mixed days"), rows)


def _rows(per_row: Mapping[str, Mapping[str, Any]]) -> str:
    order = {name: number for number, name in enumerate(ROWS)}
    names = sorted(per_row, key=lambda name: (order.get(name, len(order)), name))
    return _table(
        ("Situation", "", *(heading for _, heading in ROW_COLUMNS)),
        [
            (
                f"`{name}` {_what(name)}",
                "**!**" if _is_bad(per_row[name]) else "",
                *(text_of(per_row[name][column]) for column, _ in ROW_COLUMNS),
            )
            for name in names
        ],
    )


def _what(row: str) -> str:
    return "infants of the population" if row == MIXED else ROWS.get(row, "")


def _is_bad(of_row: Mapping[str, Any]) -> bool:
    wrong = _LIMIT_OF["wrong_share_worst_row"].holds(of_row["wrong_share_of_known"])
    inside = _LIMIT_OF["bounds_coverage"].holds(of_row["bounds_coverage"])
    return wrong is False or inside is False


def _ablation(ablation: Mapping[str, Mapping[str, Any]] | None) -> list[str]:
    if ablation is None:
        return []
    table = _table(
        ("Decided by", *(heading for _, heading in COLUMNS)),
        [
            (name, *(text_of(of_rival[column]) for column, _ in COLUMNS))
            for name, of_rival in ablation.items()
        ],
    )
    tells = "\n".join(f"- {name}: {of_rival['tells']}." for name, of_rival in ablation.items())
    return [words.RIVALS, table, tells]


def _alert_lines(by_line: Mapping[str, Mapping[str, Any]]) -> str:
    columns = ("events", "sensitivity", "sensitivity_own_line", "delay_min")
    return _table(
        ("Core below", "Events", "Caught", "Caught by its own line", "Delay, median, min"),
        [
            (f"{line} C", *(text_of(of_line[column]) for column in columns))
            for line, of_line in by_line.items()
        ],
    )


def _bland_altman(found: Mapping[str, Any] | None) -> list[str]:
    if found is None:
        return []
    rows = (
        ("bias", "bias"),
        ("lower_limit", "lower limit of agreement"),
        ("upper_limit", "upper limit of agreement"),
    )
    return [
        words.BLAND_ALTMAN,
        _table(
            ("Hours a day", "Hours", "95 % interval"),
            [
                (told, text_of(found[f"{key}_h"]), interval_text(found[f"{key}_ci95_h"]))
                for key, told in rows
            ],
        ),
    ]


def _core_lines(by_line: Mapping[str, Mapping[str, Any]]) -> str:
    columns = ("minutes", "minutes_below", "sensitivity", "specificity")
    return _table(
        ("Core below", "Minutes with an estimate", "Of them below", "Sensitivity", "Specificity"),
        [
            (f"{line} C", *(text_of(of_line[column]) for column in columns))
            for line, of_line in by_line.items()
        ],
    )


def _alert_classes(by_class: Mapping[str, Mapping[str, int]]) -> str:
    if not by_class:
        return "No physiological alert rang."
    return _table(
        ("Class", "Rang", "False"),
        [(f"`{name}`", str(of["rung"]), str(of["false"])) for name, of in by_class.items()],
    )


def _gears(gears: Sequence[Mapping[str, Any]]) -> list[str]:
    if not gears:
        return []
    columns = [(name, heading) for name, heading in ROW_COLUMNS if name in gears[0]["true"]]
    table = _table(
        ("Scenario", *(f"{heading}: firmware / quick" for _, heading in columns)),
        [
            (
                f"`{pair['scenario']}`, seed {pair['seed']}",
                *(
                    f"{text_of(pair['true'][name])} / {text_of(pair['quick'][name])}"
                    for name, _ in columns
                ),
            )
            for pair in gears
        ],
    )
    return [words.GEARS, table]
