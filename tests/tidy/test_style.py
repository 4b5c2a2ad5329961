"""Holds the tree to the style rules, and each rule to a planted breach that it must find."""

import pytest

from tests.tidy import style_rules as rules
from tests.tidy.source import Source, our_sources

LONG_FILE = "x = 1\n" * (rules.FILE_LINES_MAX + 1)
LONG_FUNCTION = "def f():\n" + "    x = 1\n" * rules.FUNCTION_LINES_MAX

PLANTED = [
    (rules.files_are_short, "host/pouch_host/cli.py", LONG_FILE),
    (rules.files_are_short, "host/pouch_host/web/static/app.css", LONG_FILE),
    (rules.functions_are_short, "host/pouch_host/cli.py", LONG_FUNCTION),
    (rules.nothing_is_postponed, "docs/DESIGN.md", "TO" + "DO: think"),
    (rules.nothing_is_postponed, "firmware/main.py", "# FIX" + "ME later"),
    (
        rules.no_registry_is_addressed,
        "constraints.txt",
        "x @ https://files.python" + "hosted.org/x",
    ),
    (rules.screens_never_call_skin_axillary, "host/pouch_host/web/templates/a.html", "Axillary"),
    (rules.mock_library_is_not_used, "tests/host/test_x.py", "from unittest import mock"),
    (rules.tests_never_sleep, "tests/host/test_x.py", "import time\ntime.sleep(1)"),
]

RULES = sorted({rule for rule, _, _ in PLANTED}, key=lambda rule: rule.__name__)

ALLOWED = [
    (rules.files_are_short, "docs/DESIGN.md", LONG_FILE),
    (
        rules.functions_are_short,
        "a.py",
        'def f():\n    """A' + "\n" * 90 + '    """\n    return 1',
    ),
    (
        rules.screens_never_call_skin_axillary,
        "host/pouch_host/web/templates/a.html",
        "Now measure axillary temperature",
    ),
    (rules.tests_never_sleep, "tests/sim/vm/firmware/nap.py", "import time\ntime.sleep(1)"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_on_the_tree_finds_no_breach(rule):
    breaches = rule(our_sources())
    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize(
    ("rule", "path", "text"), PLANTED, ids=[rule.__name__ for rule, _, _ in PLANTED]
)
def test_rule_planted_breach_is_found(rule, path, text):
    assert len(rule([Source(path, text)])) == 1


@pytest.mark.parametrize(
    ("rule", "path", "text"), ALLOWED, ids=[rule.__name__ for rule, _, _ in ALLOWED]
)
def test_rule_allowed_text_passes(rule, path, text):
    assert rule([Source(path, text)]) == []


def test_every_rule_of_the_module_is_applied():
    public = {
        value
        for name, value in vars(rules).items()
        if callable(value) and not name.startswith("_") and value.__module__ == rules.__name__
    }
    assert public == set(RULES)
