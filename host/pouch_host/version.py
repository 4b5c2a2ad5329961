"""The version of this program, for people and beside results."""

from importlib import metadata


def version_text() -> str:
    """Return the version of the installed package, or words that say there is none."""
    try:
        return metadata.version("pouch")
    except metadata.PackageNotFoundError:
        return "(run from a source tree, not installed)"
