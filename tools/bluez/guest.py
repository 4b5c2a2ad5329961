"""Starts the guest under QEMU, hands on what it says, and sees to it that it ends."""

import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

# By name; those that they need are found. Beside Bluetooth's own: what the file system of the
# machine outside needs, and the ciphers that the kernel's Bluetooth asks for when it starts.
MODULES = (
    "virtio_pci", "virtio_rng", "9pnet_virtio", "9p", "overlay",
    "hmac", "sha256_generic", "sha512_generic", "ctr", "drbg",
    "cmac", "ecb", "ccm", "aes_generic", "algif_hash", "algif_skcipher", "uhid",
    "bluetooth", "hci_vhci",
)  # fmt: skip

# Two: bluetoothd and the kernel beside the test. More than the machine has would only wait.
_CORES = 2
# Python with the simulator and the store takes 150 MB; what is written lies in memory, too.
_MEMORY_MB = 1024
_KERNEL_OPTIONS = "console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on"
# The guest's own time-out ends it first, and shows its logs.
_GRACE_S = 20
_EXIT = "@exit "
TIMED_OUT = 124
NEVER_ENDED = 99


def qemu_command(vmlinux: Path, initramfs: Path, root: str = "/") -> list[str]:
    """Return how to start the guest.

    It gets this machine's files read-only, no network and no disk. Plain emulation: where /dev/kvm
    is inside another guest it often does not work, and a minute is bearable.

    Args:
        vmlinux: kernel.
        initramfs: its first file system.
        root: what it sees of this machine's files.
    """
    return [
        # QEMU goes down with whoever started it, however that one ends.
        "setpriv", "--pdeathsig", "KILL",
        "qemu-system-x86_64",
        "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-machine", "q35", "-cpu", "max", "-accel", "tcg,thread=multi,tb-size=512",
        "-smp", str(_CORES), "-m", str(_MEMORY_MB),
        "-kernel", str(vmlinux), "-initrd", str(initramfs), "-append", _KERNEL_OPTIONS,
        "-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console",
        "-device", "virtio-rng-pci",
        "-fsdev", f"local,id=host,path={root},security_model=none,readonly=on,multidevs=remap",
        "-device", "virtio-9p-pci,fsdev=host,mount_tag=host",
    ]  # fmt: skip


def exit_code(line: str) -> int | None:
    """Return the code that the guest ended with if this line says so."""
    text = line.removeprefix(_EXIT)
    return int(text) if text != line and text.isdigit() else None


def run(vmlinux: Path, initramfs: bytes, timeout_s: float, on_line: Callable[[str], None]) -> int:
    """Run the guest to its end; nothing of it is left then, whatever happens.

    Args:
        vmlinux: kernel.
        initramfs: its first file system.
        timeout_s: the guest ends itself after this; a guest that cannot is ended soon after.
        on_line: told of each line on its console.

    Returns:
        The exit code of its command; TIMED_OUT; NEVER_ENDED for a guest that ended without a word.
    """
    with tempfile.NamedTemporaryFile(prefix="pouch-bluez-", suffix=".cpio") as file:
        file.write(initramfs)
        file.flush()
        return watch(qemu_command(vmlinux, Path(file.name)), timeout_s + _GRACE_S, on_line)


def watch(command: Sequence[str], timeout_s: float, on_line: Callable[[str], None]) -> int:
    """Run a command that speaks as the guest does, and end it at the latest after `timeout_s`."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        # Ctrl-C is for whoever called this, who then comes by below.
        start_new_session=True,
    )
    assert process.stdout is not None
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    alarm = threading.Timer(timeout_s, end)
    alarm.start()
    code = NEVER_ENDED
    try:
        for line in process.stdout:
            text = line.rstrip()
            found = exit_code(text)
            if found is None:
                on_line(text)
            else:
                code = found
    finally:
        alarm.cancel()
        process.kill()
        process.wait()
        process.stdout.close()
    return TIMED_OUT if late.is_set() else code
