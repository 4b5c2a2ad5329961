"""Celsius and Fahrenheit. The store and all rules are in Celsius; only what is shown is turned."""

CELSIUS = "c"
FAHRENHEIT = "f"
UNITS = (CELSIUS, FAHRENHEIT)

_SIGNS = {CELSIUS: "°C", FAHRENHEIT: "°F"}
_FAHRENHEIT_PER_CELSIUS = 1.8
_FREEZING_F = 32.0


def to_unit(temperature_c: float, unit: str) -> float:
    """Return a temperature in degrees Celsius in the unit that is shown.

    Args:
        temperature_c: in degrees Celsius.
        unit: "c" or "f".
    """
    return difference_to_unit(temperature_c, unit) + (_FREEZING_F if unit == FAHRENHEIT else 0.0)


def difference_to_unit(difference_c: float, unit: str) -> float:
    """Return a difference of two temperatures, such as a doubt, in the unit that is shown."""
    return difference_c * _FAHRENHEIT_PER_CELSIUS if unit == FAHRENHEIT else difference_c


def sign(unit: str) -> str:
    """Return "°C" or "°F"."""
    return _SIGNS[unit]
