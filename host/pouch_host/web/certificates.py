"""Make certificates: one authority of a ward, and what it signs for the computer that serves.

The authority may sign for private addresses and for the names that it was made with, and for
nothing else: tablets that trust it do not trust it for any other site, whoever has its key.
"""

import ipaddress
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# As long as a ward's tablets live: each has to be told of a new authority by hand.
_AUTHORITY_DAYS = 3650
# Browsers refuse more than 398 days from authorities that everybody trusts; so a ward of theirs
# that is stricter one day still takes ours.
_SERVER_DAYS = 397
# A computer without a clock of its own begins years ago, and tablets may be hours behind.
_EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
_BACKDATED = timedelta(days=1)

_PRIVATE_NAMES = ("localhost", "local", "lan", "internal", "home.arpa")
_PRIVATE_NETWORKS = (
    "10.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Authority:
    """Signs for one ward.

    Attributes:
        certificate: what tablets are told to trust.
        key: signs; never leaves its file.
    """

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    def may_sign(self, name: str) -> bool:
        """Tell whether a certificate of this authority counts for a host name or an address."""
        allowed = self.certificate.extensions.get_extension_for_class(x509.NameConstraints)
        subtrees = allowed.value.permitted_subtrees or []
        address = _address(name)
        if address is None:
            names = [one.value for one in subtrees if isinstance(one, x509.DNSName)]
            return any(name == one or name.endswith(f".{one}") for one in names)
        networks = [one.value for one in subtrees if isinstance(one, x509.IPAddress)]
        return any(
            address in network
            for network in networks
            if isinstance(network, ipaddress.IPv4Network | ipaddress.IPv6Network)
            and network.version == address.version
        )


def new_authority(names: Iterable[str], now: datetime) -> Authority:
    """Make an authority.

    Args:
        names: host names and addresses that it is to be good for, beside private ones.
        now: the time.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    # The digits tell two authorities of one ward apart in a tablet's settings.
    subject = _subject(f"Pouch ward {secrets.token_hex(3)}")
    begin = _EARLIEST - _BACKDATED
    end = max(now, _EARLIEST) + timedelta(days=_AUTHORITY_DAYS)
    certificate = (
        _builder(subject, subject, key, begin, end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(_permitted(names), None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(certificate, key)


def new_server(authority: Authority, names: Sequence[str], now: datetime) -> bytes:
    """Make a key and its certificate; return both as PEM, as a server wants them.

    Args:
        authority: signs it.
        names: host names and addresses, the first is its main one.
        now: the time.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    begin = max(now, _EARLIEST)
    end = min(begin + timedelta(days=_SERVER_DAYS), authority.certificate.not_valid_after_utc)
    issuer = authority.certificate
    certificate = (
        _builder(_subject(names[0]), issuer.subject, key, begin - _BACKDATED, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
        .sign(authority.key, hashes.SHA256())
    )
    return key_pem(key) + certificate_pem(certificate)


def names_of(certificate: x509.Certificate) -> frozenset[str]:
    """Return the host names and addresses that a certificate counts for."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(
        [*found.get_values_for_type(x509.DNSName)]
        + [str(address) for address in found.get_values_for_type(x509.IPAddress)]
    )


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate as tablets show it: "AB:CD:..."."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def certificate_pem(certificate: x509.Certificate) -> bytes:
    """Return a certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a private key as PEM, without a password: a service has nobody to ask for one."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def parse_authority(pem: bytes) -> Authority:
    """Return the authority that `key_pem` and `certificate_pem` wrote one after the other.

    Raises:
        ValueError: it is something else.
    """
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("not an elliptic curve key")  # noqa: TRY004 - the caller expects one kind
    return Authority(x509.load_pem_x509_certificate(pem), key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    begin: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )


def _subject(name: str) -> x509.Name:
    # X.509 holds 64 characters there; browsers look at the alternative names only.
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _permitted(names: Iterable[str]) -> list[x509.GeneralName]:
    names = list(names)
    networks = [ipaddress.ip_network(one) for one in _PRIVATE_NETWORKS]
    networks += [ipaddress.ip_network(one) for name in names if (one := _address(name))]
    hosts = [*_PRIVATE_NAMES, *(name for name in names if _address(name) is None)]
    return [
        *(x509.DNSName(name) for name in dict.fromkeys(hosts)),
        *(x509.IPAddress(network) for network in dict.fromkeys(networks)),
    ]


def _general_name(name: str) -> x509.GeneralName:
    address = _address(name)
    return x509.DNSName(name) if address is None else x509.IPAddress(address)


def _address(name: str) -> Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
