"""Nothing that fits the method may see a held-out scenario: by its source, and when it runs."""

import ast
import re

import pytest

from pouch_sim.commands.fitting import training
from pouch_sim.scenarios import load, shipped
from pouch_sim.scenarios.population import draw
from tests.tidy.source import Source, our_sources

FITTING = "sim/pouch_sim/commands/fitting"

_HELD_OUT = re.compile(r"held.?out", re.IGNORECASE)
# What lists or reads scenarios of both splits.
_BOTH_SPLITS = {"shipped", "campaign", "campaign_plan", "planned_runs"}


def fitting_never_sees_what_is_held_out(sources):
    """Return a line for each place in the fitting that could read a held-out scenario.

    The word may stand in a docstring and in the comparison that refuses it, nowhere else.
    """
    return [breach for source in sources if source.within(FITTING) for breach in _breaches(source)]


def _breaches(source):
    breaches = []
    allowed = _docstrings_and_refusals(source.tree)
    for node in ast.walk(source.tree):
        at = f"{source.path}:{getattr(node, 'lineno', 0)}"
        text = node.value if isinstance(node, ast.Constant) and id(node) not in allowed else None
        if isinstance(text, str) and _HELD_OUT.search(text):
            breaches.append(f"{at} says {text!r}")
        name = _name(node)
        if name in _BOTH_SPLITS or _HELD_OUT.search(name):
            breaches.append(f"{at} uses {name}")
        of_split = isinstance(node, ast.keyword) and node.arg == "split"
        if of_split and ast.unparse(node) != "split='training'":
            breaches.append(f"{at} takes another split")
    return breaches


def _name(node):
    """Return the last part of what a node names; empty if it names nothing."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
            return name.rsplit(".", 1)[-1]
    return ""


def _docstrings_and_refusals(tree):
    """Return the constants that are allowed to say it."""
    allowed = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            allowed.add(id(node.value))
        if isinstance(node, ast.If) and any(isinstance(one, ast.Raise) for one in node.body):
            allowed |= {id(one) for one in ast.walk(node) if isinstance(one, ast.Constant)}
    return allowed


PLANTED = [
    'FILES = (HERE / "held_out").glob("*.toml")',
    "paths = list(HELD_OUT_DIR.iterdir())",
    'infant = population.draw(1, 0, days=2, split="held_out")',
    "infant = population.draw(1, 0, days=2, split=chosen)",
    "from pouch_sim.scenarios import shipped",
    "paths = scenarios.shipped().values()",
    "from ..campaign_plan import planned_runs",
]


@pytest.mark.parametrize("text", PLANTED)
def test_planted_look_at_what_is_held_out_is_found(text):
    breaches = fitting_never_sees_what_is_held_out([Source(f"{FITTING}/looks.py", text)])
    assert breaches
    assert all(breach.startswith(f"{FITTING}/looks.py:1 ") for breach in breaches)


def test_fitting_refers_to_training_scenarios_only():
    sources = [one for one in our_sources() if one.within(FITTING) and one.suffix == ".py"]
    assert len(sources) > 3
    assert fitting_never_sees_what_is_held_out(sources) == []


def test_fitting_reads_the_folder_of_training_scenarios():
    paths = [path for path, _ in training.scenarios(2) if path]
    assert {load(path).split for path in paths} == {"training"}
    assert len(paths) == sum(name.startswith("training/") for name in shipped())


@pytest.mark.parametrize("name", [name for name in shipped() if name.startswith("held_out/")])
def test_fitting_refuses_a_held_out_file(name):
    with pytest.raises(ValueError, match="is held out: nothing may be learnt from it"):
        training.label(load(shipped()[name]))


def test_fitting_refuses_a_held_out_infant():
    with pytest.raises(ValueError, match="is held out: nothing may be learnt from it"):
        training.label(draw(1, 0, days=1, split="held_out"))
