"""Fetches the guest's Debian packages and takes out of them what the guest needs.

    build/bluez/packages/*.deb      as fetched; nothing is fetched again while they are there
    build/bluez/bluez/              the package bluez, unpacked
    build/bluez/busybox             one static program
    build/bluez/kernel/             vmlinux, modules/*.ko, and `recipe`, written last

Unpacked, the kernel's package is 400 MB, of which 70 are used: the rest is removed at once.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.bluez import kernel
from tools.bluez.errors import CannotRun

# This one names the kernel that Debian has now. The cloud kernel has no hci_vhci.
_NEWEST_KERNEL = "linux-image-amd64"
_PATTERNS = ("linux-image-*-amd64_*.deb", "bluez_*.deb", "busybox-static_*.deb")
_DEPENDS = re.compile(r"^Depends:.*?\b(linux-image-\d[^ ,]*)", re.MULTILINE)
# Where it is in today's Debian, and where it was.
_BLUETOOTHD = ("usr/libexec/bluetooth/bluetoothd", "usr/lib/bluetooth/bluetoothd")
_LIBRARY_PACKAGE = re.compile(r"\blib[a-z0-9.+-]+")


@dataclass(frozen=True)
class Parts:
    """What a guest is made of, as files on this machine.

    Attributes:
        vmlinux: the kernel, not compressed: QEMU without acceleration unpacks slowly.
        modules: the kernel's modules, in the order in which they have to be loaded.
        busybox: a static busybox.
        bluetoothd: BlueZ's daemon.
        bus_policy: the D-Bus policy that comes with it.
    """

    vmlinux: Path
    modules: tuple[Path, ...]
    busybox: Path
    bluetoothd: Path
    bus_policy: Path


def prepare(folder: Path, modules: Sequence[str]) -> Parts:
    """Return the parts of a guest, fetched and unpacked if they are not there yet.

    Args:
        folder: keeps them from one run to the next.
        modules: names of kernel modules that the guest needs; theirs are found.

    Raises:
        CannotRun: a package cannot be fetched, or lacks what is needed.
    """
    packages = folder / "packages"
    packages.mkdir(parents=True, exist_ok=True)
    kernel_deb, bluez_deb, busybox_deb = _fetched(packages) or _fetch(packages)
    bluez = folder / "bluez"
    if not bluez.is_dir():
        with tempfile.TemporaryDirectory(dir=folder) as unpacked:
            _unpack(bluez_deb, Path(unpacked) / "bluez")
            (Path(unpacked) / "bluez").rename(bluez)
    busybox = folder / "busybox"
    if not busybox.is_file():
        with tempfile.TemporaryDirectory(dir=folder) as unpacked:
            _unpack(busybox_deb, Path(unpacked))
            (found,) = Path(unpacked).rglob("bin/busybox")
            found.rename(busybox)
    bluetoothd = _find_bluetoothd(bluez, bluez_deb)
    (bus_policy,) = bluez.rglob("system.d/bluetooth.conf")
    vmlinux, module_files = _prepare_kernel(folder, kernel_deb, modules)
    return Parts(vmlinux, module_files, busybox, bluetoothd, bus_policy)


def kernel_package(description: str) -> str:
    """Return the name of the kernel's own package from what apt-cache shows of the newest.

    Raises:
        CannotRun: there is none.
    """
    found = _DEPENDS.search(description)
    if found is None:
        raise CannotRun(f"apt knows no {_NEWEST_KERNEL}: this needs Debian's kernel")
    return found.group(1)


def missing_libraries(ldd_output: str) -> list[str]:
    """Return the libraries that a program would not find, from what ldd says of it."""
    return [line.split()[0] for line in ldd_output.splitlines() if line.endswith("not found")]


def _fetched(packages: Path) -> list[Path] | None:
    found = [sorted(packages.glob(pattern)) for pattern in _PATTERNS]
    return [files[-1] for files in found] if all(found) else None


def _fetch(packages: Path) -> list[Path]:
    description = subprocess.run(
        ["apt-cache", "--no-all-versions", "show", _NEWEST_KERNEL],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    names = [kernel_package(description), "bluez", "busybox-static"]
    with tempfile.TemporaryDirectory(dir=packages) as arriving:
        result = subprocess.run(
            ["apt-get", "download", *names],
            cwd=arriving,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        # Whole or not at all: what is here is not fetched again.
        for path in Path(arriving).glob("*.deb"):
            path.rename(packages / path.name)
    found = _fetched(packages)
    if result.returncode or found is None:
        errors = [line for line in result.stderr.splitlines() if line.startswith("E:")]
        why = errors[0].removeprefix("E: ") if errors else "it left no files"
        raise CannotRun(f"apt-get download failed, try `sudo apt-get update`: {why}")
    return found


def _unpack(package: Path, folder: Path) -> None:
    result = subprocess.run(
        ["dpkg", "-x", package, folder], capture_output=True, text=True, check=False
    )
    if result.returncode:
        why = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CannotRun(f"{package} does not unpack (remove it to fetch it anew): {why}")


def _find_bluetoothd(bluez: Path, package: Path) -> Path:
    """Return bluetoothd, which takes its libraries from this machine."""
    found = next((bluez / name for name in _BLUETOOTHD if (bluez / name).is_file()), None)
    if found is None:
        raise CannotRun(f"{package.name} holds no bluetoothd")
    ldd = subprocess.run(["ldd", found], capture_output=True, text=True, check=False)
    libraries = missing_libraries(ldd.stdout)
    if libraries:
        depends = subprocess.run(
            ["dpkg-deb", "-f", package, "Depends"], capture_output=True, text=True, check=False
        ).stdout
        names = " ".join(_LIBRARY_PACKAGE.findall(depends))
        raise CannotRun(
            f"bluetoothd lacks {libraries[0]}: sudo apt-get install --no-install-recommends "
            f"{names}"
        )
    return found


def _prepare_kernel(
    folder: Path, package: Path, modules: Sequence[str]
) -> tuple[Path, tuple[Path, ...]]:
    kept = folder / "kernel"
    recipe = kept / "recipe"
    wanted = f"{package.name}\n{' '.join(modules)}\n"
    if not (recipe.is_file() and recipe.read_text().startswith(wanted)):
        shutil.rmtree(kept, ignore_errors=True)
        (kept / "modules").mkdir(parents=True)
        with tempfile.TemporaryDirectory(dir=folder) as unpacked:
            _unpack(package, Path(unpacked))
            (image,) = Path(unpacked).glob("boot/vmlinuz-*")
            (kept / "vmlinux").write_bytes(kernel.unpack_image(image.read_bytes()))
            # Debian 13 has /usr merged in its packages, too.
            (tree,) = (
                path
                for lib in ("lib", "usr/lib")
                for path in Path(unpacked).glob(f"{lib}/modules/*")
            )
            names = []
            for name, data in kernel.load_order(tree, modules):
                (kept / "modules" / f"{name}.ko").write_bytes(data)
                names.append(name)
        recipe.write_text(wanted + "\n".join(names))
    names = recipe.read_text().removeprefix(wanted).split()
    return kept / "vmlinux", tuple(kept / "modules" / f"{name}.ko" for name in names)
