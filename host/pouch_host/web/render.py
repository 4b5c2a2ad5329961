"""Turn values into HTML by template, in the language of whoever looks. Knows no request."""

from datetime import tzinfo
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import jinja2.runtime
from markupsafe import Markup

from . import language as languages
from .language import Language

_TEMPLATES_DIR = Path(__file__).parent / "templates"


class Renderer:
    """Renders templates. Anything that a template names and nobody gave is an error."""

    def __init__(self) -> None:
        self._environment = _environment()

    def html(
        self, template: str, *, language: Language, unit: str, zone: tzinfo, **values: Any
    ) -> str:
        """Return a template's text.

        Macros that say or format anything are imported `with context`: the language is there.

        Args:
            template: its path below templates/.
            language: words, numbers and dates.
            unit: of temperatures, "c" or "f".
            zone: of clock times.
            values: what the template needs beside that.
        """
        return self._environment.get_template(template).render(
            language=language,
            unit=unit,
            zone=zone,
            **values,
        )


@cache
def _environment() -> jinja2.Environment:
    """Return the one environment: reading templates takes longer than rendering them."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES_DIR),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        # Templates are files of this program: they do not change under a server that runs.
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    languages.install(made)
    made.globals["csrf_field"] = _csrf_field
    return made


@jinja2.pass_context
def _csrf_field(context: jinja2.runtime.Context) -> Markup:
    """Return the hidden field that each form of a session bears."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(context["page"].csrf)
