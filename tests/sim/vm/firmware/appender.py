import os
import time

RECORD = bytes(range(100))

kept = os.stat("/pouch/log")[6] if "log" in os.listdir("/pouch") else 0
with open("/pouch/log", "ab") as log:
    print("kept", kept)
    if not kept:
        for count in range(1, 13):
            log.write(RECORD)
            log.flush()
            print("flushed", count * len(RECORD))
            time.sleep_ms(10)
