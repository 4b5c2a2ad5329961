import time

import machine

print("cause", machine.reset_cause())
if machine.reset_cause() == machine.PWRON_RESET:
    machine.WDT(timeout=100)
    while True:
        time.ticks_ms()
