"""Faults planted in the protocol that a band runs: plain tests must find each in MicroPython."""

import pytest

from tests.support.micropython import ROOT, run_in_micropython

PROTOCOL = ROOT / "protocol" / "pouch_protocol"
STRANGERS = "tests.protocol.test_strangers"
SEALING = "tests.protocol.test_sealing"
AUTH = "tests.protocol.test_auth"
VECTORS = "tests.protocol.test_vectors"
AIR = "tests.firmware.band.plain_requests_air"

# The plain file that finds it; the module, and a text that stands in it once; what is put there.
PLANTS = [
    # Whoever is near may ask, and a cable is as good as the key.
    (STRANGERS, "band", "if not self._local or self._source.key is not None:", "if False:"),
    (STRANGERS, "band", "if not self._local or self._source.key", "if self._source.key"),
    (STRANGERS, "band", "self._local and opcode in c.CABLE_OPS", "opcode in c.CABLE_OPS"),
    (STRANGERS, "band", "if opcode in c.KEYED_OPS else 0", "if False else 0"),
    # The key is not asked for, or its proof serves again.
    (STRANGERS, "band", 'or not auth.equal(keys.host_proof, message.fields["proof"])', ""),
    (AIR, "band", "hello, self._hello = self._hello, None", "hello = self._hello"),
    (
        STRANGERS,
        "band",
        "auth.Recognition(source.suite, source.key)",
        "auth.Recognition(source.suite, b'')",
    ),
    (STRANGERS, "band", "hint = source.nonce()[: auth.HINT_BYTES]", "hint = bytes(8)"),
    (STRANGERS, "band", "frame if self._opener is None else self._opener.open(frame)", "frame"),
    (STRANGERS, "auth", "_SESSION + hello + hello_reply", "_SESSION"),
    (AUTH, "auth", "return difference == 0", "return True"),
    (AUTH, "auth", "self._mac(_TOKEN, nonce)", "self._mac(_TOKEN)"),
    (AUTH, "auth", "self._direction(KEY_BYTES + _MAC_BYTES)", "self._direction(0)"),
    (SEALING, "sealing", "self._counter += 1", "pass"),
    (VECTORS, "sealing", "blocks[number * _BLOCK_BYTES + _BLOCK_BYTES - 1] = number", "pass"),
    (SEALING, "sealing", "return bytes((channel,))", "return bytes(1)"),
    (SEALING, "sealing", "self._next = counter + 1", "pass"),
    (SEALING, "sealing", "if not auth.equal(tag", "if False and not auth.equal(tag"),
    (SEALING, "sealing", "self._mac(place, head, content)", "self._mac(place, content)"),
]


def run_planted(folder, plain, name, text):
    """Run a plain file against a protocol of which one module has another text."""
    package = folder / "pouch_protocol"
    package.mkdir()
    for path in PROTOCOL.glob("*.py"):
        if path.stem != name:
            (package / path.name).symlink_to(path)
    (package / f"{name}.py").write_text(text, encoding="utf-8")
    return run_in_micropython(
        "tests/support/on_band/run_plain.py", plain, path=(folder, "firmware")
    )


@pytest.mark.parametrize(("plain", "name", "sound", "faulty"), PLANTS)
def test_planted_fault_is_found(plain, name, sound, faulty, tmp_path):
    text = (PROTOCOL / f"{name}.py").read_text(encoding="utf-8")
    assert text.count(sound) == 1
    result = run_planted(tmp_path, plain, name, text.replace(sound, faulty))
    assert result.returncode == 1, result.stdout + result.stderr
    assert "FAILED" in result.stdout


@pytest.mark.parametrize(("plain", "name"), sorted({plant[:2] for plant in PLANTS}))
def test_nothing_is_found_where_nothing_is_planted(plain, name, tmp_path):
    # Else a fault above might be found for where the module lies.
    text = (PROTOCOL / f"{name}.py").read_text(encoding="utf-8")
    result = run_planted(tmp_path, plain, name, text)
    assert result.returncode == 0, result.stdout + result.stderr
