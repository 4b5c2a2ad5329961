import asyncio
import time

ticks = []


async def sample():
    for _ in range(20160):
        await asyncio.sleep(30)
        ticks.append(time.ticks_ms()) if len(ticks) < 3 else None


async def heartbeat():
    while True:
        await asyncio.sleep(3600)


async def main():
    beating = asyncio.create_task(heartbeat())
    await sample()
    beating.cancel()


asyncio.run(main())
print(ticks, time.time())
