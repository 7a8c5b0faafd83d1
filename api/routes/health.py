"""Whether the service lives, and whether it can take work."""

from __future__ import annotations

from fastapi import APIRouter

from api.dependencies import StoreOf
from api.errors import NotReadyError
from api.schemas.reference import Health

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live", operation_id="isLive", summary="Say whether the service lives")
def is_live() -> Health:
    """Answer at once, whatever else is going on."""
    return Health(status="ok")


@router.get("/ready", operation_id="isReady", summary="Say whether the service can take work")
def is_ready(store: StoreOf) -> Health:
    """Answer when results could be kept."""
    if not store.is_writable():
        raise NotReadyError
    return Health(status="ok")
