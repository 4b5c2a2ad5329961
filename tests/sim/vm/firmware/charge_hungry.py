import time

import bluetooth
import machine

battery = machine.ADC(machine.Pin(2))
radio = bluetooth.BLE()
print("boot", machine.reset_cause())
while True:
    rest_mv = battery.read_uv() * 2 // 1000
    radio.active(True)
    time.sleep_ms(60_000)
    loaded_mv = battery.read_uv() * 2 // 1000
    radio.active(False)
    print("mv", rest_mv, loaded_mv)
    time.sleep_ms(1_000)
