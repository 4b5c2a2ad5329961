"""Opcodes of the frames between simulator and band: the one table, and the layout of a frame.

The simulator imports it. A band does not: its stand-ins say `_op.NAME`, and vm/standins.py puts
the number there when it compiles them, so that the table takes nothing of the band's memory.
"""

# From the band, which goes on without an answer. An IDLE band waits until a time; -1 is for ever.
IDLE = 0x01
PIN_OUT = 0x02
PIN_LISTEN = 0x03
PIN_WAKE = 0x04
REGISTER_WRITE = 0x05
USB_INTERRUPT_KEY = 0x06
TELL = 0x07
BLE_ANSWER = 0x08

# From the band, which waits for a REPLY. To the last three there is none: it is gone.
I2C = 0x10
STARTED = 0x11
FLASH_PROGRAM = 0x12
FLASH_ERASE = 0x13
USB_OUT = 0x14
USB_TEXT = 0x15
CALL = 0x16
PIN = 0x17
I2C_BUS = 0x18
WATCHDOG = 0x19
REGISTER_READ = 0x1A
BLE_READ = 0x1B
BLE_NOTIFY = 0x1C
BLE_INDICATE = 0x1D
RESET = 0x1E
MISUSE = 0x1F
EXIT = 0x20

# Whose they are, where they are not the simulator's own.
OF_THE_BOARD = (
    PIN_LISTEN,
    REGISTER_WRITE,
    CALL,
    TELL,
    PIN_WAKE,
    REGISTER_READ,
    PIN_OUT,
    PIN,
    I2C_BUS,
    WATCHDOG,
)
OF_THE_PORT = (USB_OUT, USB_TEXT, USB_INTERRUPT_KEY)
OF_THE_FLASH = (STARTED, FLASH_PROGRAM, FLASH_ERASE)
OF_THE_RADIO = (BLE_READ, BLE_NOTIFY, BLE_INDICATE, BLE_ANSWER)

# To the band.
REPLY = 0x81
GO = 0x82
BLE_EVENT = 0x83
PIN_IN = 0x84
USB_IN = 0x85

# Layout of a frame's header; vm/frames.py draws it.
HEADER_FORMAT = "<HBbQ"
HEADER_BYTES = 12
STATUS_OFFSET = 3

# The header with that of an I2C request behind it, which is not a frame's business but the most
# frequent one.
I2C_FORMAT = "<HBbQBBH"
I2C_BYTES = 4

# Layout of an ESP32-C3's GPIO_PINn: interrupt type, and to whom interrupts go.
INTERRUPT_TYPE_SHIFT = 7
INTERRUPT_ENABLE = 0x1F << 13
INTERRUPT_ENABLE_CPU = 1 << 13

# Status of a REPLY whose payload is the text of an exception, to be raised. Above is an errno.
RAISE = -1

# Status of a frame from the band: in which of these states it is.
AWAKE = 0
ASLEEP = 1
RADIO_ON = 2
