"""What this installation is: its version, its method, its tables."""

from pouch_host.analysis.parameters import default_parameters
from pouch_host.export.columns import TABLES as _TABLES
from pouch_host.version import version_text

__version__: str = version_text()
"""Version of the package; it follows semantic versioning (docs/API.md)."""

ALGORITHM_VERSION: str = default_parameters().algorithm_version
"""Method and parameters with which this installation derives; beside every derived row."""

TABLES: tuple[str, ...] = tuple(one.name for one in _TABLES)
"""Names of the tables that a study has."""
