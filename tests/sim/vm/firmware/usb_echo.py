"""Sends back what it gets over USB, in capitals, until it gets `bye`; then lets Ctrl-C be."""

import asyncio
import select
import sys

import micropython

stream = sys.stdin.buffer
poller = select.poll()
poller.register(stream, select.POLLIN)


def take():
    data = b""
    while poller.poll(0):
        data += stream.read(1)
    return data


def fail():
    raise ValueError("planted")


async def main():
    reader = asyncio.StreamReader(stream)
    micropython.kbd_intr(-1)
    line = b""
    while b"bye" not in line:
        line += await reader.read(1) + take()
        sys.stdout.buffer.write(line.upper())
        print("log", line)
        line = line[-3:]
    micropython.kbd_intr(3)
    try:
        fail()
    except ValueError as error:
        sys.print_exception(error)
    await asyncio.sleep(3600)


asyncio.run(main())
