"""Reads answers as a browser and a person do."""

import re


def cookies_of(answer):
    """Return the headers that set cookies, by the cookie's name."""
    return {text.partition("=")[0]: text for text in answer.headers.get_list("set-cookie")}


def shown(answer):
    """Return a page's text as a person reads it."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def value_of(answer, name):
    """Return what a field of a page holds."""
    found = re.search(rf'<input[^>]* id="{name}"[^>]*>', answer.text)
    assert found, name
    return re.search(r' value="([^"]*)"', found.group()).group(1)


def fault_of(answer, name):
    """Return the sentence beside a field, and see that the field is tied to it."""
    found = re.search(rf'<p class="error" id="{name}-error">([^<]+)', answer.text)
    if found is None:
        return None
    field = re.search(rf'<input[^>]* id="{name}"[^>]*>', answer.text).group()
    assert f"{name}-error" in field
    assert 'aria-invalid="true"' in field
    return found.group(1)
