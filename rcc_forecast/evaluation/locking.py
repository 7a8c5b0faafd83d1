"""Whatever can be locked, told apart by its keys: a comparison, or the assumptions of a delay."""

from __future__ import annotations

from pathlib import Path

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.evaluation.delay_assumptions import KINDS, read_delay_spec
from rcc_forecast.evaluation.protocol import Lockable
from rcc_forecast.evaluation.spec import read_spec
from rcc_forecast.evaluation.toml_content import toml_content


def read_lockable(path: Path) -> Lockable:
    """Read a specification of either kind.

    Parameters
    ----------
    path : Path
        TOML. One that names an assumption of a cost of delay is read as one;
        any other as a specification of a comparison.

    Raises
    ------
    UnreadableInputError, UnknownNameError, SpecError
        As for `read_spec` and `read_delay_spec`.
    """
    return read_delay_spec(path) if _names_an_assumption(path) else read_spec(path)


def _names_an_assumption(path: Path) -> bool:
    try:
        given = toml_content(path, expected="")
    except UnreadableInputError:
        return False  # The reader of a comparison says what is wrong with the file.
    return bool({*KINDS, "price_year"} & set(given))
