"""Whose language counts: what a browser asks for, best first."""

from collections.abc import Iterable

# A header is a few dozen characters; nobody speaks more than this many languages.
_ASKED_MAX = 20


def asked_for(accept_language: str) -> list[str]:
    """Return the language codes of an Accept-Language header, the most wanted first.

    Args:
        accept_language: the header, for example "ur-PK, ur;q=0.9, en;q=0.5". What cannot be read
            in it is left out.
    """
    found: list[tuple[float, str]] = []
    for part in accept_language.split(",")[:_ASKED_MAX]:
        code, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
        except ValueError:
            continue
        if code.strip() not in ("", "*") and quality > 0:
            found.append((quality, code.strip()))
    # Sorting is stable: equals keep the order of the header.
    return [code for _, code in sorted(found, key=lambda one: -one[0])]


def best_of(asked: Iterable[str], known: Iterable[str]) -> str | None:
    """Return the known code that fits best: exactly, else by its language without the country."""
    by_code = {code.lower(): code for code in known}
    by_language = {code.split("-")[0]: whole for code, whole in reversed(by_code.items())}
    for one in asked:
        wanted = one.replace("_", "-").lower()
        found = by_code.get(wanted) or by_language.get(wanted.split("-")[0])
        if found is not None:
            return found
    return None
