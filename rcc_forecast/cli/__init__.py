"""The commands: they load, ask the pipeline, and store. One subject a file."""

from rcc_forecast.cli.program import build_parser, main

__all__ = ["build_parser", "main"]
