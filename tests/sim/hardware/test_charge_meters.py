"""How long each chip is in which state, from what a driver writes to it."""

import pytest

from pouch_sim.hardware import currents
from pouch_sim.hardware.charge import ChargeAccount
from pouch_sim.hardware.meters import Meter, MotionMeter, ThermometerMeter, TouchMeter, steady

S = 1_000_000
MS = 1_000
CONVERTING = currents.THERMOMETER_CONVERTING
STANDBY = currents.THERMOMETER_STANDBY
SHUTDOWN = currents.THERMOMETER_SHUTDOWN


def times(meter, now_us):
    return {state: time_us for state, time_us in meter.times_us(now_us).items() if time_us}


def powered(meter):
    meter.power_on(0)
    return meter


def test_fresh_thermometer_converts_eight_times_a_second():
    # 8 conversions of 15.5 ms in each second, and 100 ms of a third.
    assert times(powered(ThermometerMeter()), 2 * S + 100 * MS) == {
        CONVERTING: 2 * 124 * MS + 100 * MS,
        STANDBY: 2 * 876 * MS,
    }


def test_one_shot_converts_once_and_shuts_down():
    meter = powered(ThermometerMeter())
    meter.wrote(b"\x01\x0c\x20", 10 * S)
    assert times(meter, 10 * S + 50 * MS)[CONVERTING] == 10 * 124 * MS + 50 * MS
    meter.wrote(b"\x01\x0c\x20", 40 * S)
    meter.wrote(b"\x01", 40 * S + 200 * MS)
    assert times(meter, 70 * S) == {
        CONVERTING: 10 * 124 * MS + 2 * 124 * MS,
        STANDBY: 10 * 876 * MS,
        SHUTDOWN: 60 * S - 2 * 124 * MS,
    }


def test_thermometer_without_averaging_and_shut_down():
    meter = powered(ThermometerMeter())
    # Continuous at 16 s without averaging, then shut down.
    meter.wrote(b"\x01\x03\x80", 0)
    meter.wrote(b"\x01\x04\x00", 32 * S)
    assert times(meter, 40 * S) == {
        CONVERTING: 2 * 15_500,
        STANDBY: 32 * S - 2 * 15_500,
        SHUTDOWN: 8 * S,
    }


def test_averaging_stretches_short_cycles():
    meter = powered(ThermometerMeter())
    # Back to back, 64 averaged: a second each, of which 992 ms are active.
    meter.wrote(b"\x01\x00\x60", 0)
    assert times(meter, 10 * S) == {CONVERTING: 9_920 * MS, STANDBY: 80 * MS}


def test_electrodes_convert_from_their_start_to_their_stop():
    meter = powered(TouchMeter())
    meter.wrote(b"\x08\x10\x80", 1 * S)
    meter.wrote(b"\x0c\x05\xc0", 10 * S)
    meter.wrote(b"\x0c\x00\x00", 10 * S + 25 * MS)
    assert times(meter, 60 * S) == {
        currents.TOUCH_CONVERTING: 25 * MS,
        currents.TOUCH_STANDBY: 60 * S - 25 * MS,
    }


@pytest.mark.parametrize(("rate", "period_us"), [(1, 10_000), (2, 5_000), (3, 2_500)])
def test_single_measurement_of_an_electrode_ends_by_itself(rate, period_us):
    meter = powered(TouchMeter())
    meter.wrote(bytes((0x0C, rate << 2, 0x80)), 1 * S)
    assert times(meter, 2 * S)[currents.TOUCH_CONVERTING] == period_us


def test_reset_stops_the_electrodes():
    meter = powered(TouchMeter())
    meter.wrote(b"\x0c\x05\xc0", 1 * S)
    meter.wrote(b"\x0c\x80\x00", 2 * S)
    assert times(meter, 9 * S)[currents.TOUCH_CONVERTING] == 1 * S


def test_accelerometer_by_its_rate_and_mode():
    meter = powered(MotionMeter())
    meter.wrote(b"\x10\x10", 10 * S)
    meter.wrote(b"\x15\x10", 20 * S)
    meter.wrote(b"\x10\x30", 40 * S)
    meter.wrote(b"\x12\x45", 80 * S)
    assert times(meter, 100 * S) == {
        currents.MOTION_OFF: 10 * S + 20 * S,
        currents.MOTION_HIGH_POWER: 10 * S,
        currents.MOTION_SLOW: 20 * S,
        currents.MOTION_LOW_POWER: 40 * S,
    }


def test_accelerometer_takes_a_burst_of_registers():
    meter = powered(MotionMeter())
    # 0x10 to 0x15 in one transfer.
    meter.wrote(b"\x10\x10\x00\x44\x00\x00\x10", 10 * S)
    assert times(meter, 20 * S) == {currents.MOTION_OFF: 10 * S, currents.MOTION_SLOW: 10 * S}


def test_mode_that_begins_before_the_last_counts_from_the_last():
    meter = Meter()
    meter.set(steady("a"), 10 * S)
    meter.set(steady("b"), 4 * S)
    assert times(meter, 12 * S) == {"b": 2 * S}


def test_account_has_two_thermometers_and_tells_the_chips_apart():
    account = ChargeAccount("xiao_esp32c3")
    account.power_on(0)
    account.transfer(0x48, b"\x01\x04\x00", 0, 0)
    account.transfer(0x49, b"\x01\x04\x00", 0, 0)
    account.transfer(0x50, b"\x0c\x05\xc0", 0, 0)
    account.transfer(0x6A, b"\x10\x10", 0, 0)
    account.transfer(0x77, b"\x01\x0c\x20", 0, 0)
    found = account.times_us(10 * S)
    assert found[SHUTDOWN] == 20 * S
    assert found[currents.TOUCH_CONVERTING] == found[currents.MOTION_HIGH_POWER] == 10 * S
    account.power_off(10 * S)
    assert account.times_us(20 * S)[SHUTDOWN] == 20 * S
    account.power_on(20 * S)
    # Fresh parts convert.
    assert account.times_us(21 * S)[CONVERTING] == 2 * 124 * MS
