"""Who asks, and what they may: a member of staff, a screen on the wall, a program, nobody."""

from dataclasses import dataclass

from fastapi import Request

from pouch_host.accounts.access import Accounts
from pouch_host.accounts.roles import RIGHTS, SCREEN_RIGHTS, Right
from pouch_host.store.accounts import Device, Staff

from .settings import WebSettings

# A program reads; nothing that changes an infant's record is left to one.
_TOKEN_RIGHTS = frozenset({Right.SEE_BOARD, Right.SEE_INFANT})


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    Attributes:
        staff: the member of staff who is signed in, or whose token a program bears; else None.
        device: the enrolled screen that it comes from, or None.
        rights: what they may.
        csrf: what a changing request of this session has to bear; "" without a session.
        by_token: a program asks, not a browser.
    """

    staff: Staff | None = None
    device: Device | None = None
    rights: frozenset[Right] = frozenset()
    csrf: str = ""
    by_token: bool = False

    @property
    def who(self) -> str:
        """Return the name that the audit keeps."""
        if self.staff is not None:
            return self.staff.name
        return self.device.label if self.device is not None else ""


def principal_of(
    request: Request,
    accounts: Accounts,
    settings: WebSettings,
    *,
    tokens: bool,
    touch: bool = True,
) -> Principal:
    """Return who asks.

    A bearer token counts only where programs are wanted, and then a cookie does not: a page of
    another site can make a browser send cookies, but no header.

    Args:
        request: of which headers and cookies are looked at.
        accounts: who is known.
        settings: names of the cookies.
        tokens: whether a bearer token may stand for a person here.
        touch: a person asks, so that the session goes on; False for what a page does by itself.
    """
    bearer = request.headers.get("authorization", "")
    if tokens and bearer:
        kind, _, token = bearer.partition(" ")
        staff = accounts.token(token.strip()) if kind.lower() == "bearer" else None
        rights = RIGHTS[staff.role] & _TOKEN_RIGHTS if staff else frozenset()
        return Principal(staff, rights=rights, by_token=True)
    device_token = request.cookies.get(settings.cookie("screen"), "")
    device = accounts.device(device_token) if device_token else None
    session_token = request.cookies.get(settings.cookie("session"), "")
    session = accounts.session(session_token, touch=touch) if session_token else None
    if session is not None:
        return Principal(session.staff, device, RIGHTS[session.staff.role], session.csrf)
    return Principal(None, device, SCREEN_RIGHTS if device else frozenset())
