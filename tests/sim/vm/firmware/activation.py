"""Tells which events come while the radio starts, twice."""

import bluetooth

ble = bluetooth.BLE()
events = []
ble.irq(lambda event, data: events.append(event))
for _ in range(2):
    events.clear()
    ble.active(True)
    print("activation", events)
    ble.active(False)
