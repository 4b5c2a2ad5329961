from datetime import UTC

import numpy as np
import pytest

from pouch_host.analysis.day_contents import contents_of_day
from tests.host.analysis.test_sessions import FIRST_UTC_S, minutes_of


@pytest.mark.parametrize("begin_min", [0, 1, 7, 14])
def test_night_share_of_a_day_that_begins_at_any_minute(begin_min):
    # Contact from 21:00 and some minutes UTC to midnight; the night begins at 22.
    count = 180 - begin_min
    minutes = minutes_of("S" * count)
    object.__setattr__(minutes, "first_utc_s", FIRST_UTC_S + 60 * (21 * 60 + begin_min))
    found = contents_of_day(minutes, np.ones(count, bool), slice(0, count), UTC, [])
    assert found.night_share == pytest.approx(120 / count)
