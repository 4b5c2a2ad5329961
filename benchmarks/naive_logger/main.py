"""What a first attempt looks like: a CSV line and a flush for each sample."""

import time

with open("/pouch/log.csv", "w") as file:
    while True:
        file.write(f"{time.ticks_ms() // 1000},36.25,35.00,9.0,8.0,12,255,255,3912\n")
        file.flush()
        time.sleep_ms(30_000)
