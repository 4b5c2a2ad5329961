"""What `import pouch_host` gives, and what it costs."""

import os
import re
import subprocess
import sys
from importlib import import_module

import pytest

import pouch_host as pouch
from tests.tidy.source import ROOT

# Loaded by nobody who does not ask for it: `pouch --help` imports this package first.
HEAVY = {
    "fastapi", "matplotlib", "numpy", "pandas", "polars", "pyarrow", "scipy", "sqlalchemy", "typer"
}  # fmt: skip
API = (ROOT / "docs" / "API.md").read_text(encoding="utf-8")
# A public name is the heading of its section, `pouch.NAME` or `study.NAME`.
_HEADING = re.compile(r"^#+ `(pouch|study|comparison)\.(\w+)", re.MULTILINE)


def _run(script):
    folders = os.pathsep.join(str(ROOT / folder) for folder in ("protocol", "host", "sim"))
    return subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": folders},
    ).stdout


def _documented(owner):
    return [name for of, name in _HEADING.findall(API) if of == owner]


def test_import_loads_nothing_heavy():
    script = "import sys, pouch_host; print(*{one.split('.')[0] for one in sys.modules})"
    assert HEAVY & set(_run(script).split()) == set()


def test_import_check_would_see_what_is_heavy():
    script = "import sys, pouch_host; pouch_host.open_store; print(*sys.modules)"
    assert HEAVY & set(_run(script).split())


def test_every_public_name_is_there_and_in_dir():
    assert set(pouch.__all__) <= set(dir(pouch))
    for name in pouch.__all__:
        assert getattr(pouch, name) is not None, name
    assert pouch.__all__ == sorted(pouch.__all__, key=lambda n: (not n.isupper(), n))


def test_public_classes_are_those_of_their_modules():
    from pouch_host.agreement.table_statistics import Yes
    from pouch_host.errors import StoreError

    assert pouch.ContactAgreement is Yes
    assert pouch.StoreError is StoreError
    assert pouch.figures is import_module("pouch_host.figures")


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'opn_store'"):
        getattr(pouch, "opn_store")  # noqa: B009 - a type checker finds it by itself


def test_document_has_exactly_the_public_names():
    assert sorted(_documented("pouch")) == sorted(pouch.__all__)


@pytest.mark.parametrize(("owner", "kind"), [("study", "Study"), ("comparison", "Comparison")])
def test_document_has_exactly_the_public_members(owner, kind):
    public = {name for name in dir(getattr(pouch, kind)) if not name.startswith("_")}
    fields = getattr(getattr(pouch, kind), "__dataclass_fields__", {})
    assert sorted(_documented(owner)) == sorted(public | set(fields))


def test_every_public_member_has_an_example():
    named = [(name, getattr(pouch, name)) for name in pouch.__all__]
    functions = [(name, one) for name, one in named if callable(one) and not isinstance(one, type)]
    for kind in (pouch.Study, pouch.Comparison):
        functions += [
            (name, getattr(kind, name))
            for name in dir(kind)
            if callable(getattr(kind, name)) and not name.startswith("_") and name != "close"
        ]
    assert len(functions) > 20
    assert [name for name, one in functions if ">>> " not in (one.__doc__ or "")] == []


def test_missing_package_is_named_with_what_to_install():
    script = """
import sys
import pouch_host as pouch

def said(call):
    try:
        call()
    except pouch.InputError as error:
        print(error)

sys.modules["statsmodels"] = None
said(lambda: pouch.bland_altman(["a"], [1], [2]))
sys.modules["polars"] = None
said(lambda: pouch.open_store("no.sqlite"))
said(lambda: pouch.analyse("no.csv", "UTC"))
"""
    text = "this needs the Python package {}: pip install 'pouch[research]'"
    due = [text.format(name) for name in ("statsmodels", "polars", "polars")]
    assert _run(script).splitlines() == due


def test_facts_are_those_of_this_installation():
    from pouch_host.analysis.parameters import default_parameters
    from pouch_host.export.columns import TABLES
    from pouch_host.version import version_text

    assert pouch.__version__ == version_text()
    assert default_parameters().algorithm_version == pouch.ALGORITHM_VERSION
    assert tuple(one.name for one in TABLES) == pouch.TABLES
