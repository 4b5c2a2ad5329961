import os
import random
import time

print(os.urandom(8), random.getrandbits(30), time.ticks_us())
time.sleep_ms(random.randint(1, 1000))
print(time.ticks_us(), sorted(os.listdir("/pouch")))
