"""Needs, first file system and life of the guest, without a guest."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from tools.bluez import guest, initramfs, needs
from tools.bluez.errors import CannotRun
from tools.bluez.packages import Parts

ALL_COMMANDS = {"apt-get", "dpkg", *needs.COMMANDS}


def check(commands=ALL_COMMANDS, system="linux", machine="x86_64"):
    needs.check(
        system=system, machine=machine, which=lambda name: name if name in commands else None
    )


def test_needs_all_there_is_no_error():
    check()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"system": "darwin"}, "needs Linux on x86_64, and this is darwin on x86_64"),
        ({"machine": "aarch64"}, "needs Linux on x86_64, and this is linux on aarch64"),
        ({"commands": {*needs.COMMANDS}}, "no apt-get"),
        (
            {"commands": {"apt-get", "dpkg", "dbus-daemon"}},
            "sudo apt-get install --no-install-recommends qemu-system-x86$",
        ),
        (
            {"commands": {"apt-get", "dpkg"}},
            "sudo apt-get install --no-install-recommends qemu-system-x86 dbus$",
        ),
    ],
)
def test_needs_something_missing_is_one_line_that_says_what_to_do(changes, message):
    with pytest.raises(CannotRun, match=message) as caught:
        check(**changes)
    assert "\n" not in str(caught.value)


def entries(archive):
    """Return `{name: (mode, data)}` of a newc archive, in its order."""
    found, at = {}, 0
    while at < len(archive):
        assert archive[at : at + 6] == b"070701"
        numbers = [int(archive[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
        mode, size, name_bytes = numbers[1], numbers[6], numbers[11]
        at += 110
        name = archive[at : at + name_bytes - 1].decode()
        at += name_bytes + -(110 + name_bytes) % 4
        found[name] = (mode, archive[at : at + size])
        at += size + -size % 4
    return found


def test_archive_holds_what_it_was_given_and_ends_as_the_kernel_expects():
    found = entries(initramfs.archive(["bin"], [("bin/a", b"12345", 0o755), ("b", b"", 0o644)]))
    assert found == {
        "bin": (0o040755, b""),
        "bin/a": (0o100755, b"12345"),
        "b": (0o100644, b""),
        "TRAILER!!!": (0, b""),
    }


def test_initramfs_has_modules_in_their_order_and_an_init_that_starts(tmp_path):
    for name in ("busybox", "second.ko", "first.ko"):
        (tmp_path / name).write_bytes(name.encode())
    modules = (tmp_path / "second.ko", tmp_path / "first.ko")
    parts = Parts(tmp_path / "vmlinux", modules, tmp_path / "busybox", tmp_path, tmp_path)
    found = entries(initramfs.build(parts, {"COMMAND": "echo"}))
    assert found["order"][1] == b"second.ko\nfirst.ko\n"
    assert found["modules/first.ko"][1] == b"first.ko"
    assert found["init"] == (0o100755, initramfs.INIT.read_bytes())
    interpreter = found["init"][1].split(b"\n")[0].removeprefix(b"#!/").decode()
    assert found[interpreter][0] == 0o100755


def test_settings_with_quotes_reach_the_shell_as_they_are():
    value = """cd '/a b' && echo "$HOME" `id`"""
    script = initramfs.shell_settings({"COMMAND": value}) + 'printf %s "$COMMAND"'
    shown = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout == value


def test_init_is_a_shell_script():
    subprocess.run(["sh", "-n", initramfs.INIT], check=True)


def test_guest_writes_nothing_to_the_machine_outside(tmp_path):
    command = guest.qemu_command(tmp_path / "vmlinux", tmp_path / "initramfs")
    shares = [text for text in command if text.startswith("local,")]
    assert len(shares) == 1
    assert "readonly=on" in shares[0]
    assert not [text for text in command if text in ("-drive", "-netdev", "-nic", "-hda")]


def watch(script, timeout_s=60.0, on_line=None):
    lines = []
    command = [sys.executable, "-c", script]
    return guest.watch(command, timeout_s, on_line or lines.append), lines


@pytest.mark.parametrize(("text", "code"), [("@exit 0", 0), ("@exit 7\\r", 7), ("@exit x", 99)])
def test_watch_the_code_is_what_the_guest_says(text, code):
    assert watch(f"print('one\\r'); print('{text}')")[0] == code


def test_watch_hands_on_each_line_without_its_end():
    assert watch("print('one\\r'); print(' two'); print('@exit 0')")[1] == ["one", " two"]


def test_watch_guest_that_ends_without_a_word_is_told_apart():
    assert watch("print('one')")[0] == guest.NEVER_ENDED


def test_watch_guest_that_hangs_is_ended():
    assert watch("import signal; signal.pause()", timeout_s=0.5)[0] == guest.TIMED_OUT


def test_watch_ctrl_c_ends_the_guest():
    pids = []

    def on_line(line):
        pids.append(int(line))
        raise KeyboardInterrupt

    script = "import os, signal; print(os.getpid(), flush=True); signal.pause()"
    threads = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        watch(script, on_line=on_line)
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], signal.SIGTERM)
    # Nor is an alarm left that would keep this process for minutes.
    assert threading.active_count() <= threads + 1
