"""What templates know of a language: `_()` and its kin, and one filter for each kind of value.

All of them read `language`, `unit` and `zone` from what the template is rendered with, since each
request has its own. A macro file must therefore be imported `with context`.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

import jinja2
from jinja2.runtime import Context
from markupsafe import Markup, escape

from pouch_host.hours_shown import hours_down, target_up

from .languages import degrees
from .languages.language import Language
from .languages.messages import fill


def install(environment: jinja2.Environment) -> None:
    """Give an environment the words and the filters of whichever language it is rendered with.

    Templates are rendered with `language` (a `Language`), `unit` ("c" or "f") and `zone` (the
    site's).
    """
    environment.add_extension("jinja2.ext.i18n")
    # A sentence in a template may run over several lines.
    environment.policies["ext.i18n.trimmed"] = True
    # The extension's own wrappers would fill numbers in without the language's digits.
    setattr(environment, "newstyle_gettext", True)  # noqa: B010 - a name that the extension adds
    environment.globals.update(
        {
            "_": _gettext,
            "gettext": _gettext,
            "ngettext": _ngettext,
            "pgettext": _pgettext,
            "npgettext": _npgettext,
            "words_for": words_for,
        }
    )
    environment.filters.update(FILTERS)


def words_for(script: str, words: Mapping[str, str]) -> Markup:
    """Return the element in which a page hands a script its words.

    It is data, which a browser does not run; static/words.js reads it. A sentence may keep its
    `%(name)s` places for the script to fill.

    Args:
        script: what the script asks for, for example "board".
        words: sentences by a short name, already translated.
    """
    held = json.dumps({name: str(text) for name, text in words.items()}, ensure_ascii=False)
    # Within such an element only "<" could end it, and "&" stays itself.
    held = held.replace("<", "\\u003c")
    element = Markup('<script type="application/json" id="words-{}">{}</script>')
    return element.format(script, Markup(held))  # noqa: S704 - "<" is gone


def language_of(context: Context) -> Language:
    """Return the language that a template is being rendered in."""
    language = context.resolve("language")
    if isinstance(language, jinja2.Undefined):
        raise jinja2.TemplateRuntimeError(
            f"{context.name} does not know its language: import it 'with context'"
        )
    return language


def _filled(context: Context, text: str, variables: dict[str, object]) -> str:
    written = language_of(context).own_digits(variables)
    if not context.eval_ctx.autoescape:
        return fill(text, written)
    # The sentence is ours and may hold markup; what is put into it is not and may not.
    safe = {name: escape(value) for name, value in written.items()}
    return Markup(fill(text, safe))  # noqa: S704 - what is put in is escaped


@jinja2.pass_context
def _gettext(context: Context, message: str, /, **variables: object) -> str:
    return _filled(context, language_of(context).look_up(message), variables)


@jinja2.pass_context
def _ngettext(
    context: Context, singular: str, plural: str, num: int, /, **variables: object
) -> str:
    found = language_of(context).look_up(singular, plural, num)
    return _filled(context, found, {"num": num, **variables})


@jinja2.pass_context
def _pgettext(context: Context, about: str, message: str, /, **variables: object) -> str:
    return _filled(context, language_of(context).look_up(message, context=about), variables)


@jinja2.pass_context
def _npgettext(
    context: Context, about: str, singular: str, plural: str, num: int, /, **variables: object
) -> str:
    found = language_of(context).look_up(singular, plural, num, context=about)
    return _filled(context, found, {"num": num, **variables})


def _plain(name: str) -> Callable[..., str]:
    """Return a filter that is a method of the language with nothing else to know."""

    @jinja2.pass_context
    def written(context: Context, value: Any, *args: Any, **options: Any) -> str:
        return getattr(language_of(context), name)(value, *args, **options)

    return written


def _in_unit(name: str) -> Callable[..., str]:
    """Return a filter for temperatures, in the page's unit or the one given."""

    @jinja2.pass_context
    def written(context: Context, temperature_c: float, unit: str | None = None) -> str:
        return getattr(language_of(context), name)(temperature_c, unit or context["unit"])

    return written


@jinja2.pass_context
def _clock_time(
    context: Context, utc_s: float, zone: tzinfo | None = None, *, seconds: bool = False
) -> str:
    return language_of(context).time(utc_s, zone or context["zone"], seconds=seconds)


@jinja2.pass_context
def _date_time(context: Context, utc_s: float, zone: tzinfo | None = None) -> str:
    return language_of(context).date_time(utc_s, zone or context["zone"])


def _on_day(name: str) -> Callable[..., str]:
    """Return a filter for days: of a date, or of a moment in UTC seconds at the page's zone."""

    @jinja2.pass_context
    def written(context: Context, value: date | float) -> str:
        day = value
        if not isinstance(value, date):
            day = datetime.fromtimestamp(value, context["zone"]).date()
        return getattr(language_of(context), name)(day)

    return written


FILTERS = {
    "age": _plain("age"),
    "clock_time": _clock_time,
    "whole": _plain("count"),
    "date": _on_day("date"),
    "date_long": _on_day("date_long"),
    "date_time": _date_time,
    "day_short": _on_day("day_short"),
    "degrees": _in_unit("degrees"),
    "difference": _in_unit("temperature_difference"),
    "duration": _plain("duration"),
    "hours": _plain("hours"),
    "hours_down": hours_down,
    "number": _plain("number"),
    "percent": _plain("percent"),
    "target_up": target_up,
    "temperature": _in_unit("temperature"),
    "unit_sign": degrees.sign,
    "volts": _plain("volts"),
    "weight": _plain("weight"),
}
