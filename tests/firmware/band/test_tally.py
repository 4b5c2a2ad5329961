from tests.support.firmware import run_plain


def test_plain_file_passes_in_cpython():
    run_plain("tests.firmware.band.plain_tally")
