"""Switches its radio on and off over and over, as a band does; tells what is left each time."""

import time

import bluetooth

SERVICE = bluetooth.UUID("5a7c0001-1d2c-4c6e-9f0b-1d2c3b4a5f60")
CONTROL = (bluetooth.UUID("5a7c0003-1d2c-4c6e-9f0b-1d2c3b4a5f60"), 0x08 | 0x02)
SERVICES = ((SERVICE, (CONTROL,)),)
WINDOW_S = 5

ble = bluetooth.BLE()
events = []
handles = [0]


def window(data, **config):
    ble.active(True)
    events.clear()
    print("config", ble.config("mtu"), bytes(ble.config("gap_name")))
    ble.config(**config)
    # With the handle of the window before, which this one does not have yet.
    print("old value", ble.gatts_read(handles[-1]))
    if data is not None:
        ((handle,),) = ble.gatts_register_services(SERVICES)
        print("handle", handle == handles[-1], "value", ble.gatts_read(handle))
        handles.append(handle)
        ble.gatts_write(handle, b"kept until the radio is off")
    ble.gap_advertise(50_000, data)
    time.sleep(WINDOW_S)
    print("connected", 1 in events)
    ble.active(False)
    count = len(events)
    time.sleep(WINDOW_S)
    print("told when off", events[count:], "value", ble.gatts_read(handles[-1]))


ADVERTISED = b"\x02\x01\x06\x11\x07" + bytes(SERVICE)

ble.irq(lambda event, data: events.append(event))
window(ADVERTISED, mtu=100, gap_name="Pouch")
window(ADVERTISED)
window(ADVERTISED, mtu=100)
# Without services of its own.
window(None)
