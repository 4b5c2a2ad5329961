"""The folder that a command was told to write to."""

from pathlib import Path
from tempfile import TemporaryFile

from pouch_host.errors import InputError


def make_room(out_dir: Path, store_name: str) -> Path:
    """Make the folder if it is absent; return the path of the store to be made in it.

    Args:
        out_dir: the folder that the person chose with `--out`.
        store_name: the store's file name.

    Raises:
        InputError: there is a store already, or nothing can be written there.
    """
    path = out_dir / store_name
    try:
        if path.exists():
            raise InputError(f"{path} exists already: choose another --out")
        out_dir.mkdir(parents=True, exist_ok=True)
        # Whether this process may write there is found out by writing: a mode does not say it.
        with TemporaryFile(dir=out_dir):
            pass
    except OSError as error:
        raise InputError(f"--out {out_dir}: cannot write there: {error.strerror}") from error
    return path
