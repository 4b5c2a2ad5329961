"""How the pages are served: what a site decides, and what follows from how it is reached."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How the pages are served.

    Attributes:
        https: browsers reach them by HTTPS, here or at a proxy; cookies then say so.
        address: where tablets and phones find them, such as "https://ward.local:8443"; what a
            family's link begins with. Empty: as the request has it.
        speed_label: how fast the clock runs where it is simulated, as a factor such as "60";
            None for a true one.
        silence_s: seconds without a word from the server after which a page says that the
            connection is lost.
        ca_file: certificate of the ward's own authority, for tablets to trust; None if there is
            none.
    """

    https: bool = False
    address: str = ""
    speed_label: str | None = None
    silence_s: float = 10.0
    ca_file: Path | None = None

    def cookie(self, name: str) -> str:
        """Return the name of a cookie; with HTTPS one that browsers tie to this host alone."""
        return f"__Host-pouch-{name}" if self.https else f"pouch-{name}"
