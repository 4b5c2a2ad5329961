"""Opcodes of the frames between simulator and band: one table, imported by both interpreters."""

# From the band. An IDLE band waits until a time; -1 is for ever.
IDLE = 0x01
I2C = 0x02
ADC = 0x03
RESET = 0x04
POWER_CUT = 0x05
MISUSE = 0x06
EXIT = 0x07
PIN_OUT = 0x08
USB_OUT = 0x09
BLE_ACTIVE = 0x10
BLE_CONFIG = 0x11
BLE_ADVERTISE = 0x12
BLE_DISCONNECT = 0x13
BLE_REGISTER = 0x14
BLE_READ = 0x15
BLE_WRITE = 0x16
BLE_SET_BUFFER = 0x17
BLE_NOTIFY = 0x18
BLE_INDICATE = 0x19
BLE_ANSWER = 0x1A

# To the band.
REPLY = 0x81
GO = 0x82
BLE_EVENT = 0x83
BLE_CREDIT = 0x84
PIN_IN = 0x85
USB_IN = 0x86
USB_PRESENT = 0x87

# Layout of a frame's header, see vm/frames.py, and the longest payload: it holds the longest I2C
# burst that anybody reads, a whole motion FIFO of 3 kB.
HEADER_FORMAT = "<HBbQ"
HEADER_BYTES = 12
PAYLOAD_BYTES_MAX = 4096

# What an IDLE band says: until when it waits, then what it did since it booted (see vm.Spent), and
# in which of these states it now waits.
IDLE_FORMAT = "<qIIIQQQB"
IDLE_BYTES = 45
AWAKE = 0
ASLEEP = 1
RADIO_ON = 2
