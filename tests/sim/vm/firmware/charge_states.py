import os
import time

import bluetooth
import machine

light, motor = (4, 20) if "C3" in os.uname().machine else (18, 21)

# 2 s awake.
time.sleep_ms(2_000)
machine.lightsleep(10_000)
# 3 s on the air, and what it takes to get there.
radio = bluetooth.BLE()
radio.active(True)
time.sleep_ms(3_000)
radio.active(False)
machine.lightsleep(5_000)
# Half a second of work, the light at a fifth for 4 s, the motor for half of that.
for _ in range(500):
    machine.idle()
pwm = machine.PWM(machine.Pin(light), freq=1_000, duty_u16=13_107)
run = machine.Pin(motor, machine.Pin.OUT, value=1)
time.sleep_ms(2_000)
run.value(0)
time.sleep_ms(2_000)
pwm.duty_u16(0)
with open("/pouch/file", "wb") as file:
    file.write(bytes(5_000))
machine.lightsleep(1_000)
print("done")
