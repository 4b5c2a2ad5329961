"""How much cover an infant needs in a room: what whoever looks after it would find out by touch.

A standing balance at 36.8 C: what the infant makes against what goes to the air through cloth,
through the head and by evaporation. It is coarser than the world's own heat balance, which has
vessels and time, and is only used to draw people who do not freeze by mistake.
"""

from pouch_sim.world import covers
from pouch_sim.world.plan import Infant

# From there on wrapping hardly helps a small body (domain.md 4.2).
COVER_TOG_MAX = 5.0
INCUBATOR_C = (32.0, 37.0)

_CORE_C = 36.8
# Tissue under skin whose vessels are at ease, and the head's share of the skin.
_TISSUE_M2K_PER_W = 1.0 / 28.0
_HEAD_SHARE = 0.2
_EVAPORATED_W_PER_M2 = 5.0
# Brown fat: a term infant can double its heat, one of 28 weeks makes a third more. It uses some of
# that when it is covered as usual, and most of it where cover is at its end (choices).
_FAT_PRETERM, _FAT_SPAN, _PRETERM_WEEKS, _FAT_WEEKS = 0.35, 0.65, 28.0, 10.0
_USED_WELL, _USED_AT_MOST = 0.6, 0.8
_M2K_PER_W_PER_TOG = 0.1
_STEPS = 20


def needed_tog(infant: Infant, air_c: float, cap_tog: float) -> float | None:
    """Return the cover in tog that keeps an infant warm in a cot; None where no cover does.

    Args:
        infant: who.
        air_c: temperature of the room when it is coolest.
        cap_tog: what covers its head.
    """
    if _lost_w(infant, air_c, COVER_TOG_MAX, cap_tog) > _made_w(infant, _USED_AT_MOST):
        return None
    made_w = _made_w(infant, _USED_WELL)
    low, high = 0.0, COVER_TOG_MAX
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        enough = _lost_w(infant, air_c, middle, cap_tog) <= made_w
        low, high = (low, middle) if enough else (middle, high)
    return high


def incubator_c(infant: Infant) -> float:
    """Return the air in which a bare infant stays warm, within what an incubator gives."""
    low, high = INCUBATOR_C
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        enough = _lost_w(infant, middle, 0.0, 0.0) <= _made_w(infant, _USED_WELL)
        low, high = (low, middle) if enough else (middle, high)
    return high


def _made_w(infant: Infant, used: float) -> float:
    """Return the heat of an infant that uses a share of its brown fat."""
    ripe = min(max((infant.gestation_weeks - _PRETERM_WEEKS) / _FAT_WEEKS, 0.0), 1.0)
    more = used * (_FAT_PRETERM + _FAT_SPAN * ripe)
    return (1.0 + more) * infant.metabolic_w_per_kg * infant.weight_kg


def _lost_w(infant: Infant, air_c: float, cover_tog: float, cap_tog: float) -> float:
    body = covers.body_m2k_per_w(cover_tog, covers.girth_cm(infant.weight_kg))
    head = covers.INFANT_AIR_M2K_PER_W + _M2K_PER_W_PER_TOG * cap_tog
    per_k = (1.0 - _HEAD_SHARE) / (_TISSUE_M2K_PER_W + body) + _HEAD_SHARE / (
        _TISSUE_M2K_PER_W + head
    )
    dry_w_per_m2 = (_CORE_C - air_c) * per_k
    return covers.area_m2(infant.weight_kg) * (dry_w_per_m2 + _EVAPORATED_W_PER_M2)
