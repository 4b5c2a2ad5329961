import asyncio
import time


async def main():
    before = time.ticks_ms()
    await asyncio.sleep(60)
    after = time.ticks_ms()
    print(before > after, time.ticks_diff(after, before), time.ticks_add(before, 60_000) - after)


asyncio.run(main())
