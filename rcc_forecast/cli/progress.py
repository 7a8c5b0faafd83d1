"""Progress on standard error, for a person at a terminal and for nobody else."""

from __future__ import annotations

import sys
import time


class TerminalProgress:
    """Says what is being done, once a command has taken two seconds.

    Passed down as a callable: ``progress("reading returns")``.
    """

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._on = sys.stderr.isatty()
        self._shown = False

    def __call__(self, doing: str) -> None:
        """Show the step that begins now."""
        seconds = time.monotonic() - self._started
        if self._on and seconds >= 2.0:
            sys.stderr.write(f"\r\033[K{seconds:5.0f} s  {doing}")
            sys.stderr.flush()
            self._shown = True

    def done(self) -> None:
        """Leave the line clean."""
        if self._shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
