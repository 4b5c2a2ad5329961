"""The linter and the type checker are set up to find what the house rules leave to them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tidy.source import ROOT

STUBS = ROOT / "firmware" / "typings"
RUFF = Path(sys.executable).with_name("ruff")
BASEDPYRIGHT = Path(sys.executable).with_name("basedpyright")

needs_stubs = pytest.mark.skipif(
    not (STUBS / "machine.pyi").is_file(),
    reason="the board's type stubs are absent: run `make types` once",
)

PLANTED_FOR_RUFF = [
    ("host/pouch_host/x.py", '"""X."""\n\n\ndef f() -> None:\n    return\n', "D103"),
    ("host/pouch_host/x.py", '"""X."""\n\nprint("here")\n', "T201"),
    ("tests/x.py", "from unittest.mock import patch\n\npatch()\n", "TID251"),
    ("host/pouch_host/x.py", '"""X."""\n\nimport datetime\n\ndatetime.datetime.now()\n', "DTZ005"),
    ("sim/pouch_sim/x.py", '"""X."""\n\n\ndef f(a):\n    """F."""\n', "ANN001"),
    ("firmware/band/x.py", '"""X."""\n\ny = 1 if input() == 37 else 2\n', "PLR2004"),
]


@pytest.mark.parametrize(("path", "text", "code"), PLANTED_FOR_RUFF)
def test_ruff_planted_breach_is_found(path, text, code):
    command = [
        RUFF,
        "check",
        "--no-cache",
        "--output-format",
        "json",
        "--stdin-filename",
        path,
        "-",
    ]
    result = subprocess.run(
        command, input=text, capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert code in {finding["code"] for finding in json.loads(result.stdout)}


def _band_errors(folder, text):
    """Return what pass B of the type check says of one file of the band's."""
    (folder / "planted.py").write_text(text, encoding="utf-8")
    config_text = (ROOT / "firmware" / "pyrightconfig.json").read_text(encoding="utf-8")
    lines = [line for line in config_text.splitlines() if not line.startswith("//")]
    config = json.loads("\n".join(lines))
    config |= {"include": ["."], "typeshedPath": str(STUBS), "stubPath": str(STUBS)}
    (folder / "pyrightconfig.json").write_text(json.dumps(config), encoding="utf-8")
    result = subprocess.run(
        [BASEDPYRIGHT, "-p", folder, "--outputjson"], capture_output=True, text=True, check=False
    )
    return [finding["message"] for finding in json.loads(result.stdout)["generalDiagnostics"]]


@needs_stubs
def test_types_of_the_band_what_only_cpython_has_is_an_error(tmp_path):
    (error,) = _band_errors(tmp_path, "import time\n\nstart_ns = time.perf_counter_ns()\n")
    assert "perf_counter_ns" in error


@needs_stubs
def test_types_of_the_band_what_boards_have_is_no_error(tmp_path):
    text = "import time\n\nimport machine\n\nstart_ms = time.ticks_ms()\nmachine.reset()\n"
    assert _band_errors(tmp_path, text) == []
