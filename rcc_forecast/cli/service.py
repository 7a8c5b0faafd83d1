"""`serve`: the HTTP service, loaded by name since the domain may not import it."""

from __future__ import annotations

import argparse
from importlib import import_module

from rcc_forecast.cli.arguments import Commands, add_command


def add_commands(commands: Commands) -> None:
    """Declare the commands of this file."""
    serve = add_command(
        commands,
        "serve",
        _serve,
        does="answer over HTTP, on this machine alone unless told otherwise",
        examples="  rcc-forecast serve\n  rcc-forecast serve --port 8080",
    )
    serve.add_argument("--host", default="127.0.0.1", metavar="H", help="address (127.0.0.1)")
    serve.add_argument("--port", type=int, default=8000, metavar="P", help="port (8000)")


def _serve(given: argparse.Namespace) -> int:
    import_module("api.app").serve(host=given.host, port=given.port)
    return 0
