import time

import machine

adc = machine.ADC(machine.Pin(2))
print("uv", adc.read_uv())
pressed = []
button = machine.Pin(9, machine.Pin.IN, machine.Pin.PULL_UP)
button.irq(pressed.append, machine.Pin.IRQ_FALLING)
led = machine.Pin(10, machine.Pin.OUT, value=0)
led.on()
time.sleep(2)
print("pressed", len(pressed), button.value(), machine.unique_id())
print(time.gmtime(0), time.mktime((2026, 3, 1, 12, 30, 15, 0, 0)))
