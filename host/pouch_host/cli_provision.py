"""The command `pouch provision`: makes the band on the cable a band of this ward."""

from pathlib import Path
from typing import Annotated, Any

import typer

from . import band_report
from . import cli_settings as options
from .cli_band_reach import (
    Choice,
    KeyFile,
    TrustClock,
    light_and_motor_worked,
    run,
    ways_of,
)
from .cli_console import AsJson, output, print_json, print_note
from .cli_label import LabelFile, check_label_file, print_label, write_label
from .cli_pull import not_told
from .collect.clocks import ClockJudge
from .collect.provisioning import Provisioning
from .collect.reaching import Reach
from .errors import BandError, HostError, SelfTestFailed
from .label_picture import LabelPicture


def register(program: typer.Typer) -> None:
    """Add the command to the program."""
    program.command()(provision)


def provision(
    context: typer.Context,
    port: Annotated[
        str | None,
        typer.Option(
            "--port", "--serial", metavar="PORT", help="The band's port, if there are more."
        ),
    ] = None,
    interval: options.IntervalOption = None,
    plan: options.PlanOption = None,
    worn_by: options.WearerOption = None,
    blinded: options.BlindedOption = None,
    quiet: options.QuietOption = None,
    utc_offset: options.UtcOffsetOption = None,
    target: options.TargetOption = None,
    label: LabelFile = None,
    key_file: KeyFile = None,
    trust_clock: TrustClock = False,
    as_json: AsJson = False,
) -> None:
    """Make the band on the USB cable a band of this ward: test, key, settings, time, label.

    The label holds the band's key: lock it away with the study's papers, never leave it on the
    band. Whatever interrupts this, the same command goes on from there. A band whose key is lost
    gets a new one after its button was held for ten seconds.
    """
    changes = options.changes(interval, plan, worn_by, blinded, quiet, utc_offset, target)
    check_label_file(label)
    choice = Choice(ways_of(context), port=port, key_file=key_file)
    reach = choice.reach()
    judge = ClockJudge(trusted=trust_clock)
    band = Provisioning(reach, choice.ring, changes, choice.clock, judge)
    try:
        _test(reach, band, ask=not as_json)
        run(reach, band.equip())
        if not band.time_is_told:
            raise BandError(f"band {band.label}: {not_told(judge.doubt or 'not yet')}")
        assert band.key is not None
        picture = LabelPicture(band.label, band.key)
        if label is not None:
            write_label(label, picture)
    except (HostError, KeyboardInterrupt):
        print_note(f"{reach.where}: stopped: {band.state}")
        raise
    if as_json:
        print_json(_json(band, str(choice.ring.path_of(band.label)), label))
        return
    assert band.settings is not None
    band_report.print_settings(band.label, band.settings, output())
    said = "has a new key, which is in" if band.key_is_new else "has its key from before, in"
    print_note(f"band {band.label}: ready; {said} {choice.ring.path_of(band.label)}")
    print_label(picture, label)


def _test(reach: Reach, band: Provisioning, *, ask: bool) -> None:
    """Test the band, and let a person tell of what it cannot test by itself."""
    print_note("watch the band: its light must show white and green, its motor must run")
    run(reach, band.test())
    failed = band_report.failed_parts(band.found | {"failed": band.failed})
    if failed and ask:
        band_report.print_self_test(band.label, band.found, output())
    elif ask and not light_and_motor_worked():
        failed.append("light or motor")
    if failed:
        raise SelfTestFailed(f"band {band.label}: failed: {', '.join(failed)}")


def _json(band: Provisioning, key_file: str, label_file: Path | None) -> dict[str, Any]:
    """Return what was done for machines; the key is in its file only."""
    assert band.settings is not None
    return {
        "band": band.label,
        "board": band.board,
        "firmware": ".".join(map(str, band.version)),
        "self_test": band_report.self_test_json(band.label, band.found),
        "key_file": key_file,
        "key_is_new": band.key_is_new,
        "settings": band_report.settings_json(band.settings),
        "time_is_told": band.time_is_told,
        "label_file": None if label_file is None else str(label_file),
    }
