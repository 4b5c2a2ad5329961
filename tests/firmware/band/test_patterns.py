from tests.support.firmware import run_plain


def test_patterns_in_cpython():
    run_plain("tests.firmware.band.plain_patterns")
