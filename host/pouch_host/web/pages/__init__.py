"""The pages, an area a module. Each has a `router`; here they come together."""

from fastapi import APIRouter

from pouch_host.web.api import description, routes

from . import (
    admission,
    alerts,
    audit_log,
    bands,
    board,
    devices,
    family,
    family_link,
    infant,
    me,
    offline,
    people,
    programme,
    signing_in,
    site,
    system,
    tokens,
)

ROUTERS: tuple[APIRouter, ...] = (
    board.router,
    alerts.router,
    offline.router,
    infant.router,
    admission.router,
    bands.router,
    programme.router,
    family_link.router,
    family.router,
    signing_in.router,
    people.router,
    devices.router,
    tokens.router,
    audit_log.router,
    me.router,
    system.router,
    site.router,
    routes.router,
    description.router,
)
"""All of them. A route that is not here is not served."""
