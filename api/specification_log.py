"""The service's own log of specifications: it only grows, and outlives every result.

The same chain of lines as the file beside a specification that the command
`evaluate lock` keeps: each can be read by the other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from rcc_forecast.evaluation import Log, Spec, append_entry, next_entry, read_log
from rcc_forecast.evaluations import software


def _now() -> datetime:
    return datetime.now(UTC)


class SpecificationLog:
    """Specifications that were locked, in one file.

    Parameters
    ----------
    path : Path
        Made when the first is locked, for its owner alone.
    now : callable, optional
        The clock.
    """

    def __init__(self, path: Path, *, now: Callable[[], datetime] = _now) -> None:
        self._path = path
        self._now = now
        self._writing = threading.Lock()

    def read(self) -> Log:
        """Read the log and follow its chain.

        Raises
        ------
        AlteredLogError
            A line does not follow from the one before it.
        """
        # Else half a line could be read while another caller writes it.
        with self._writing:
            return read_log(self._path)

    def lock(self, spec: Spec) -> tuple[dict[str, Any], bool]:
        """Put a specification into the log, once.

        Returns
        -------
        entry : dict
            Its line.
        is_new : bool
            Whether it was put there just now.

        Raises
        ------
        AlteredLogError, LooksUsedUpError
            Nothing was written.
        """
        with self._writing:
            log = read_log(self._path)
            already = log.of(spec)
            if already is not None:
                return already, False
            today = pd.Timestamp(self._now().date())
            entry = next_entry(log, spec, today=today, software=software(), git_commit=None)
            self._path.touch(mode=0o600)
            append_entry(self._path, entry)
        return entry, True
