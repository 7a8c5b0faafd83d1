"""One run at a time: a forecast fills the machine, and two would only wait for each other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from api.errors import BusyError


class Turns:
    """A queue of bounded length.

    Parameters
    ----------
    max_waiting : int
        Callers that may wait; the next is asked to come back.
    """

    def __init__(self, max_waiting: int) -> None:
        self._places = threading.BoundedSemaphore(max_waiting + 1)
        self._running = threading.Lock()

    @contextmanager
    def next(self) -> Iterator[None]:
        """Wait for one's turn and keep it.

        Raises
        ------
        BusyError
            The queue is full.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError
        try:
            with self._running:
                yield
        finally:
            self._places.release()
