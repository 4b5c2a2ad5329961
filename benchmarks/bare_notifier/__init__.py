"""Names of what main.py offers; that file runs in MicroPython."""

SERVICE_UUID = "5a7c0001-1d2c-4c6e-9f0b-1d2c3b4a5f60"
STREAM_UUID = "5a7c0002-1d2c-4c6e-9f0b-1d2c3b4a5f60"
CONTROL_UUID = "5a7c0003-1d2c-4c6e-9f0b-1d2c3b4a5f60"
VALUE_BYTES = 240
