"""`make test-bluez`: the collector against real BlueZ, in a small guest. See CONTRIBUTING.md."""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time

from tests.bluez import lines
from tests.tidy.source import ROOT
from tools.bluez import guest, initramfs, needs, packages
from tools.bluez.errors import CannotRun

_BUILD_DIR = ROOT / "build" / "bluez"
# Python's compiled files, made outside for the guest, which would need a minute for that.
_COMPILED_DIR = _BUILD_DIR / "pycache"
_FAILED, _CANNOT_RUN, _INTERRUPTED = 1, 2, 130
# Under three minutes on two cores that others use too.
_TIMEOUT_S = 420
_KERNEL_BUG = "kernel BUG at"


def main():
    """Do it; return the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_INTERRUPTED))
    began_s = time.monotonic()

    def say(text):
        print(f"bluez: {time.monotonic() - began_s:5.1f} s  {text}", flush=True)

    try:
        reason = run(say)
    except CannotRun as error:
        print(f"make test-bluez cannot run: {error}", file=sys.stderr)
        return _CANNOT_RUN
    except KeyboardInterrupt:
        return _INTERRUPTED
    if reason:
        print(f"make test-bluez failed: {reason}", file=sys.stderr)
        return _FAILED
    say("passed")
    return 0


def run(say):
    """Build the guest and try the scenario in it; return "" or what went wrong.

    Args:
        say: told of each step.

    Raises:
        CannotRun: this machine lacks something.
    """
    needs.check()
    if not _BUILD_DIR.exists():
        say("fetching a kernel and bluez from Debian, some 75 MB; once")
    parts = packages.prepare(_BUILD_DIR, guest.MODULES)
    with tempfile.TemporaryDirectory(prefix="pouch-bluez-") as folder:
        # Not here: this process has its own idea of where compiled files belong.
        if subprocess.run(python_command("tests.bluez.recorded", folder), check=False).returncode:
            return "no band could be recorded outside of the guest"
        say("a band has recorded for three hours")
        settings = guest_settings(parts, python_command("tests.bluez.scenario", folder))
        archive = initramfs.build(parts, settings)
        outcome = lines.Outcome()

        def take(line):
            if outcome.take(line):
                say(outcome.steps[-1])

        code = guest.run(parts.vmlinux, archive, _TIMEOUT_S, take)
    reason = outcome.verdict(code, guest.TIMED_OUT, guest.NEVER_ENDED)
    if any(_KERNEL_BUG in line for line in outcome.log):
        # Linux 6.1 frees an L2CAP channel twice now and then (hci_chan_del): no fault of ours.
        reason = "the guest's kernel has a bug and fell over it: run it again"
    if reason:
        print("\n".join(outcome.log), file=sys.stderr)
    return reason


def python_command(module, *arguments):
    """Return a command that runs a module of the tests here or in the guest, which sees the same.

    Args:
        module: dotted name.
        arguments: of the module.
    """
    folders = os.pathsep.join(str(ROOT / name) for name in ("protocol", "host", "sim", "."))
    return [
        "env",
        "-u", "PYTHONDONTWRITEBYTECODE",
        f"PYTHONPYCACHEPREFIX={_COMPILED_DIR}",
        f"PYTHONPATH={folders}",
        sys.executable, "-m", module, *arguments,
    ]  # fmt: skip


def guest_settings(parts, command):
    """Return what guest_init.sh is told.

    Args:
        parts: what the guest is made of.
        command: what it runs, in the repository's root.
    """
    return {
        "TIMEOUT_S": str(_TIMEOUT_S),
        "BLUETOOTHD": str(parts.bluetoothd),
        "BUS_POLICY": str(parts.bus_policy),
        "COMMAND": f"cd {shlex.quote(str(ROOT))} && exec {shlex.join(command)}",
    }


if __name__ == "__main__":
    sys.exit(main())
