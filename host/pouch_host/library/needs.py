"""The packages that a ward's own computer does not have."""

from importlib.util import find_spec

from pouch_host.errors import InputError

FRAMES = ("polars",)
STATISTICS = ("polars", "pandas", "pingouin", "scipy", "statsmodels")


def need(*names: str) -> None:
    """Say which package is missing before a traceback does.

    Raises:
        InputError: one of them is not installed.
    """
    for name in names:
        if find_spec(name) is None:
            raise InputError(
                f"this needs the Python package {name}: pip install 'pouch[research]'"
            )
