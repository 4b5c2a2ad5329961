"""How the boards' Bluetooth host stacks differ, where a firmware can see it.

Sources: MicroPython 1.27 to 1.29, extmod/nimble and extmod/btstack (modbluetooth_*.c,
btstack_config_common.h); BTstack, src/ble/att_server.c, src/ble/att_db_util.c and src/hci.c; and
both stacks run over virtual controllers.
"""

from __future__ import annotations

from dataclasses import dataclass

# What `config(addr_mode=...)` takes.
ADDRESS_PUBLIC = 0
ADDRESS_STATIC = 1
ADDRESS_RESOLVABLE = 2
ADDRESS_NON_RESOLVABLE = 3


@dataclass(frozen=True)
class StackProfile:
    """One stack on its board.

    Attributes:
        gap_name: the device's name after a start.
        mtu: the longest MTU that it grants after a start.
        address_modes: those that it knows.
        has_public_address: whether the board's chip has one; it is used until another is set.
        address_changes_on_air: whether another address may be set while it advertises.
        can_pair: whether it knows the settings of pairing.
        asks_for_secrets: whether it asks the firmware for keys while it starts.
        checks_length: whether it refuses an advertisement that is too long; else it sends what
            lies behind it.
        buffers: values under way at once, in the controller and in the stack's own memory.
        queued_bytes_max: what it takes beyond them onto the firmware's heap, where it takes any;
            None where it says ENOMEM. A stand-in for the heap that is full: the stack then writes
            to address zero.
        confirms_each: whether each of two quick indications is told to be done; else only one is.
        connections_max: centrals at a time; while there are so many it does not advertise.
        advertises_again: whether it goes on to advertise by itself when a central has left.
        attribute_bytes_max: memory for the attributes; None for no limit of its own.
        event_at_end: number of the event of a disconnection.
        tells_peer_at_end: whether a disconnection comes with the peer's address.
        status_timed_out: status of an indication that nobody confirmed.
        status_disconnected: status of one whose central left.
        errno_no_connection: what a value for a connection that is gone is refused with.
    """

    gap_name: bytes
    mtu: int
    address_modes: frozenset[int]
    has_public_address: bool
    address_changes_on_air: bool
    can_pair: bool
    asks_for_secrets: bool
    checks_length: bool
    buffers: int
    queued_bytes_max: int | None
    confirms_each: bool
    connections_max: int
    advertises_again: bool
    attribute_bytes_max: int | None
    event_at_end: int
    tells_peer_at_end: bool
    status_timed_out: int
    status_disconnected: int
    errno_no_connection: str


NIMBLE = StackProfile(
    gap_name=b"MPY ESP32",
    mtu=256,
    address_modes=frozenset(
        (ADDRESS_PUBLIC, ADDRESS_STATIC, ADDRESS_RESOLVABLE, ADDRESS_NON_RESOLVABLE)
    ),
    # Burnt into the ESP32-C3, the Wi-Fi address plus two (ESP-IDF, MAC addresses).
    has_public_address=True,
    # The controller disallows it, and the port asserts that it does not.
    address_changes_on_air=False,
    can_pair=True,
    asks_for_secrets=True,
    checks_length=True,
    # Measured with a paced controller: notifications taken before the first ENOMEM.
    buffers=16,
    queued_bytes_max=None,
    confirms_each=False,
    # ports/esp32/boards/sdkconfig.ble.
    connections_max=4,
    advertises_again=False,
    attribute_bytes_max=None,
    event_at_end=2,
    tells_peer_at_end=True,
    # BLE_HS_ETIMEOUT, BLE_HS_ENOTCONN.
    status_timed_out=13,
    status_disconnected=7,
    errno_no_connection="ENOTCONN",
)

BTSTACK = StackProfile(
    gap_name=b"MPY BTSTACK",
    mtu=517,
    address_modes=frozenset((ADDRESS_PUBLIC, ADDRESS_STATIC)),
    # The Wi-Fi address plus one (pico-sdk, btstack_hci_transport_cyw43.c).
    has_public_address=True,
    address_changes_on_air=True,
    # The CMake build leaves pairing out.
    can_pair=False,
    asks_for_secrets=False,
    checks_length=False,
    # Those of a CYW43439 are in no document. They only decide when the queue on the heap begins.
    buffers=8,
    # A Pico W has some 190 kB of heap, of which the firmware as .mpy files and its data take 122:
    # 64 kB of values and of what the stack keeps with each is what a band could give at best.
    queued_bytes_max=64 * 1024,
    confirms_each=True,
    connections_max=1,
    advertises_again=True,
    attribute_bytes_max=512,
    # 8 where it has forgotten the connection by then, which is a matter of moments.
    event_at_end=2,
    tells_peer_at_end=False,
    # ATT_HANDLE_VALUE_INDICATION_TIMEOUT and _DISCONNECT.
    status_timed_out=0x91,
    status_disconnected=0x92,
    # btstack_error_to_errno makes it of whatever it does not know.
    errno_no_connection="EINVAL",
)
