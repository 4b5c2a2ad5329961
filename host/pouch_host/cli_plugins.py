"""Commands that other packages bring to `pouch` under the entry point group `pouch.commands`.

Each entry point names a `typer.Typer`. It is imported when its command is used or listed in the
help, never earlier, and one that cannot be imported does not disturb the others.
"""

from importlib.metadata import EntryPoint, entry_points
from typing import Any

import typer

from .errors import HostError

GROUP = "pouch.commands"


class PluginError(HostError):
    """A command is installed without what it needs. Install that, or do without the command."""


def names() -> list[str]:
    """Return the names of the commands that other packages bring, in order."""
    return sorted(entry_points(group=GROUP).names)


def load(name: str) -> Any:
    """Return the command of that name, or None if no package brings it.

    A command that cannot be imported is replaced by one that says in a line what is missing.
    """
    found = [point for point in entry_points(group=GROUP) if point.name == name]
    return command_of(found[0]) if found else None


def command_of(point: EntryPoint) -> Any:
    """Return the command of an entry point, or its replacement if it cannot be imported."""
    try:
        plugin = point.load()
    except ImportError as error:
        return _replacement(point, error)
    command = typer.main.get_command(plugin)
    command.name = point.name
    return command


def _replacement(point: EntryPoint, error: ImportError) -> Any:
    package = point.module.partition(".")[0]
    missing = (error.name or str(error)).partition(".")[0]
    extra = package.removeprefix("pouch_")
    reason = (
        f"the command '{point.name}' needs the Python package {missing}:"
        f" pip install 'pouch[{extra}]'"
    )
    replacement = typer.Typer(add_completion=False)

    @replacement.command(
        point.name,
        help=f"Not available: {missing} is not installed.",
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )
    def _explain() -> None:
        raise PluginError(reason)

    return typer.main.get_command(replacement)
