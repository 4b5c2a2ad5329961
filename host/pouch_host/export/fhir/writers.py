"""Files of resources: NDJSON as Bulk Data has it, and transaction Bundles.

    Observation.ndjson         each line is a resource of that type
    bundles/0000-shared.json   what infants refer to: load it first
    bundles/0001-CODE.json     one infant

An entry of a Bundle is a PUT of a resource to its own id: loaded again, it changes nothing.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from pouch_host.export.formats import joined, moved

from .codes import Resource

BUNDLES = "bundles"
SHARED = "0000-shared.json"
_HEAD = '{"resourceType":"Bundle","type":"transaction","entry":[\n'
_TAIL = "\n]}\n"


def line(resource: Resource) -> str:
    """Return a resource as one line of JSON. A number keeps its digits; NaN is refused."""
    return json.dumps(resource, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def entry(resource: Resource, text: str) -> str:
    """Return the entry of a Bundle that puts a resource to its id.

    Args:
        resource: which one.
        text: its line.
    """
    request = {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}
    return f'{{"resource":{text},"request":{line(request)}}}'


class Lines:
    """NDJSON files of one folder, one for each type; a file is there once it has a line.

    Args:
        folder: where they go.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, TextIO] = {}
        self._open = ExitStack()

    def add(self, resource: Resource) -> str:
        """Write a resource, and return its line."""
        kind = resource["resourceType"]
        if kind not in self._files:
            path = self._folder / f"{kind}.ndjson"
            self._files[kind] = self._open.enter_context(_opened(path))
        text = line(resource)
        self._files[kind].write(text + "\n")
        return text

    def close(self) -> None:
        """Close the files."""
        self._open.close()


class Bundle:
    """A transaction Bundle that is written one entry after the other.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        self._file = _opened(path)
        self._file.write(_HEAD)
        self._empty = True

    def add(self, resource: Resource, text: str) -> None:
        """Write the entry of a resource, given with its line."""
        self._file.write(("" if self._empty else ",\n") + entry(resource, text))
        self._empty = False

    def close(self) -> None:
        """End the Bundle and close the file."""
        self._file.write(_TAIL)
        self._file.close()


def _opened(path: Path) -> TextIO:
    # The same bytes on every system.
    return path.open("w", encoding="utf-8", newline="\n")


def join_lines(parts: Sequence[Path], out: Path, kinds: Iterable[str]) -> None:
    """Put the NDJSON files of parts together; a type that no part has gets no file."""
    for kind in kinds:
        pieces = [one / f"{kind}.ndjson" for one in parts]
        there = [piece for piece in pieces if piece.exists()]
        if there:
            joined(there, out / f"{kind}.ndjson")


def write_shared(parts: Sequence[Path], out: Path, shared: Iterable[Resource]) -> None:
    """Write what infants refer to: as lines, and as the Bundle that is loaded first.

    Args:
        parts: folders of parts, whose Devices are taken; one that several parts have, once.
        out: folder of the export.
        shared: further resources.
    """
    texts = [line(one) for one in shared]
    for piece in (one / "Device.ndjson" for one in parts):
        if piece.exists():
            texts += piece.read_text(encoding="utf-8").splitlines()
    lines = Lines(out)
    (out / BUNDLES).mkdir(exist_ok=True)
    bundle = Bundle(out / BUNDLES / SHARED)
    for text in dict.fromkeys(texts):
        resource = json.loads(text)
        bundle.add(resource, lines.add(resource))
    bundle.close()
    lines.close()


def move_bundles(parts: Sequence[Path], out: Path) -> None:
    """Move the Bundles of the infants of all parts to their places."""
    for number, one in enumerate(parts):
        for source in sorted((one / BUNDLES).glob("*.json")):
            moved(source, out / BUNDLES / f"{number:04}-{source.name}")
