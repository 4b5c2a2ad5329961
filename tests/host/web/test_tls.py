"""The ward's own certificates: who trusts them, for what, and when they are made anew."""

import shutil
import ssl
import stat
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from pouch_host.errors import InputError
from pouch_host.web.addresses import is_loopback, machine_names
from pouch_host.web.certificates import names_of, new_authority
from pouch_host.web.tls import TlsError, WardCertificates, check_names, given

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Clock:
    """A clock that a test sets."""

    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now.timestamp()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "tls"


def kept(folder, clock, names=("ward.local",), found=()):
    return WardCertificates(folder, names, found, clock=clock)


def shown(served):
    return x509.load_pem_x509_certificate(served.cert_file.read_bytes())


def test_made_certificate_names_the_ward_and_is_trusted_by_who_trusts_the_authority(folder, clock):
    served = kept(folder, clock, found=["vm", "vm.local", "192.168.4.7"]).ready()
    certificate = shown(served)
    assert names_of(certificate) == {"ward.local", "vm", "vm.local", "192.168.4.7"}
    authority = x509.load_pem_x509_certificate(served.ca_file.read_bytes())
    certificate.verify_directly_issued_by(authority)
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert served.until == certificate.not_valid_after_utc
    # Browsers refuse certificates of more than 398 days.
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc <= 398 * DAY


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize(
    ("check", "name", "code"),
    [
        ("-verify_hostname", "ward.local", 0),
        ("-verify_ip", "10.1.2.3", 0),
        ("-verify_hostname", "other.local", 2),
    ],
)
def test_openssl_takes_it_by_the_strictest_rules_for_its_names_only(
    folder, clock, check, name, code
):
    served = kept(folder, clock, ["ward.local", "10.1.2.3"]).ready()
    result = subprocess.run(
        [
            *("openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-attime"),
            *(str(int(clock())), "-CAfile", str(served.ca_file), check, name),
            str(served.cert_file),
        ],
        capture_output=True,
        check=False,
    )
    assert result.returncode == code, result.stderr


def test_keys_are_for_their_owner_only(folder, clock):
    served = kept(folder, clock).ready()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in (folder / "ca.pem", served.key_file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "PRIVATE" not in served.ca_file.read_text()


def test_fingerprint_is_as_a_tablet_shows_it(folder, clock):
    text = kept(folder, clock).ready().ca_fingerprint
    assert len(text.split(":")) == 32
    assert text == text.upper()


def test_nothing_is_made_anew_while_it_is_good(folder, clock):
    served = kept(folder, clock).ready()
    before = [path.read_bytes() for path in (served.ca_file, served.cert_file)]
    clock.now += 300 * DAY
    assert kept(folder, clock).ready() == served
    assert [path.read_bytes() for path in (served.ca_file, served.cert_file)] == before


def test_certificate_about_to_end_is_renewed_by_the_same_authority(folder, clock):
    first = kept(folder, clock).ready()
    clock.now = first.until - 29 * DAY
    second = kept(folder, clock).ready()
    assert second.until > first.until
    assert second.ca_fingerprint == first.ca_fingerprint


def test_new_name_makes_a_new_certificate_of_the_same_authority(folder, clock):
    first = kept(folder, clock).ready()
    second = kept(folder, clock, ["ward.local", "nicu.local"]).ready()
    assert "nicu.local" in names_of(shown(second))
    assert second.ca_fingerprint == first.ca_fingerprint
    # A name less is no reason for a new one.
    pem = second.cert_file.read_bytes()
    kept(folder, clock).ready()
    assert second.cert_file.read_bytes() == pem


def test_clock_that_was_never_set_renews_nothing(folder, clock):
    # Goal: a computer without a clock of its own begins in 1970 until its network is there.
    served = kept(folder, clock).ready()
    pem = served.cert_file.read_bytes()
    clock.now = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
    kept(folder, clock).ready()
    assert served.cert_file.read_bytes() == pem


def test_certificate_made_by_a_clock_that_was_never_set_counts_once_it_is(folder):
    clock = Clock(datetime(1970, 1, 1, tzinfo=UTC))
    certificate = shown(kept(folder, clock).ready())
    assert certificate.not_valid_before_utc < datetime(2026, 1, 1, tzinfo=UTC)
    assert certificate.not_valid_after_utc > datetime(2027, 1, 1, tzinfo=UTC)


def test_certificate_made_by_a_clock_ahead_is_made_anew_once_it_is_right(folder, clock):
    clock.now = NOW + 500 * DAY
    kept(folder, clock).ready()
    clock.now = NOW
    assert shown(kept(folder, clock).ready()).not_valid_before_utc < NOW


def test_authority_signs_for_private_names_and_its_own_and_for_nobody_else():
    authority = new_authority(["kmc.hospital.example", "203.0.113.5"], NOW)
    for name in ("x.local", "localhost", "192.168.1.2", "fd00::1"):
        assert authority.may_sign(name)
    for name in ("kmc.hospital.example", "a.kmc.hospital.example", "203.0.113.5"):
        assert authority.may_sign(name)
    for name in ("hospital.example", "example.com", "notlocal", "203.0.113.6", "2001:db8::1"):
        assert not authority.may_sign(name)


def test_name_that_the_authority_was_not_made_for_is_refused_in_one_line(folder, clock):
    kept(folder, clock).ready()
    with pytest.raises(TlsError, match=r"^kmc\.example: the ward's authority .* other names"):
        kept(folder, clock, ["kmc.example"]).ready()


def test_found_address_that_the_authority_may_not_sign_is_left_out(folder, clock):
    kept(folder, clock).ready()
    served = kept(folder, clock, found=["198.51.100.7", "192.168.1.2"]).ready()
    assert names_of(shown(served)) == {"ward.local", "192.168.1.2"}


@pytest.mark.parametrize("rest", [0, 40, -40])
def test_torn_server_file_is_made_anew(folder, clock, rest):
    served = kept(folder, clock).ready()
    whole = served.cert_file.read_bytes()
    served.cert_file.write_bytes(whole[:rest])
    kept(folder, clock).ready()
    assert names_of(shown(served)) == {"ward.local"}


def test_torn_authority_is_told_and_never_replaced(folder, clock):
    # Goal: every tablet trusts it by hand; only a person may decide to begin anew.
    kept(folder, clock).ready()
    (folder / "ca.pem").write_text("torn")
    with pytest.raises(TlsError, match=r"ca\.pem: not what Pouch wrote there"):
        kept(folder, clock).ready()
    assert (folder / "ca.pem").read_text() == "torn"


def test_folder_that_cannot_be_written_is_one_line(tmp_path, clock):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(TlsError, match=r"file.*--tls"):
        kept(file / "tls", clock).ready()


def test_given_certificate_is_taken_with_its_end(folder, clock):
    made = kept(folder, clock).ready()
    served = given(made.cert_file, made.key_file)
    assert served.until == made.until
    assert served.ca_file is None


def test_given_files_that_do_not_belong_together_are_one_line(tmp_path, clock):
    one = kept(tmp_path / "one", clock).ready()
    two = kept(tmp_path / "two", clock).ready()
    with pytest.raises(TlsError, match=r"not a certificate and its key"):
        given(one.ca_file, two.key_file)
    with pytest.raises(TlsError, match=r"nowhere\.pem: No such file"):
        given(tmp_path / "nowhere.pem", two.key_file)


@pytest.mark.parametrize("name", ["", "a b", "https://ward.local", "wärd", "-ward", "ward/"])
def test_name_that_no_certificate_can_have_is_refused(name):
    with pytest.raises(InputError, match="--name"):
        check_names([name])


def test_names_that_can_be_are_taken():
    check_names(["ward.local", "WARD", "192.168.4.1", "fd00::1"])


def test_machine_names_hold_those_by_which_it_is_always_found():
    names = machine_names()
    assert {"localhost", "127.0.0.1", "::1"} <= set(names)
    assert len(names) == len(set(names))


def test_is_loopback_tells_who_can_reach_it():
    assert is_loopback("localhost")
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("ward.local")


def test_python_trusts_it_by_its_authority(folder, clock):
    # What a client checks of the chain is checked over a socket in test_server.py.
    served = kept(folder, clock).ready()
    context = ssl.create_default_context(cafile=served.ca_file)
    (authority,) = context.get_ca_certs(binary_form=True)
    assert authority == ssl.PEM_cert_to_DER_cert(served.ca_file.read_text())
