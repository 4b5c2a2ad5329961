"""Is a face touched? Each electrode against its own slow dry level: a jump is skin, drift is not.

    untouched  --- jump of 3 pF ----------------------------------------> touched
        ^  |                                                                 |
        |  +--- 3 pF over the dry level, without a jump --> unknown --jump-->+
        |                                                     |              |
        +<---- back within 2 pF of the dry level -------------+              |
        +<---- within 2 pF of the dry level, or falls by half its excess ----+

An electrode is near 2 pF dry and some 7 pF more under skin, which comes and goes within one or
two samples. Humidity and milk that dries change it by tenths of a picofarad an hour: the dry
level follows. Sweat, milk or a wet nappy soak it by several picofarads over minutes: that is
neither dry nor touched, and one channel cannot tell what else it is, so the answer is unknown
until it jumps or dries. In contact the dry level stays as it is, however long that lasts.

After contact a wet electrode falls by most of what skin added, and not to its old dry level. That
is the end of contact too, and the level it falls to is the one that the next contact must exceed.

What this cannot know: an electrode soaked up to 20 pF before the band started, or during a gap of
ten minutes, passes for touched until it falls, and so does one that a splash soaks within a
minute. Skin that comes closer over minutes without a jump is unknown, never touched.
"""

from micropython import const

# Picofarads times 512, as in a sample record.
# Over the dry level by this: touched, or soaked. The host's first rule has 5 pF, which is the
# same at a dry level of 2 pF.
_ON_PF512 = const(1536)  # 3 pF
_OFF_PF512 = const(1024)  # 2 pF
# What makes a rise or a fall a jump. Five times the noise in contact, 0.25 pF.
_JUMP_PF512 = const(1024)  # 2 pF
# A jump is complete within this: two samples of 30 s and some lateness.
_JUMP_S = const(75)

# Where the dry level starts. It is not taken from the first value: a band that starts while it
# is worn would learn the touched level as dry, and miss contact until it ends.
_DRY_START_PF512 = const(1024)  # 2 pF
# A first value over this is no dry skin alone: the electrode is soaked, touched or not.
_SOAKED_PF512 = const(10240)  # 20 pF

# Time constants. Upward slow, so that hours of weak contact do not become the dry level; downward
# quick, because nothing but drying lowers it. In a soaked state and in contact the level is
# followed within minutes, to see the next jump.
_RISE_S = const(7200)
_FALL_S = const(300)
_FOLLOW_S = const(600)

# After a gap longer than this nothing is known of jumps in it: as after a start.
_GAP_S = const(600)

# The levels are kept 16 times finer, so that a time constant of two hours moves them at all.
_FINE = const(4)


class _Electrode:
    """One electrode; see the module."""

    def __init__(self) -> None:
        self.dry = _DRY_START_PF512 << _FINE
        # What is followed in contact and when soaked.
        self.level = 0
        self.touched = None
        # Recent values, newest last, and how old each is.
        self._recent = []
        self._missing_s = _GAP_S + 1

    def update(self, value: "int | None", dt_s: int) -> "bool | None":
        """Take one value; return whether the face is touched, None if that is not known."""
        self._missing_s += dt_s
        if value is None:
            return None
        if self._missing_s > _GAP_S:
            self._begin(value)
        else:
            self._step(value, self._missing_s)
        self._remember(value, self._missing_s)
        self._missing_s = 0
        return self.touched

    def _begin(self, value: int) -> None:
        """Judge a value that nothing is known before, or nothing recent."""
        # What was soaked before a gap may have dried in it: a high value can mean either.
        was_soaked = (self.dry >> _FINE) >= _DRY_START_PF512 + _ON_PF512
        self.dry = min(_DRY_START_PF512, value) << _FINE
        self.level = value << _FINE
        self._recent = []
        if value - (self.dry >> _FINE) < _ON_PF512:
            self.touched = False
        elif was_soaked or value >= _SOAKED_PF512:
            self.touched = None
        else:
            self.touched = True

    def _step(self, value: int, dt_s: int) -> None:
        rise = value - (self.dry >> _FINE)
        if self.touched:
            self._step_touched(value, rise, dt_s)
        elif self._jumped(value):
            if self.touched is None:
                self.dry = self.level
            self.touched = True
            self.level = value << _FINE
        elif rise < (_OFF_PF512 if self.touched is None else _ON_PF512):
            self.touched = False
            self.dry = _followed(self.dry, value, dt_s, _FALL_S if rise < 0 else _RISE_S)
        else:
            if self.touched is False:
                self.level = value << _FINE
            self.touched = None
            self.level = _followed(self.level, value, dt_s, _FOLLOW_S)

    def _jumped(self, value: int) -> bool:
        """Tell whether a value is skin that came: over what lay there before, and at once."""
        base = self.level if self.touched is None else self.dry
        risen = value - min(self._recent_values())
        return value - (base >> _FINE) >= _ON_PF512 and risen >= _JUMP_PF512

    def _step_touched(self, value: int, rise: int, dt_s: int) -> None:
        half = (self.level - self.dry) >> _FINE + 1
        if rise < _OFF_PF512:
            self.touched = False
        elif rise < half and max(self._recent_values()) - value >= _JUMP_PF512:
            self.touched = False
            self.dry = value << _FINE
        else:
            self.level = _followed(self.level, value, dt_s, _FOLLOW_S)

    def _recent_values(self) -> list:
        return [value for value, _ in self._recent]

    def _remember(self, value: int, dt_s: int) -> None:
        """Keep what is young enough to see a jump from, and always the last value."""
        kept = [(old, age_s + dt_s) for old, age_s in self._recent if age_s + dt_s < _JUMP_S]
        kept.append((value, 0))
        self._recent = kept


def _followed(level: int, value: int, dt_s: int, constant_s: int) -> int:
    """Return a level moved towards a value, as far as a time allows."""
    return level + ((value << _FINE) - level) * dt_s // max(constant_s, dt_s)


class TouchBaseline:
    """Both faces' electrodes, each against its own dry level."""

    def __init__(self) -> None:
        """Start with nothing known: the first values decide, see the module."""
        self._infant = _Electrode()
        self._caregiver = _Electrode()

    def update(self, infant_pf512, caregiver_pf512, dt_s: int) -> tuple:
        """Take the electrodes of one sample.

        Args:
            infant_pf512: infant face, 1/512 pF, or None where it is missing.
            caregiver_pf512: caregiver face, likewise.
            dt_s: seconds since the last call, 0 or more; of the first call it does not matter.

        Returns:
            Whether the infant and the caregiver face are touched: True, False, or None where that
            is not known.
        """
        return (
            self._infant.update(infant_pf512, dt_s),
            self._caregiver.update(caregiver_pf512, dt_s),
        )
