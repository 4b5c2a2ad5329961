import esp32
import machine

pin = machine.Pin(3)
esp32.wake_on_gpio((pin,), esp32.WAKEUP_ALL_LOW)
pin.irq(print)
machine.lightsleep(10)
print("never printed")
