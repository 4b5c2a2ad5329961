"""Who is near a band and has not its key, with the real firmware on the virtual radio."""

import shutil

from pouch_host.store import Store
from pouch_protocol import auth
from pouch_protocol import constants as c
from pouch_sim.ward import PROTOCOL_DIR
from tests.e2e.phone import Phone, file_on, overheard
from tests.e2e.whole_path import WholePath, flashed
from tests.protocol.plain import Suite
from tests.protocol.test_strangers import REQUESTS

BAND_ID = 0x1000
LABEL = "P-00001000"
OTHER_LABEL = "P-00001001"
# What anybody may read of the standard services, the same on every band.
SAME_EVERYWHERE = (b"Pouch", b"Chest band")
# A band's session with whoever comes, for all that he does not know the key.
ANYBODY = """def _anybody(source, *hello):
    return auth.SessionKeys(source.suite, bytes(16), *hello)


"""


def state(band):
    """Return what a stranger might want to change on a band: log, settings, time."""
    held = flashed(band)
    config = file_on(band, "/config.json")
    anchors = [data for _, data in held.values() if data[0] == c.KIND_ANCHOR]
    events = [data for _, data in held.values() if data[0] == c.KIND_EVENT]
    return held, config, anchors, events


def assert_unchanged(band, before):
    """See that the band went on recording as it would have, and nothing else happened."""
    held, *others = state(band)
    assert others == list(before[1:])
    assert before[0].items() <= held.items()
    assert sorted(held) == list(range(len(held)))
    assert {boot for boot, _ in held.values()} == {1}


def secrets_of(path, label):
    """Return the bytes that a stranger must not find anywhere."""
    (key,) = path.simulation.keys[label]
    band_id = c.parse_band_label(label).to_bytes(4, "little")
    token_key = auth.hkdf_sha256(Suite, key, b"", b"pouch recognition", 32)
    return [key, key.hex().encode(), token_key, label.encode(), band_id]


def test_stranger_with_a_phone_learns_version_and_battery_and_changes_nothing(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    band = path.add_band()

    async def scenario():
        await path.wait(300)
        before = state(band)
        async with Phone.near(path) as phone:
            read = await phone.read_all()
            hello = {"wire_version": c.WIRE_VERSION, "nonce": bytes(16)}
            reply = await phone.say(c.OP_HELLO, hello)
            refused = [await phone.say(c.OP_AUTH, {"proof": bytes(16)})]
            for opcode, fields in REQUESTS.items():
                refused.append(await phone.say(opcode, fields))
            for junk in (b"\x00", bytes(20), b"\xff" * 20, b"\xc0" + bytes(19)):
                await phone.write(junk)
                await phone.write_stream(junk)
        await path.wait(300)
        assert_unchanged(band, before)
        await path.round()
        return phone.heard, read, reply, refused

    heard, read, reply, refused = path.run(scenario())
    assert set(reply.fields) == {"wire_version", "battery_class", "nonce", "hint"}
    assert reply.fields["battery_class"] in range(c.BATTERY_FULL + 1)
    assert {answer.opcode for answer in refused} == {c.OP_RESPONSE}
    assert [answer.fields["request"] for answer in refused] == [c.OP_AUTH, *REQUESTS]
    assert {answer.fields["code"] for answer in refused} == {c.CODE_NOT_AUTHENTICATED}
    for uuid, value in read.items():
        standard = value in SAME_EVERYWHERE or (len(value) == 1 and value[0] in c.BATTERY_PERCENT)
        # Or it is of the Generic Access service: a name that all bands have.
        assert standard or value == b"" or uuid.startswith("00002a0"), (uuid, value)
    everything = b"".join([*read.values(), *(frame for _, frame in heard)])
    for secret in secrets_of(path, LABEL):
        assert secret not in everything
    # And the band's own host is served as ever.
    assert path.rounds[-1].failures == []
    assert len(path.decoded(BAND_ID, c.KIND_ANCHOR)) == 1


def test_recorder_of_old_traffic_reads_nothing_and_can_say_nothing_again(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    band = path.add_band()
    said = overheard(path)

    async def scenario():
        await path.wait(300)
        await path.round()
        await path.wait(60)
        before = state(band)
        answers = []
        async with Phone.near(path) as phone:
            for frame in [frame for who, frame in said if who == "host"]:
                answers += await phone.write(frame)
        await path.wait(120)
        assert_unchanged(band, before)
        return answers, before

    answers, (held, _, anchors, _) = path.run(scenario())
    # The host's time was among what was recorded, and is in the log once.
    assert len(anchors) == 1
    assert [answer.opcode for answer in answers][:2] == [c.OP_HELLO_REPLY, c.OP_RESPONSE]
    codes = {answer.fields["code"] for answer in answers[1:]}
    assert codes <= {c.CODE_NOT_AUTHENTICATED, c.CODE_CORRUPT}
    assert {answer.opcode for answer in answers[1:]} == {c.OP_RESPONSE}
    # Of the records and of who the band is, nothing was to be read in passing.
    passed = b"".join(frame for _, frame in said)
    assert len(passed) > len(held) * c.RECORD_BYTES
    for secret in secrets_of(path, LABEL):
        assert secret not in passed
    for _, data in held.values():
        # Kind, flags and uptime: so much alone would tell a record.
        assert data[:7] not in passed


def test_stolen_host_without_its_keys_holds_no_secret_and_reads_no_band(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    band = path.add_band()
    path.add_band()

    async def scenario():
        await path.wait(300)
        await path.round()
        keys = path.simulation.keys
        assert len(keys) == 2
        secrets = [secret for label in keys for secret in secrets_of(path, label)[:3]]
        # All of the host but the folder of its keys.
        stolen = tmp_path / "stolen"
        stolen.mkdir()
        for file in tmp_path.glob("pouch.db*"):
            shutil.copy(file, stolen / file.name)
        before = state(band)
        path.simulation.keys = {}
        path.use_store(Store.open(stolen / "pouch.db"))
        held = path.stored(BAND_ID)
        await path.wait(300)
        await path.round()
        assert_unchanged(band, before)
        return secrets, stolen, held

    secrets, stolen, held = path.run(scenario())
    assert held
    assert path.stored(BAND_ID) == held
    assert path.rounds[-1].pulls == []
    files = b"".join(file.read_bytes() for file in stolen.iterdir())
    for secret in secrets:
        assert secret not in files


def changed_protocol(folder, *changes):
    """Return a copy of the protocol whose band answers otherwise."""
    copy = folder / "changed"
    shutil.copytree(PROTOCOL_DIR / "pouch_protocol", copy / "pouch_protocol")
    module = copy / "pouch_protocol" / "band.py"
    text = module.read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    module.write_text(text)
    return copy


def refusals_of(path):
    """Collect for a while from bands of which none is to be believed; return what is said."""

    async def scenario():
        await path.wait(300)
        await path.round()

    path.run(scenario())
    assert path.rounds[-1].pulls == []
    assert path.stored(BAND_ID) == {}
    assert path.store.newest_contact_utc_s() is None
    return path.rounds[-1].failures


def test_band_that_lets_everybody_in_is_found_out_by_name(tmp_path, seed):
    # It knows its hint, as one would that asks the true band for it, and takes any proof.
    path = WholePath(tmp_path, seed)
    modified = changed_protocol(
        tmp_path,
        ("auth.SessionKeys(source.suite, source.key, *hello)", "_anybody(source, *hello)"),
        ('not auth.equal(keys.host_proof, message.fields["proof"])', "False"),
        ("class _Report:", f"{ANYBODY}class _Report:"),
    )
    path.add_band(protocol_dir=modified)
    (failure,) = refusals_of(path)
    assert failure.startswith(f"band {LABEL}: ")
    assert "does not have this band's key" in failure


def test_band_that_says_another_name_than_its_keys_is_found_out_by_both(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    path.add_band()
    path.simulation.keys = {OTHER_LABEL: path.simulation.keys[LABEL]}
    (failure,) = refusals_of(path)
    assert LABEL in failure
    assert OTHER_LABEL in failure


def test_band_with_a_key_that_nobody_gave_it_is_not_read(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    path.add_band(settings={"key": "5a" * 16})
    path.simulation.keys = {LABEL: (bytes(16),)}
    assert all("no key" in failure for failure in refusals_of(path))
