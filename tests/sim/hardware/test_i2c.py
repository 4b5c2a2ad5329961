import errno

import pytest

from pouch_sim.hardware.i2c import (
    ChipMisuse,
    Disturbance,
    I2cBus,
    I2cNack,
    I2cTimeout,
    spoil,
)


class Echo:
    def __init__(self):
        self.powered_us = []
        self.heard = []

    def power_on(self, now_us):
        self.powered_us.append(now_us)

    def transfer(self, write, read_count, now_us):
        self.heard.append(write)
        return (write + bytes([now_us]))[:read_count]


def test_transfer_reaches_the_chip_with_its_time():
    assert I2cBus({0x10: Echo()}).transfer(0x10, b"\x01\x02", 3, 7) == b"\x01\x02\x07"


def test_transfer_to_an_empty_address_is_enodev():
    with pytest.raises(I2cNack, match="0x11") as caught:
        I2cBus({0x10: Echo()}).transfer(0x11, b"", 1, 0)
    assert caught.value.errno == errno.ENODEV


def test_detached_chip_no_longer_answers():
    bus = I2cBus({0x10: Echo(), 0x12: Echo()})
    bus.detach(0x10)
    assert bus.scan() == [0x12]
    with pytest.raises(I2cNack):
        bus.transfer(0x10, b"", 1, 0)


def test_disturbance_sees_number_and_address_and_spoils_the_transfer():
    seen = []

    def fail_transfer(number, address):
        seen.append((number, address))
        return number == 1

    bus = I2cBus({0x10: Echo()}, fail_transfer=fail_transfer)
    bus.transfer(0x10, b"a", 1, 0)
    with pytest.raises(I2cNack):
        bus.transfer(0x10, b"a", 1, 0)
    bus.transfer(0x10, b"a", 1, 0)
    assert seen == [(0, 0x10), (1, 0x10), (2, 0x10)]
    assert bus.transfer_count == 3


@pytest.mark.parametrize(
    ("disturbance", "error", "heard"),
    [
        (True, I2cNack, []),
        (Disturbance.UNHEARD, I2cNack, []),
        (Disturbance.UNSEEN, I2cNack, [b"a"]),
        (Disturbance.STUCK, I2cTimeout, []),
    ],
)
def test_disturbance_decides_what_the_chip_hears_and_the_master_sees(disturbance, error, heard):
    chip = Echo()
    bus = I2cBus({0x10: chip}, fail_transfer=lambda number, address: disturbance)
    with pytest.raises(error):
        bus.transfer(0x10, b"a", 1, 0)
    assert chip.heard == heard
    assert bus.transfer_count == 1


def test_disturbed_transfer_to_nobody_is_enodev_and_a_stuck_one_a_time_out():
    for disturbance, error, number in (
        (Disturbance.UNSEEN, I2cNack, errno.ENODEV),
        (Disturbance.STUCK, I2cTimeout, errno.ETIMEDOUT),
    ):
        with pytest.raises(error) as caught:
            I2cBus({}, fail_transfer=spoil(0, 1, disturbance)).transfer(0x11, b"", 1, 0)
        assert caught.value.errno == number


def test_spoil_spoils_its_transfers_and_no_other():
    seen = [spoil(3)(number, 0x10) for number in range(6)]
    assert seen == [False, False, False, Disturbance.UNHEARD, False, False]
    stuck = spoil(1, 2, Disturbance.STUCK)
    assert [bool(stuck(number, 0x10)) for number in range(4)] == [False, True, True, False]


def test_bus_held_low_times_out_and_comes_back():
    chip = Echo()
    bus = I2cBus({0x10: chip}, stuck_us=(10, 20))
    for now_us, stuck in ((9, False), (10, True), (19, True), (20, False)):
        if stuck:
            with pytest.raises(I2cTimeout) as caught:
                bus.transfer(0x10, b"a", 1, now_us)
            assert caught.value.errno == errno.ETIMEDOUT
        else:
            assert bus.transfer(0x10, b"a", 1, now_us) == b"a"
    assert len(chip.heard) == 2


def test_address_beyond_seven_bits_is_refused():
    with pytest.raises(ValueError, match="0x80"):
        I2cBus({0x80: Echo()})


def test_misuse_is_no_os_error_and_names_chip_and_register():
    misuse = ChipMisuse("TMP117", 0x0F, "write to a read-only register")
    assert not isinstance(misuse, OSError)
    assert str(misuse) == "TMP117 register 0x0F: write to a read-only register"


def test_power_on_resets_every_chip_detached_ones_too():
    chips = [Echo(), Echo()]
    bus = I2cBus({0x10: chips[0], 0x11: chips[1]})
    bus.detach(0x11)
    bus.power_on(5)
    assert [chip.powered_us for chip in chips] == [[5], [5]]
