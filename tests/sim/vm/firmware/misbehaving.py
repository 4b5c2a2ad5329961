"""Every call that NimBLE refuses, and a handler that fails."""

import errno
import time

import bluetooth

ble = bluetooth.BLE()


def outcome(call, *args, **kwargs):
    try:
        return call(*args, **kwargs)
    except (OSError, ValueError, NotImplementedError) as error:
        return type(error).__name__, error.args[0]


print("inactive", outcome(ble.gap_advertise, 100_000), outcome(ble.gatts_notify, 1, 1, b""))
print("inactive read", ble.gatts_read(1))
events = []
ble.irq(lambda event, data: events.append(event))
ble.active(True)
print("activation", events)
print("too long", outcome(ble.gap_advertise, 100_000, bytes(32)) == ("OSError", errno.EINVAL))
print("unknown config", outcome(ble.config, "rxbuf"), outcome(ble.config, bond=True))
print("no connection", outcome(ble.gatts_notify, 9, 1, b"x") == ("OSError", 107))
print("no hang up", ble.gap_disconnect(9))
print("set_buffer", outcome(ble.gatts_set_buffer, 999, 10))
print("unknown handle", ble.gatts_read(999))
print("uuid", bytes(bluetooth.UUID(0x180F)), bluetooth.UUID(1) == bluetooth.UUID(1))
print("mac", ble.config("mac")[0], len(ble.config("mac")[1]), ble is bluetooth.BLE())
kept = []


def fails(event, data):
    kept.append(data[2])
    print("handler", event)
    raise RuntimeError("planted")


ble.irq(fails)
ble.gap_advertise(50_000, b"\x02\x01\x06")
time.sleep(20)
print("poisoned", bytes(kept[0]) == b"\xdd" * 6)
