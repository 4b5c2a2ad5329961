"""Reads answers as a browser and a person do."""

import re


def cookies_of(answer):
    """Return the headers that set cookies, by the cookie's name."""
    return {text.partition("=")[0]: text for text in answer.headers.get_list("set-cookie")}


def shown(answer):
    """Return a page's text as a person reads it."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())
