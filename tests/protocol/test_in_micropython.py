"""The same tests again, in MicroPython: what holds in CPython alone does not hold on the band."""

from pathlib import Path

import pytest

from tests.support.micropython import assert_plain_file_passes, run_in_micropython

# Files that import neither pytest nor anything else that MicroPython lacks.
PLAIN = (
    "test_auth",
    "test_cable",
    "test_fields",
    "test_frames",
    "test_messages",
    "test_old_and_new",
    "test_records",
    "test_sealing",
    "test_segments",
    "test_sessions",
    "test_strangers",
    "test_vectors",
)
NEEDS_CPYTHON = {
    "test_fuzz",  # Starts processes.
    "test_in_micropython",  # Starts processes.
    "test_machine",  # Hypothesis.
    "test_properties",  # Hypothesis.
    "test_spec",  # Reads SPEC.md with regular expressions.
    "test_spec_keys",  # The same.
    "test_spec_link",  # The same.
}


@pytest.mark.parametrize("module", PLAIN)
def test_plain_file_passes_in_micropython(module):
    assert_plain_file_passes(f"tests.protocol.{module}")


def test_every_protocol_test_is_plain_or_says_why_not():
    here = {path.stem for path in Path(__file__).parent.glob("test_*.py")}
    assert here - NEEDS_CPYTHON == set(PLAIN)


def test_a_failing_plain_test_is_seen():
    planted = "from tests.protocol.plain import raises; raises(OSError, int)"
    result = run_in_micropython("-c", planted)
    assert result.returncode != 0
    assert "was not raised" in result.stdout + result.stderr
