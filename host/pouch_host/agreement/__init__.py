"""How far the band, an observer, a nurse's chart and a mother's diary agree.

    store, logs --> told (what each source says of each minute) --> pairs, infant by infant
                    --> statistics over all infants --> tables, figures

A minute that a source does not know never counts, as contact or as none. So every figure holds for
time that both sources know, and says beside it how much time was left out.
"""

from .result import Agreement, PairAgreement
from .run import agreement
from .told import Source

__all__ = ["Agreement", "PairAgreement", "Source", "agreement"]
