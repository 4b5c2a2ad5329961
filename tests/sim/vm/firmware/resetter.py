import time

import machine

cause = machine.reset_cause()
print("cause", cause, time.ticks_ms() < 1000)
if cause == machine.PWRON_RESET:
    time.sleep(5)
    machine.reset()
elif cause == machine.HARD_RESET:
    watchdog = machine.WDT(timeout=8000)
    for _ in range(3):
        time.sleep(6)
        watchdog.feed()
    print("fed")
    time.sleep(60)
    print("never printed")
