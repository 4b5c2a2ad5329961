"""The command `pouch`: its commands, those of other packages, and one place for errors."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from . import (
    cli_agree,
    cli_analyze,
    cli_assign,
    cli_backup,
    cli_band,
    cli_collect,
    cli_derived,
    cli_export,
    cli_figures,
    cli_import,
    cli_keys,
    cli_label,
    cli_plugins,
    cli_provision,
    cli_pull,
    cli_report,
    cli_serve,
    cli_staff,
    cli_store,
)
from .cli_console import print_error
from .errors import HostError
from .version import version_text


class PouchGroup(TyperGroup):
    """The commands of this package and, by entry point, of others.

    The one place where a `HostError` becomes a line on stderr and an exit code, for every
    command below. Ctrl-C ends the process with 130, which Typer sees to; usage errors end it
    with 2. Any other exception is a bug and keeps its traceback.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands, ours first."""
        ours = super().list_commands(ctx)
        return ours + [name for name in cli_plugins.names() if name not in ours]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return one command. A plug-in is imported only when it is asked for."""
        return super().get_command(ctx, cmd_name) or cli_plugins.load(cmd_name)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; turn an expected error into one line and its exit code."""
        try:
            return super().invoke(ctx)
        except HostError as error:
            print_error(str(error))
            raise typer.Exit(error.exit_code) from error


app = typer.Typer(
    name="pouch",
    cls=PouchGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pouch {version_text()}")
        raise typer.Exit


@app.callback()
def _pouch(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Hours of skin-to-skin contact and chest skin temperature of newborns, from chest bands.

    A research tool. It does not replace a thermometer.
    """


cli_store.register(app)
cli_derived.register(app)
cli_assign.register(app)
cli_collect.register(app)
cli_serve.register(app)
cli_staff.register(app)
cli_backup.register(app)
cli_band.register(app)
cli_pull.register(app)
cli_provision.register(app)
cli_keys.register(app)
cli_label.register(app)
cli_analyze.register(app)
cli_report.register(app)
cli_export.register(app)
cli_figures.register(app)
cli_agree.register(app)
cli_import.register(app)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    app(prog_name="pouch")
