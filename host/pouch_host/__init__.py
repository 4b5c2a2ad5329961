"""Hours of skin-to-skin contact and chest skin temperature of newborns, from chest bands.

For a researcher (needs `pip install 'pouch[research]'`; docs/API.md):

    import pouch_host as pouch

    with pouch.open_store("ward.sqlite") as study:
        days = study.days()

For a ward this package is what it runs: it collects from bands, stores, works out hours of
contact, shows them. It imports `pouch_protocol` and never the simulator: what runs against
simulated bands is exactly what runs against real ones.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import figures as figures
    from .agreement.estimate import Estimate as Estimate
    from .agreement.hours_statistics import BlandAltman as BlandAltman
    from .agreement.result import PairAgreement as PairAgreement
    from .agreement.table_statistics import Yes as ContactAgreement
    from .errors import HostError as HostError
    from .errors import InputError as InputError
    from .errors import StoreError as StoreError
    from .library.comparison import Comparison as Comparison
    from .library.facts import ALGORITHM_VERSION as ALGORITHM_VERSION
    from .library.facts import TABLES as TABLES
    from .library.facts import __version__ as __version__
    from .library.opening import open_store as open_store
    from .library.samples import Analysis as Analysis
    from .library.samples import analyse as analyse
    from .library.statistics import bland_altman as bland_altman
    from .library.statistics import contact_agreement as contact_agreement
    from .library.statistics import icc as icc
    from .library.study import Study as Study

__all__ = [
    "ALGORITHM_VERSION",
    "TABLES",
    "Analysis",
    "BlandAltman",
    "Comparison",
    "ContactAgreement",
    "Estimate",
    "HostError",
    "InputError",
    "PairAgreement",
    "StoreError",
    "Study",
    "__version__",
    "analyse",
    "bland_altman",
    "contact_agreement",
    "figures",
    "icc",
    "open_store",
]

# Where each public name is, and what it is called there. Nothing is loaded before it is asked
# for: each command imports this package first, and `pouch --help` has to be quick.
_WHERE = {
    "ALGORITHM_VERSION": ("library.facts", ""),
    "TABLES": ("library.facts", ""),
    "Analysis": ("library.samples", ""),
    "BlandAltman": ("agreement.hours_statistics", ""),
    "Comparison": ("library.comparison", ""),
    "ContactAgreement": ("agreement.table_statistics", "Yes"),
    "Estimate": ("agreement.estimate", ""),
    "HostError": ("errors", ""),
    "InputError": ("errors", ""),
    "PairAgreement": ("agreement.result", ""),
    "StoreError": ("errors", ""),
    "Study": ("library.study", ""),
    "__version__": ("library.facts", ""),
    "analyse": ("library.samples", ""),
    "bland_altman": ("library.statistics", ""),
    "contact_agreement": ("library.statistics", ""),
    "icc": ("library.statistics", ""),
    "open_store": ("library.opening", ""),
}


if not TYPE_CHECKING:
    # Hidden from type checkers, for which every wrong name would be right with it.
    def __getattr__(name: str) -> object:
        if name == "figures":
            return import_module(f"{__name__}.figures")
        if name not in _WHERE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module, other = _WHERE[name]
        value = getattr(import_module(f"{__name__}.{module}"), other or name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
