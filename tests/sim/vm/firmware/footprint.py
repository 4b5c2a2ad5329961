"""Prints what the stand-ins take of the heap: bytes, and how many names."""

import gc

import micropython

for name in ("bluetooth", "esp32", "machine", "select", "time"):
    __import__(name)
gc.collect()
print("bytes", gc.mem_alloc())
micropython.qstr_info()
