"""What a registration takes of BTstack's attribute memory (att_db_util.c).

attribute: | size u16 | flags u16 | handle u16 | UUID 2 or 16 | value |
"""

from __future__ import annotations

from pouch_sim.radio.gatt_table import Services

_HEADER_BYTES = 6
_SHORT_UUID_BYTES = 2
# Properties and value handle, before the UUID in a characteristic's declaration.
_DECLARATION_BYTES = 3
_SUBSCRIPTION_BYTES = _HEADER_BYTES + _SHORT_UUID_BYTES + 2
_FLAGS_SUBSCRIBED = 0x30

# Version, GAP service with its name, GATT service with one characteristic, end: what the port
# registers before the firmware's own.
_BASE_BYTES = 1 + 2 * ((8 + 2) + (8 + 5) + 8) + 2


def attribute_bytes(services: Services) -> int:
    """Return the bytes that services take, with those that are always there."""
    total = _BASE_BYTES
    for uuid, characteristics in services:
        total += _HEADER_BYTES + _SHORT_UUID_BYTES + len(uuid)
        for own_uuid, flags, *descriptors in characteristics:
            # Its declaration, and its value, which is kept elsewhere.
            total += _HEADER_BYTES + _SHORT_UUID_BYTES + _DECLARATION_BYTES + len(own_uuid)
            total += _HEADER_BYTES + len(own_uuid)
            if flags & _FLAGS_SUBSCRIBED:
                total += _SUBSCRIPTION_BYTES
            for described in descriptors:
                total += sum(_HEADER_BYTES + len(other) for other, _ in described)
    return total
