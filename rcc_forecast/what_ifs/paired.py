"""Answers kept beside a run, so that runs can be compared future by future."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from rcc_forecast import __version__, runs
from rcc_forecast.errors import RccError, UnreadableInputError
from rcc_forecast.results.scenario import Answers, compared
from rcc_forecast.scenarios import Scenario
from rcc_forecast.what_ifs.fit import Fitted

PATHS, ABOUT = "paths.parquet", "paths.meta.json"
"""What a run folder holds for a comparison."""

_MUST_BE_ALIKE = {
    "data_hash": "other returns",
    "as_of": "another as-of day",
    "horizon": "another horizon",
    "seed": "another seed",
    "n_paths": "another number of futures",
    "version": "another version of the program",
}
"""What two runs must share for their futures to be the same futures."""


class ComparisonError(RccError):
    """Runs whose futures are not the same futures cannot be compared one by one."""

    def __init__(self, *, first: str, other: str, differs: list[str]) -> None:
        self.first, self.other, self.differs = first, other, differs
        listed = "".join(f"\n- {words}" for words in differs)
        super().__init__(
            f"{other} cannot be compared with {first} future by future; it was made with:{listed}\n"
            f"Run `sufficiency` again with the settings of {first}."
        )


@dataclass(frozen=True, slots=True)
class KeptRun:
    """One run as its folder has it.

    Attributes
    ----------
    name : str
        Of the folder.
    answers : Answers
        Future by future.
    about : dict
        What it was made from: see `about_run`.
    """

    name: str
    answers: Answers
    about: dict[str, Any]


def about_run(
    fit: Fitted, scenario: Scenario | None, *, homes_hash: str | None = None
) -> dict[str, Any]:
    """Say what a run was made from, in words that JSON knows."""
    history, config = fit.prepared.history, fit.config
    return {
        "data_hash": history.data_hash,
        "as_of": history.as_of.date().isoformat(),
        "horizon": config.horizon,
        "seed": config.seed,
        "n_paths": config.n_paths,
        "version": __version__,
        "homes_hash": homes_hash,
        "scenario": None if scenario is None else scenario.as_dict(),
    }


def write_kept(folder: Path, answers: Answers, about: dict[str, Any]) -> None:
    """Put a run's answers into its folder, with what they were made from."""
    runs.write_table(answers.table(), folder / PATHS)
    runs.write_json(about, folder / ABOUT)


def read_kept(folder: Path) -> KeptRun:
    """Read a run's answers back.

    Raises
    ------
    UnreadableInputError
        The folder was not written by `sufficiency`, or its files are damaged.
    """
    expected = f"a folder written by `sufficiency`, with {PATHS} and {ABOUT}"
    try:
        table = pd.read_parquet(folder / PATHS)
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        return KeptRun(folder.resolve().name, Answers.from_table(table), about)
    except (OSError, ValueError, KeyError) as error:
        raise UnreadableInputError(path=str(folder), expected=expected) from error


def compare_kept(kept: Sequence[KeptRun]) -> pd.DataFrame:
    """Set runs beside the first of them, future by future.

    Parameters
    ----------
    kept : sequence of KeptRun
        The first is what the others are compared with.

    Returns
    -------
    DataFrame
        A `COMPARISON` table.

    Raises
    ------
    ComparisonError
        Two runs do not share their futures.
    """
    first, *others = kept
    for other in others:
        differs = [
            words
            for key, words in _MUST_BE_ALIKE.items()
            if other.about.get(key) != first.about.get(key)
        ]
        if differs:
            raise ComparisonError(first=first.name, other=other.name, differs=differs)
    return compared({name: run.answers for name, run in _named(kept).items()})


def comparison_notes(kept: Sequence[KeptRun]) -> list[str]:
    """Say what a reader of a comparison should know beside its figures."""
    first, *others = kept
    registers = [run.name for run in others if run.about["homes_hash"] != first.about["homes_hash"]]
    notes = [
        f"Every scenario has the same {first.about['n_paths']} futures as {first.name}, so that a "
        f"difference is what a scenario says, and not luck."
    ]
    if registers:
        notes.append(
            f"{', '.join(registers)}: made with another register of homes than {first.name}; the "
            f"difference holds that too."
        )
    return notes


def _named(kept: Sequence[KeptRun]) -> dict[str, KeptRun]:
    """Give runs by the name of their folder, numbered where folders share one."""
    found: dict[str, KeptRun] = {}
    for number, run in enumerate(kept, start=1):
        found[f"{run.name} ({number})" if run.name in found else run.name] = run
    return found
