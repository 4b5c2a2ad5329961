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

# Manufacturer specific data of an advertisement: the token. The project has no company number; the
# SIG leaves this one to those who have none.
COMPANY_ID = 0xFFFF

# Standard services and their characteristics (Assigned Numbers, 3.4 and 3.8).
DEVICE_INFORMATION_UUID = 0x180A
MANUFACTURER_NAME_UUID = 0x2A29
MODEL_NUMBER_UUID = 0x2A24
BATTERY_UUID = 0x180F
BATTERY_LEVEL_UUID = 0x2A19

# Record kinds (SPEC.md 3).
KIND_SAMPLE = 1
KIND_ANCHOR = 2
KIND_BOOT = 3
KIND_STATUS = 4
KIND_FAULT = 5
KIND_TALLY = 6
KIND_EVENT = 7
KIND_HEALTH = 8

RECORD_BYTES = 20

# Flags of a sample record.
FLAG_INFANT_THERMOMETER_FAULT = 0x0001
FLAG_CAREGIVER_THERMOMETER_FAULT = 0x0002
FLAG_TOUCH_FAULT = 0x0004
FLAG_MOTION_FAULT = 0x0008
FLAG_MOTION_OVERRUN = 0x0010
# An electrode was outside the converter's window, or a thermometer outside what it can measure:
# the value is missing, the chip is sound.
FLAG_INFANT_TOUCH_RANGE = 0x0020
FLAG_CAREGIVER_TOUCH_RANGE = 0x0040
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

# What happened (event record), and what its `detail` and `value` hold.
EVENT_ALERT_COLD = 1  # detail: skin, 1/128 C as u16; value: line, 1/100 C
EVENT_ALERT_ESCALATED = 2  # as EVENT_ALERT_COLD
EVENT_ALERT_CLEARED = 3  # as EVENT_ALERT_COLD
EVENT_ALERT_ACKNOWLEDGED = 4
EVENT_BATTERY_LOW = 5  # value: battery, mV
EVENT_BATTERY_STOP = 6  # value: battery, mV; nothing is sampled until it is charged
EVENT_BATTERY_RESUME = 7  # value: battery, mV
EVENT_GESTURE = 8  # value: one of the GESTURE constants
EVENT_CONFIGURED = 9  # value: the power plan in force
EVENT_UPDATE_STARTED = 10  # detail: version, one byte each for major, minor and patch
EVENT_UPDATE_CONFIRMED = 11  # detail: version, as above
EVENT_UPDATE_ROLLED_BACK = 12  # detail: version given up, as above
EVENT_SELF_TEST = 13  # detail: bits of the parts that failed
EVENT_FACTORY_RESET = 14
EVENT_TARGET_REACHED = 15  # value: minutes of contact in the last 24 hours
EVENT_KEY_SET = 16  # value: 1 by who had the old key, 0 by a hand at cable and button

# The button's gestures.
GESTURE_SHOW = 1  # one short press: show the hours so far, acknowledge an alert
GESTURE_ADVERTISE = 2  # two short presses: be found by a host now
GESTURE_RECOVER = 3  # held for ten seconds: allow a lost key to be replaced

# Power plans, see firmware/band/power.py.
PLAN_DEFAULT = 0
PLAN_SLOW = 1

# Messages, host to band.
OP_HELLO = 0x01
OP_COUNT = 0x02
OP_REPORT = 0x03
OP_SET_TIME = 0x04
OP_ABORT = 0x05
OP_SELF_TEST = 0x06
OP_AUTH = 0x07
OP_CONFIGURE = 0x08
OP_UPDATE_BEGIN = 0x09
OP_UPDATE_DATA = 0x0A
OP_UPDATE_FINISH = 0x0B
OP_FACTORY_RESET = 0x0C
OP_SET_KEY = 0x0D
OP_IDENTIFY = 0x0E
OP_SETTINGS = 0x10
OP_TIME = 0x11
OP_INFO = 0x12
# Messages, band to host: all with this bit.
OP_REPLY_BIT = 0x80
OP_HELLO_REPLY = 0x81
OP_COUNT_REPLY = 0x82
OP_RECORDS = 0x83
OP_REPORT_DONE = 0x84
OP_SET_TIME_REPLY = 0x85
OP_SELF_TEST_REPLY = 0x86
OP_AUTH_REPLY = 0x87
OP_UPDATE_REPLY = 0x8A
OP_RESPONSE = 0x8F
OP_SETTINGS_REPLY = 0x90
OP_TIME_REPLY = 0x91
OP_INFO_REPLY = 0x92

# Who may ask what (SPEC.md 7.1). Somebody who has not shown that he has the key may ask these over
# the cable: the label is printed on the band that he holds, and to SET_KEY and FACTORY_RESET
# belongs a hand at its button besides.
CABLE_OPS = (
    OP_INFO,
    OP_SELF_TEST,
    OP_IDENTIFY,
    OP_SETTINGS,
    OP_ABORT,
    OP_SET_KEY,
    OP_FACTORY_RESET,
)
# And these nobody may ask of a band that was never given a key, not even over the cable.
KEYED_OPS = (OP_CONFIGURE, OP_UPDATE_BEGIN, OP_UPDATE_DATA, OP_UPDATE_FINISH)

# What everybody may know of a battery (HELLO_REPLY and the Battery service).
BATTERY_UNKNOWN = 0
BATTERY_EMPTY = 1
BATTERY_LOW = 2
BATTERY_MEDIUM = 3
BATTERY_FULL = 4
# Per cent that the Battery service shows for each class: so coarse that no band is known by it.
BATTERY_PERCENT = (0, 10, 40, 70, 100)

# What a band can do beyond records (INFO_REPLY); a host does without what is missing.
CAN_UPDATE = 0x0001
CAN_SETTINGS = 0x0002
CAN_TIME = 0x0004
CAN_SELF_TEST = 0x0008
CAN_IDENTIFY = 0x0010

# Whether the band knows the time of day (TIME_REPLY).
TIME_UNKNOWN = 0
TIME_SET = 1

# Procedures are numbered 1 to 255; 0 in a response says that the request could not be read.
PROCEDURE_UNREADABLE = 0

# Response codes: the values of the SIG's Record Access Control Point, where it has them.
CODE_SUCCESS = 0x01
CODE_OPCODE_UNSUPPORTED = 0x02
CODE_INVALID_OPERAND = 0x05
CODE_NO_RECORDS = 0x06
CODE_BUSY = 0x0A
CODE_CORRUPT = 0x10
CODE_NOT_AUTHENTICATED = 0x11
CODE_NO_KEY = 0x12
CODE_NO_ROOM = 0x13
CODE_IMAGE_REFUSED = 0x14
CODE_OUT_OF_ORDER = 0x15

# Bits of a self-test's `failed`.
SELF_TEST_INFANT_THERMOMETER = 0x0001
SELF_TEST_CAREGIVER_THERMOMETER = 0x0002
SELF_TEST_TOUCH = 0x0004
SELF_TEST_MOTION = 0x0008
SELF_TEST_FLASH = 0x0010
SELF_TEST_LOG = 0x0020
SELF_TEST_BATTERY = 0x0040
SELF_TEST_MEMORY = 0x0080
SELF_TEST_KEY = 0x0100
SELF_TEST_RADIO = 0x0200

# Switches of a configuration.
SWITCH_WORN_BY_INFANT = 0x01
SWITCH_BLINDED = 0x02

# Longer than a ward needs to find one band among its lights; each request begins anew.
IDENTIFY_S_MAX = 60

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
