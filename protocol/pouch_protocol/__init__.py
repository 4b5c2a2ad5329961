"""What a Pouch band and its host say to each other and keep in flash: one definition for both.

The package is imported unchanged by MicroPython on the band and by CPython on the host. It owns
byte layouts, checks and the two state machines of a connection. It refuses to know about radios,
files, clocks and tasks: bytes come in, bytes and events go out.

`protocol/SPEC.md` describes the same formats for people.
"""
