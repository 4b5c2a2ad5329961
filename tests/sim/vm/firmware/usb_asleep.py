"""Sleeps lightly for ten seconds; prints whether anything came over USB, then and after it."""

import select
import sys
import time

import machine

poller = select.poll()
poller.register(sys.stdin, select.POLLIN)
machine.lightsleep(10000)
print("asleep", len(poller.poll(0)))
time.sleep(1)
print("awake", len(poller.poll(0)))
