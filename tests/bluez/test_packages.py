"""What is fetched for the guest and taken out of it, with an apt-get that only takes notes."""

import lzma
import struct

import pytest

from tools.bluez import kernel, packages
from tools.bluez.errors import CannotRun

ELF = b"\x7fELF and the rest"
SHOWN = "Package: linux-image-amd64\nDepends: linux-image-6.1.0-56-amd64 (= 6.1.192-2)\n"
KERNEL = "linux-image-6.1.0-56-amd64_6.1_amd64.deb"

APT_GET = """#!/bin/sh
echo "$*" >>"$NOTES"
if [ -n "$BROKEN" ]; then echo 'W: first' >&2; echo "E: $BROKEN" >&2; exit 100; fi
shift
for name in "$@"; do touch "${name}_6.1_amd64.deb"; done
"""
# Unpacks what the test has laid ready beside it.
DPKG = """#!/bin/sh
mkdir -p "$3"
case $2 in
*linux-image*) cp -R "$READY/kernel/." "$3" ;;
*bluez*) cp -R "$READY/bluez/." "$3" ;;
*) mkdir -p "$3/usr/bin"; echo static >"$3/usr/bin/busybox" ;;
esac
"""
SCRIPTS = {
    "apt-cache": '#!/bin/sh\nprintf "%s" "$SHOWN"\n',
    "apt-get": APT_GET,
    "dpkg": DPKG,
    "dpkg-deb": "#!/bin/sh\necho 'libc6 (>= 2.34), libglib2.0-0 (>= 2.31.8), kmod, udev'\n",
    "ldd": '#!/bin/sh\nprintf "%s" "$LDD"\n',
}


def module(*depends):
    return ELF + b"\0license=GPL\0depends=" + ",".join(depends).encode() + b"\0name=x\0"


def boot_image(payload):
    """Return a bzImage whose compressed part is `payload`."""
    image = bytearray(3 * 512)
    image[0x1F1] = 1
    image[0x202:0x206] = b"HdrS"
    image[0x248:0x250] = struct.pack("<II", 100, len(payload))
    image[2 * 512 + 100 :] = payload
    return bytes(image) + b"what is behind"


@pytest.fixture
def debian(tmp_path, monkeypatch):
    """Put made-up commands of Debian's first in PATH; return the folder of what they unpack."""
    ready = tmp_path / "ready"
    tree = ready / "kernel" / "lib" / "modules" / "6.1.0-56-amd64"
    tree.mkdir(parents=True)
    (tree / "one.ko").write_bytes(module("two-b"))
    (tree / "two-b.ko").write_bytes(module())
    (ready / "kernel" / "boot").mkdir()
    (ready / "kernel" / "boot" / "vmlinuz-6").write_bytes(boot_image(lzma.compress(ELF)))
    for name in ("usr/libexec/bluetooth/bluetoothd", "etc/dbus-1/system.d/bluetooth.conf"):
        (ready / "bluez" / name).parent.mkdir(parents=True)
        (ready / "bluez" / name).touch()
    commands = tmp_path / "commands"
    commands.mkdir()
    for name, text in SCRIPTS.items():
        (commands / name).write_text(text)
        (commands / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(commands), prepend=":")
    for name, value in (("READY", ready), ("SHOWN", SHOWN), ("NOTES", tmp_path / "notes")):
        monkeypatch.setenv(name, str(value))
    return ready


def notes(tmp_path):
    return (tmp_path / "notes").read_text().splitlines()


def test_prepare_fetches_once_and_keeps_what_the_guest_needs(tmp_path, debian):
    build = tmp_path / "build"
    for _ in range(2):
        parts = packages.prepare(build, ["one"])
        assert parts.vmlinux.read_bytes() == ELF
        assert [path.name for path in parts.modules] == ["two_b.ko", "one.ko"]
        assert parts.modules[1].read_bytes() == module("two-b")
        assert parts.busybox.read_text() == "static\n"
        assert parts.bluetoothd.is_file()
        assert parts.bus_policy.is_file()
    assert notes(tmp_path) == ["download linux-image-6.1.0-56-amd64 bluez busybox-static"]
    # The kernel's 400 MB and what was on its way are gone.
    assert {path.name for path in build.iterdir()} == {"packages", "bluez", "busybox", "kernel"}
    assert len(list((build / "packages").iterdir())) == 3


def test_prepare_other_modules_are_taken_out_anew_and_not_fetched(tmp_path, debian):
    packages.prepare(tmp_path / "build", ["one"])
    parts = packages.prepare(tmp_path / "build", ["two_b"])
    assert [path.name for path in parts.modules] == ["two_b.ko"]
    assert len(notes(tmp_path)) == 1


def test_prepare_after_a_break_in_the_middle_starts_that_part_anew(tmp_path, debian):
    packages.prepare(tmp_path / "build", ["one"])
    (tmp_path / "build" / "kernel" / "recipe").unlink()
    (tmp_path / "build" / "kernel" / "modules" / "one.ko").write_bytes(b"half")
    parts = packages.prepare(tmp_path / "build", ["one"])
    assert parts.modules[1].read_bytes() == module("two-b")


def test_prepare_without_a_network_says_why_in_one_line(tmp_path, debian, monkeypatch):
    monkeypatch.setenv("BROKEN", "Failed to fetch the kernel")
    with pytest.raises(CannotRun, match=r"apt-get update`: Failed to fetch the kernel$"):
        packages.prepare(tmp_path / "build", ["one"])


def test_prepare_on_a_debian_without_its_kernel_says_so(tmp_path, debian, monkeypatch):
    monkeypatch.setenv("SHOWN", "")
    with pytest.raises(CannotRun, match="this needs Debian's kernel"):
        packages.prepare(tmp_path / "build", ["one"])


def test_prepare_lacking_libraries_of_bluetoothd_names_their_packages(
    tmp_path, debian, monkeypatch
):
    monkeypatch.setenv("LDD", "\tlibc.so.6 => /lib/libc.so.6 (0x1)\n\tlibglib.so => not found\n")
    with pytest.raises(CannotRun, match=r"lacks libglib.so: .* libc6 libglib2\.0-0$"):
        packages.prepare(tmp_path / "build", ["one"])


def test_prepare_a_module_that_the_kernel_has_not_is_named(tmp_path, debian):
    with pytest.raises(CannotRun, match=r"kernel 6\.1\.0-56-amd64 has no module hci_vhci"):
        packages.prepare(tmp_path / "build", ["one", "hci_vhci"])


def test_load_order_leaves_out_what_is_built_in_and_unpacks_the_rest(tmp_path):
    (tmp_path / "modules.builtin").write_text("kernel/lib/in-kernel.ko\n")
    (tmp_path / "a.ko.xz").write_bytes(lzma.compress(module("b", "in_kernel")))
    (tmp_path / "b.ko").write_bytes(module())
    order = list(kernel.load_order(tmp_path, ["in_kernel", "a", "b"]))
    assert order == [("b", module()), ("a", module("b", "in_kernel"))]


@pytest.mark.parametrize(
    "image",
    [b"no kernel at all", boot_image(b"packed in no known way"), boot_image(b"\xfd7zXZ\0 torn")],
)
def test_kernel_image_of_another_kind_is_used_as_it_is(image):
    assert kernel.unpack_image(image) == image
