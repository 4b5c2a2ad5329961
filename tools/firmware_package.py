"""Write firmware/package.json: the files that `mip` copies to a board, and where they go.

The list is made from the tree, so that a new driver is never forgotten; a test compares the two.
"""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE_FILE = ROOT / "firmware" / "package.json"
FIRMWARE_PACKAGES = ("band", "boards", "drivers")
PROTOCOL_PACKAGE = "pouch_protocol"


def package_urls(root: Path) -> list[list[str]]:
    """Return [path on the board, path from firmware/] for each file that a board needs.

    Args:
        root: the repository.
    """
    firmware = root / "firmware"
    protocol = root / "protocol"
    urls = []
    for path in sorted((protocol / PROTOCOL_PACKAGE).rglob("*.py")):
        name = path.relative_to(protocol).as_posix()
        urls.append([f"lib/{name}", f"../protocol/{name}"])
    for package in FIRMWARE_PACKAGES:
        paths = sorted((firmware / package).rglob("*.py"))
        urls += [[path.relative_to(firmware).as_posix()] * 2 for path in paths]
    # Last: a board whose copying broke off must not start half a program at its next boot.
    urls.append(["main.py", "main.py"])
    return urls


def package_text(root: Path, version: str) -> str:
    """Return the text of package.json, one file a line so that a diff names what changed.

    Args:
        root: the repository.
        version: the firmware's version, for people; mip itself ignores it.
    """
    lines = ",\n".join(f"        {json.dumps(url)}" for url in package_urls(root))
    return f'{{\n    "version": {json.dumps(version)},\n    "urls": [\n{lines}\n    ]\n}}\n'


def main() -> None:
    """Write the file anew, keeping its version."""
    version = json.loads(PACKAGE_FILE.read_text(encoding="utf-8"))["version"]
    PACKAGE_FILE.write_text(package_text(ROOT, version), encoding="utf-8")


if __name__ == "__main__":
    main()
