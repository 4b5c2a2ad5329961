"""The ward's own certificates in a folder: made when they are absent, renewed before they end.

<folder>/ca.pem       key and certificate of the ward's authority, for its owner only
<folder>/ca.crt       its certificate: what tablets are told to trust
<folder>/server.pem   key and certificate that the server shows, for its owner only

Nothing of it is in a backup of the store: a new folder is a new authority, which every tablet
has to be told of.
"""

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from pouch_host.errors import HostError, InputError
from pouch_host.key_files import replace

from .addresses import is_address, is_host_name
from .certificates import (
    Authority,
    certificate_pem,
    fingerprint,
    key_pem,
    names_of,
    new_authority,
    new_server,
    parse_authority,
)

# A ward may be shut for a month without a warning on its tablets.
_RENEW_BEFORE = timedelta(days=30)
# Before this a computer's clock was never set, and says nothing of a certificate's age.
_EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)


class TlsError(HostError):
    """Certificates cannot be read, made or used. Mend what the line names and start again."""


@dataclass(frozen=True, slots=True)
class Served:
    """What a server shows to browsers.

    Attributes:
        cert_file: its certificate, with those between it and its authority.
        key_file: its key; may be the same file.
        ca_file: certificate of the ward's own authority, for tablets; None if it is another's.
        ca_fingerprint: SHA-256 of that, as tablets show it; "" likewise.
        until: when the certificate ends.
    """

    cert_file: Path
    key_file: Path
    ca_file: Path | None
    ca_fingerprint: str
    until: datetime


def given(cert_file: Path, key_file: Path) -> Served:
    """Return a certificate that somebody else made, once it is seen to be of use.

    Raises:
        TlsError: it or its key cannot be read, or they do not belong together.
    """
    for path in (cert_file, key_file):
        try:
            path.read_bytes()
        except OSError as error:
            raise TlsError(f"{path}: {error.strerror}") from error
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert_file, key_file, lambda: "")
        certificate = x509.load_pem_x509_certificate(cert_file.read_bytes())
    except (ssl.SSLError, ValueError) as error:
        raise TlsError(
            f"{cert_file} and {key_file}: not a certificate and its key as PEM, or the key has a"
            " password"
        ) from error
    return Served(cert_file, key_file, None, "", certificate.not_valid_after_utc)


class WardCertificates:
    """Keeps the certificates of one folder fit for use.

    Args:
        folder: where they are; made if it is absent, for its owner only.
        names: host names and addresses that people will type; the first is the main one.
        found: more of them, of this computer; what the authority may not sign is left out.
        clock: returns the Unix time in seconds.
    """

    def __init__(
        self,
        folder: Path,
        names: Sequence[str],
        found: Sequence[str] = (),
        *,
        clock: Callable[[], float],
    ) -> None:
        self._folder = folder
        self._names = [name.lower().rstrip(".") for name in names]
        self._found = [name.lower() for name in found]
        self._clock = clock

    def ready(self) -> Served:
        """Return certificates that can be used now; make or renew them if they are due.

        Raises:
            TlsError: a file cannot be read or written, or a name is not one that the ward's
                authority may sign for.
        """
        now = datetime.fromtimestamp(self._clock(), UTC)
        try:
            authority = self._authority(now)
            wanted = self._wanted(authority)
            path = self._folder / "server.pem"
            current = self._current(path)
            if current is None or _is_due(current, authority, wanted, now):
                replace(path, new_server(authority, wanted, now))
                current = x509.load_pem_x509_certificate(path.read_bytes())
        except OSError as error:
            raise TlsError(
                f"{error.filename or self._folder}: {error.strerror or error}: name another"
                " folder with --tls"
            ) from error
        return Served(
            cert_file=path,
            key_file=path,
            ca_file=self._folder / "ca.crt",
            ca_fingerprint=fingerprint(authority.certificate),
            until=current.not_valid_after_utc,
        )

    def _authority(self, now: datetime) -> Authority:
        path = self._folder / "ca.pem"
        if not path.exists():
            authority = new_authority([*self._names, *self._found], now)
            replace(path, key_pem(authority.key) + certificate_pem(authority.certificate))
        try:
            authority = parse_authority(path.read_bytes())
        except ValueError as error:
            raise TlsError(
                f"{path}: not what Pouch wrote there: restore it, or move the folder away and let"
                " every tablet trust the new one"
            ) from error
        public = self._folder / "ca.crt"
        pem = certificate_pem(authority.certificate)
        if not public.exists() or public.read_bytes() != pem:
            replace(public, pem)
        return authority

    def _wanted(self, authority: Authority) -> list[str]:
        for name in self._names:
            if not authority.may_sign(name):
                raise TlsError(
                    f"{name}: the ward's authority in {self._folder} was made for other names:"
                    " keep to them, or move the folder away and let every tablet trust a new one"
                )
        found = [name for name in self._found if authority.may_sign(name)]
        return list(dict.fromkeys([*self._names, *found]))

    def _current(self, path: Path) -> x509.Certificate | None:
        try:
            # A half that does not fit would only be noticed by the first browser.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path)
            return x509.load_pem_x509_certificate(path.read_bytes())
        except (FileNotFoundError, ssl.SSLError, ValueError):
            return None


def check_names(names: Sequence[str]) -> None:
    """See that what a person typed as names can be in a certificate.

    Raises:
        InputError: one cannot; the line names it.
    """
    for name in names:
        if not (is_host_name(name.lower()) or is_address(name)):
            raise InputError(f"--name {name}: give a host name such as ward.local, or an address")


def _is_due(
    certificate: x509.Certificate, authority: Authority, wanted: Sequence[str], now: datetime
) -> bool:
    try:
        certificate.verify_directly_issued_by(authority.certificate)
    except Exception:  # noqa: BLE001 - whatever it is, it is not signed by this authority
        return True
    if not names_of(certificate).issuperset(wanted):
        return True
    if now < _EARLIEST:
        return False
    # It begins ahead of now if the clock ran ahead when it was made.
    return now >= certificate.not_valid_after_utc - _RENEW_BEFORE or (
        now < certificate.not_valid_before_utc
    )
