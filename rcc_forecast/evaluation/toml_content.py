"""What a file of TOML holds, and the faults that every specification tells alike."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from rcc_forecast.errors import UnknownNameError, UnreadableInputError


def toml_content(path: Path, *, expected: str) -> dict[str, Any]:
    """Read a file of TOML in UTF-8.

    Parameters
    ----------
    path : Path
        The file.
    expected : str
        What should have been there, in words.

    Raises
    ------
    UnreadableInputError
        The file is absent or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UnreadableInputError(path=path.name, expected=expected) from error


def refuse_unknown(given: Iterable[str], known: Collection[str], what: str) -> None:
    """Refuse the first key that is not known.

    Parameters
    ----------
    given : iterable of str
        Keys as they were given.
    known : collection of str
        Keys that there are.
    what : str
        What they are, in words.

    Raises
    ------
    UnknownNameError
        The nearest known key is offered.
    """
    for key in given:
        if key not in known:
            raise UnknownNameError(what=what, given=key, known=known)


def whole_number(value: Any, name: str, within: tuple[int, int], faults: list[str]) -> int:
    """Read a whole number within bounds; what is none is a fault, and the lower bound is given."""
    if type(value) is int and within[0] <= value <= within[1]:
        return value
    # A year has no comma.
    low, high = (f"{end:,}" if end >= 10_000 else str(end) for end in within)
    faults.append(f"{name} is not a whole number from {low} to {high}.")
    return within[0]
