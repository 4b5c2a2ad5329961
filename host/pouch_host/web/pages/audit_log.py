"""The audit: who did what and who looked at whom, newest first."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from pouch_host.accounts.roles import Right
from pouch_host.web.access import need
from pouch_host.web.page import Page
from pouch_protocol.constants import band_label

router = APIRouter()

# A page that a tablet draws at once and that somebody reads to its end.
ROWS_PER_PAGE = 50

_AuditPage = Annotated[Page, Depends(need(Right.SEE_AUDIT))]


@router.get("/audit")
def audit_page(
    page: _AuditPage,
    infant: Annotated[str, Query(max_length=200)] = "",
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> HTMLResponse:
    """Show one page of it.

    Args:
        page: the request.
        infant: only what is about the infant with this code; empty for everything.
        before: only what was noted before this row: the last one of the page before.
    """
    code = infant.strip()
    # One more than is shown tells whether there is another page.
    rows = page.store.audit.rows(before_id=before, limit=ROWS_PER_PAGE + 1, infant=code or None)
    shown = rows[:ROWS_PER_PAGE]
    return page.render(
        "people/audit.html",
        rows=shown,
        band_label=band_label,
        infant=code,
        is_first=before is None,
        older=shown[-1].audit_id if len(rows) > ROWS_PER_PAGE else None,
    )
