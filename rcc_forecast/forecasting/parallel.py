"""Work shared out over the cores of a machine, or over a Dask cluster, in one order.

Results come back in the order of the tasks, and no task draws chance of its
own: any number of workers gives the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from joblib import Parallel, delayed
from numpy.typing import NDArray

from rcc_forecast.errors import UnknownNameError

BACKEND_VARIABLE = "RCC_PARALLEL"
"""Environment variable that chooses who works: ``loky`` (processes, the default), ``threading``,
``sequential``, or ``dask`` where a Dask client is connected."""

_BACKENDS = ("loky", "threading", "sequential", "dask")

Progress = Callable[[str], None]
Arrays = dict[str, NDArray[Any]]


class Keep(Protocol):
    """Where results of tasks are kept, so that a run that was stopped can go on."""

    def get(self, name: str) -> Arrays | None:
        """Give the arrays kept under a name, or None."""
        ...

    def put(self, name: str, arrays: Arrays) -> None:
        """Keep arrays under a name."""
        ...


@dataclass(frozen=True, slots=True)
class Workers:
    """Who does the work.

    Attributes
    ----------
    backend : str
        Of joblib.
    jobs : int
        Tasks at a time; -1 for every core.
    keep : Keep, optional
        Where results are kept and looked up.
    """

    backend: str = "loky"
    jobs: int = -1
    keep: Keep | None = None

    @classmethod
    def from_environment(cls, keep: Keep | None = None) -> Workers:
        """Take the setting of `BACKEND_VARIABLE`.

        Raises
        ------
        UnknownNameError
            It names nobody who could do the work.
        """
        backend = os.environ.get(BACKEND_VARIABLE) or "loky"
        if backend not in _BACKENDS:
            raise UnknownNameError(what=BACKEND_VARIABLE, given=backend, known=_BACKENDS)
        return cls(backend=backend, jobs=1 if backend == "sequential" else -1, keep=keep)

    def each(
        self,
        task: Callable[..., Arrays],
        arguments: Sequence[tuple[Any, ...]],
        *,
        doing: str,
        heavy: bool = True,
        progress: Progress | None = None,
    ) -> list[Arrays]:
        """Call a task with each tuple of arguments.

        Parameters
        ----------
        task : callable
            A function of a module, so that another process can find it.
        arguments : sequence of tuple
            One a call.
        doing : str
            What is being done, in words; results are kept under it.
        heavy : bool
            Whether the work pays for starting processes, which takes seconds.
        progress : callable, optional
            Told how far it is.

        Returns
        -------
        list of dict of str to ndarray
            Results in the order of `arguments`.
        """
        names = [f"{doing}, {number:03d}" for number in range(len(arguments))]
        found = [None if self.keep is None else self.keep.get(name) for name in names]
        missing = [number for number, result in enumerate(found) if result is None]
        made = self._made(task, [arguments[number] for number in missing], heavy=heavy)
        for number, result in zip(missing, made, strict=True):
            found[number] = result
            if self.keep is not None:
                self.keep.put(names[number], result)
            if progress is not None:
                done = sum(part is not None for part in found)
                progress(f"{doing}: {done} of {len(arguments)}")
        return [result for result in found if result is not None]

    def _made(
        self, task: Callable[..., Arrays], arguments: Sequence[tuple[Any, ...]], *, heavy: bool
    ) -> Iterator[Arrays]:
        if self.jobs == 1 or not heavy or len(arguments) < 2:
            yield from (task(*given) for given in arguments)
            return
        parallel = Parallel(n_jobs=self.jobs, backend=self.backend, return_as="generator")
        yield from parallel(delayed(task)(*given) for given in arguments)
