"""The service put together: wiring only."""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI
from starlette.middleware import Middleware

from api.access import Access, is_loopback
from api.errors import OpenToOthersError
from api.headers import SecurityHeaders
from api.limits import BodyLimit
from api.logs import keep_logs_plain
from api.openapi import DESCRIPTION, describe
from api.pages import views
from api.problems import SafeFailures, add_problem_handlers
from api.results import Results
from api.routes import (
    datasets,
    demand,
    evaluations,
    forecasts,
    health,
    panels,
    placements,
    reference,
    registers,
    scenarios,
    sufficiency,
)
from api.settings import Settings, read_settings
from api.store import Store
from rcc_forecast import __version__

_SECONDS_TO_FINISH = 30
"""A run that takes longer is cut off when the service stops; nothing of it is kept."""

_ROUTERS = (
    datasets.router,
    registers.homes,
    registers.children,
    demand.router,
    forecasts.router,
    sufficiency.router,
    scenarios.router,
    placements.router,
    panels.router,
    evaluations.router,
    reference.router,
    health.router,
    views.router,
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Put the service together.

    Parameters
    ----------
    settings : Settings, optional
        Read from the environment when absent.
    """
    settings = settings or read_settings()
    keep_logs_plain()
    app = FastAPI(
        title="RCC forecast",
        version=__version__,
        description=DESCRIPTION,
        # The usual pages fetch their script from elsewhere; `pages` has its own.
        docs_url=None,
        redoc_url=None,
        # The outermost first.
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(SafeFailures),
            Middleware(Access, api_key=settings.api_key),
            Middleware(BodyLimit, most_of_an_upload=settings.max_upload_mb * 1_000_000),
        ],
    )
    app.state.store = Store(settings.data)
    app.state.results = Results(app.state.store, max_waiting=settings.max_waiting)
    add_problem_handlers(app)
    for router in _ROUTERS:
        app.include_router(router)
    describe(app)
    return app


def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Run the service until it is stopped.

    Parameters
    ----------
    host : str
        Address to listen on; another than this machine's needs a key.
    port : int
        Port to listen on.

    Raises
    ------
    OpenToOthersError
        Others could reach the service, and no key is set.
    """
    settings = read_settings()
    if settings.api_key is None and not is_loopback(host):
        raise OpenToOthersError
    uvicorn.run(
        create_app(settings),
        host=host,
        port=port,
        server_header=False,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )
