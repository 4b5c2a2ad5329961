"""Every page that a browser can open: who opens it, and where it is."""

from dataclasses import dataclass

from tests.browser import babies, people

_INFANT = f"/infants/{babies.COLD}"


@dataclass(frozen=True)
class Sight:
    """One page as somebody sees it.

    Attributes:
        name: of its picture.
        who: who is signed in; None for nobody.
        path: its address; `{alert_id}` stands for the cold infant's gravest alert.
        marker: CSS of something that is there once the page is whole.
    """

    name: str
    who: str | None
    path: str
    marker: str = "h1"


SIGHTS = (
    Sight("board", people.NURSE, "/"),
    Sight("ask", people.NURSE, f"/alerts/ask?infant={babies.COLD}&alert={{alert_id}}"),
    Sight("infant", people.NURSE, _INFANT),
    Sight("infant-print", people.NURSE, f"{_INFANT}/print"),
    Sight("infant-new", people.NURSE, f"/infants/{babies.NEW}"),
    Sight("sign-in", None, "/sign-in"),
    Sight("me", people.NURSE, "/me"),
    Sight("people", people.ADMINISTRATOR, "/people"),
    Sight("devices", people.ADMINISTRATOR, "/devices"),
    Sight("tokens", people.RESEARCHER, "/tokens"),
    Sight("audit", people.HEAD_NURSE, "/audit"),
    Sight("admit", people.NURSE, "/admit"),
    Sight("band", people.NURSE, f"{_INFANT}/band"),
    Sight("handover", people.NURSE, f"{_INFANT}/handover"),
    Sight("move", people.NURSE, f"{_INFANT}/move"),
    Sight("discharge", people.NURSE, f"{_INFANT}/discharge"),
    Sight("link", people.NURSE, f"{_INFANT}/link"),
    Sight("edit", people.NURSE, f"{_INFANT}/edit"),
    Sight("programme", people.HEAD_NURSE, "/programme"),
    Sight("system", people.ADMINISTRATOR, "/system"),
    Sight("site", people.ADMINISTRATOR, "/site"),
    Sight("refused", people.NURSE, "/people"),
    Sight("no-such-page", people.NURSE, "/nowhere"),
)

SEEN_ELSEWHERE = {
    "/set-up": "test_first_run",
    "/m/{token}": "test_family",
}
"""Pages that need more than a signed-in person, and the file of tests that looks at each."""

NO_PAGES = {
    "/events": "the board's stream",
    "/infants/{code}/temperatures": "JSON for the chart",
    "/board": "the board again, for a browser without scripts",
    "/ca.crt": "a certificate to install",
    "/health": "JSON for a watchdog",
    "/metrics": "text for Prometheus",
    "/system/notices": "a piece of the board",
    "/manifest.webmanifest": "JSON for installing",
    "/sw.js": "the worker",
}
"""What is read by programs, or a page that is seen already."""
