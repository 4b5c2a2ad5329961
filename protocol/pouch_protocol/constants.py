"""Numbers that the band and the host must agree on. Plain ints: MicroPython has no enum."""

# Three versions that move independently of each other and of the package version.
WIRE_VERSION = 1
FLASH_VERSION = 1

# GATT service. Random 128-bit base; only the second group counts up.
SERVICE_UUID = "8c5f0001-6e1b-4d1c-9b6f-3a7d52c0e814"
CONTROL_UUID = "8c5f0002-6e1b-4d1c-9b6f-3a7d52c0e814"
STREAM_UUID = "8c5f0003-6e1b-4d1c-9b6f-3a7d52c0e814"

# The two ways of a connection: control is written and indicated, stream is notified.
CHANNEL_CONTROL = 0
CHANNEL_STREAM = 1

# Record kinds (SPEC.md 3).
KIND_SAMPLE = 1
KIND_ANCHOR = 2
KIND_BOOT = 3
KIND_STATUS = 4
KIND_FAULT = 5

RECORD_BYTES = 20

# Flags of a sample record.
FLAG_INFANT_THERMOMETER_FAULT = 0x0001
FLAG_CAREGIVER_THERMOMETER_FAULT = 0x0002
FLAG_TOUCH_FAULT = 0x0004
FLAG_MOTION_FAULT = 0x0008
FLAG_MOTION_OVERRUN = 0x0010
FLAG_WORN_BY_INFANT = 0x0100

# Values that say "not measured" in a sample record.
TEMPERATURE_MISSING = -32768
TOUCH_MISSING = 65535
BYTE_MISSING = 255

# Scales of a sample record: TMP117 result register is 7.8125 mC (SNOSD82, 7.6);
# capacitance is kept at four times the FDC1004's noise floor of 0.5 fF (SNOSCY5 6.5).
STEPS_PER_C = 128
STEPS_PER_PF = 512
CS_PER_S = 100

# Who set the band's clock (anchor record).
TIME_SOURCE_HOST = 1

# Why the band started (boot record), independent of any port's own numbering.
RESET_UNKNOWN = 0
RESET_POWER_ON = 1
RESET_HARD = 2
RESET_WATCHDOG = 3
RESET_DEEP_SLEEP = 4
RESET_SOFT = 5

# Messages, host to band.
OP_HELLO = 0x01
OP_COUNT = 0x02
OP_REPORT = 0x03
OP_SET_TIME = 0x04
OP_ABORT = 0x05
# Messages, band to host.
OP_HELLO_REPLY = 0x81
OP_COUNT_REPLY = 0x82
OP_RECORDS = 0x83
OP_REPORT_DONE = 0x84
OP_SET_TIME_REPLY = 0x85
OP_RESPONSE = 0x8F

# Procedures are numbered 1 to 255; 0 in a response says that the request could not be read.
PROCEDURE_UNREADABLE = 0

# Response codes: the values of the SIG's Record Access Control Point, where it has them.
CODE_SUCCESS = 0x01
CODE_OPCODE_UNSUPPORTED = 0x02
CODE_INVALID_OPERAND = 0x05
CODE_NO_RECORDS = 0x06
CODE_BUSY = 0x0A
CODE_CORRUPT = 0x10

# A message must fit the band's RAM twice over (one being sent, one being joined).
MESSAGE_BYTES_MAX = 1024
# ATT value that every link carries before an MTU exchange (Core 5.4, vol 3, part F, 3.2.8).
FRAME_BYTES_MIN = 20

# Configurable limits of the sampling interval.
INTERVAL_S_MIN = 10
INTERVAL_S_MAX = 300


def band_label(band_id: int) -> str:
    """Return the label printed on a band, which every log line and error names.

    Args:
        band_id: the band's u32 identity.
    """
    return "P-%08X" % band_id


def parse_band_label(label: str) -> int:
    """Return the band id of a printed label; the opposite of `band_label`.

    Raises:
        ValueError: the text is not a band label. Show it to the person who typed it.
    """
    digits = label[2:].upper()
    # Digit by digit: int() takes signs and underscores too.
    known = all(digit in "0123456789ABCDEF" for digit in digits)
    if label[:2].upper() != "P-" or len(digits) != 8 or not known:  # noqa: PLR2004 - u32 in hex
        raise ValueError("not a band label: %s (expected P-XXXXXXXX)" % label)
    return int(digits, 16)
