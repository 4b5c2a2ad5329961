"""The board's radio: on, with an address, heard for a moment, and off again."""

import time

from tests.support.on_band.device import this_board

HEARD_MS = 300
INTERVAL_US = 100_000
# Flags: general discovery, no classic Bluetooth.
ADVERTISEMENT = b"\x02\x01\x06"


def test_radio_comes_on_advertises_and_goes_off():
    this_board()
    from band.link import radio

    ble = radio()
    ble.active(True)
    try:
        assert ble.active()
        _, address = ble.config("mac")
        assert len(address) == 6
        assert len(set(bytes(address))) > 1
        ble.gap_advertise(INTERVAL_US, adv_data=ADVERTISEMENT, connectable=False)
        time.sleep_ms(HEARD_MS)
        ble.gap_advertise(None)
    finally:
        ble.active(False)
    assert not ble.active()
