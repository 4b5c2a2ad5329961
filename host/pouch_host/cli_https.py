"""How `pouch serve` is reached: with whose certificate, under which name, or by whom else."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .errors import InputError
from .store.engine import is_address

if TYPE_CHECKING:
    from .web.tls import Served

CertOption = Annotated[
    Path | None,
    typer.Option("--cert", metavar="FILE", help="Certificate for HTTPS, PEM; with --key."),
]
KeyOption = Annotated[
    Path | None, typer.Option("--key", metavar="FILE", help="Key of the certificate, PEM.")
]
NameOption = Annotated[
    list[str] | None,
    typer.Option(
        "--name",
        metavar="NAME",
        help="Name or address by which tablets find this computer, such as ward.local; for a"
        " certificate that is made here. More than once for more.",
    ),
]
TlsOption = Annotated[
    Path | None,
    typer.Option(
        "--tls",
        metavar="FOLDER",
        help="Where certificates made here are kept; else in a folder beside the store.",
    ),
]
ProxyOption = Annotated[
    bool,
    typer.Option(
        "--behind-proxy", help="Plain HTTP for a reverse proxy that does HTTPS for the browsers."
    ),
]


@dataclass(frozen=True, slots=True)
class Reached:
    """How browsers reach the pages.

    Attributes:
        https: by HTTPS, here or at a proxy.
        certificates: returns what is shown to them; None where this computer does not do HTTPS.
        name: by which they find it; "" for the address that is listened on.
    """

    https: bool = False
    certificates: "Callable[[], Served] | None" = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person said of it, option by option."""

    host: str
    cert: Path | None = None
    key: Path | None = None
    names: tuple[str, ...] = ()
    tls: Path | None = None
    behind_proxy: bool = False


def reached(wish: Wish, store: str, clock: Callable[[], float]) -> Reached:
    """Return how browsers are to reach the pages.

    Args:
        wish: what a person said.
        store: the store's file or address, beside which certificates are kept.
        clock: returns the Unix time in seconds.

    Raises:
        typer.BadParameter: options that do not go together.
        InputError: passwords and what is known of infants would go through the network for
            anybody to read.
    """
    from .web.addresses import is_loopback

    own = wish.cert is not None or wish.key is not None
    made = bool(wish.names) or wish.tls is not None
    if (wish.cert is None) != (wish.key is None):
        raise typer.BadParameter("belongs together with --key", param_hint="--cert")
    if own and wish.tls is not None:
        raise typer.BadParameter("is for a certificate that is made here", param_hint="--tls")
    if wish.behind_proxy and (own or made):
        raise typer.BadParameter(
            "the proxy has the certificate and the name", param_hint="--behind-proxy"
        )
    if wish.behind_proxy:
        return Reached(https=True)
    if own:
        return _given(wish)
    if made:
        return _made(wish, store, clock)
    if is_loopback(wish.host):
        return Reached()
    raise InputError(
        f"--host {wish.host}: anybody on that network could read along; say --name ward.local for"
        " a certificate that is made here, --cert and --key for yours, or --behind-proxy if a"
        " reverse proxy does HTTPS"
    )


def _given(wish: Wish) -> Reached:
    from .web.tls import given

    cert, key = wish.cert, wish.key
    assert cert is not None
    assert key is not None
    return Reached(True, lambda: given(cert, key), wish.names[0] if wish.names else "")


def _made(wish: Wish, store: str, clock: Callable[[], float]) -> Reached:
    from .web.addresses import is_any, machine_names
    from .web.tls import WardCertificates, check_names

    check_names(wish.names)
    found = [*machine_names(), *([] if is_any(wish.host) else [wish.host])]
    # A name that others on the network find: by multicast DNS, or one of the hospital's.
    usual = next((name for name in found if name.endswith(".local")), found[0])
    names = list(wish.names) or [usual]
    kept = WardCertificates(_folder(wish.tls, store), names, found, clock=clock)
    return Reached(True, kept.ready, names[0])


def _folder(tls: Path | None, store: str) -> Path:
    if tls is not None:
        return tls
    if is_address(store):
        return Path(typer.get_app_dir("pouch")) / "tls"
    path = Path(store)
    return path.with_name(f"{path.stem}-tls")
