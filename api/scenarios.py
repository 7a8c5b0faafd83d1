"""Regions kept ready for what-ifs, and what is kept of each scenario that was put to them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from api.errors import NotComparableError
from api.schemas.scenarios import AS_IS, ScenarioRequest
from api.store import ROW, Record, RecordName, Store
from rcc_forecast.results.scenario import Answers
from rcc_forecast.scenarios import (
    Scenario,
    ScenarioValueError,
    parse_scenario,
    parse_scenario_text,
    require_supported,
)
from rcc_forecast.what_ifs import Fitted, about_run, answers, compare_kept, waterfall
from rcc_forecast.what_ifs.paired import ComparisonError, KeptRun, comparison_notes

MOST_REGIONS = 2
"""Regions kept in memory: what a planner asks of now, and of another a moment ago."""


@dataclass(frozen=True, slots=True)
class Region:
    """A region ready for what-ifs, and the register that was last set against it.

    Attributes
    ----------
    fit : Fitted
        Forecast as things are.
    homes_name : RecordName
        Which register.
    homes : DataFrame
        The register: the same object each time, as what is known of it goes by it.
    """

    fit: Fitted
    homes_name: RecordName
    homes: pd.DataFrame


class Regions:
    """The latest regions that were asked about; the one longest unasked makes room.

    For one caller at a time, as `Turns` lets them in; only `forget` may come at
    any moment.
    """

    def __init__(self, most: int = MOST_REGIONS) -> None:
        self._most = most
        self._kept: dict[RecordName, Region] = {}

    def get(
        self,
        forecast: RecordName,
        homes: RecordName,
        *,
        fit: Callable[[], Fitted],
        read: Callable[[], pd.DataFrame],
    ) -> Region:
        """Give a region with a register.

        Parameters
        ----------
        forecast : RecordName
            Names its data and every setting.
        homes : RecordName
            Names the register.
        fit, read : callable
            Make what is not kept.
        """
        kept = self._kept
        region = kept.pop(forecast, None)
        if region is None:
            region = Region(fit(), homes, read())
        elif region.homes_name != homes:
            # What is known of the other register goes with it.
            region = Region(replace(region.fit, carers_kept={}), homes, read())
        kept[forecast] = region
        while len(kept) > self._most:
            del kept[next(iter(kept))]
        return region

    def forget(self) -> None:
        """Keep nothing."""
        self._kept = {}


def parse_scenario_sent(sent: str | dict[str, Any] | None) -> Scenario | None:
    """Read a scenario that came as TOML text or as JSON.

    Raises
    ------
    RccError
        It is not TOML, or a block, key or value of it is not known.
    """
    if sent is None:
        return None
    return parse_scenario(sent) if isinstance(sent, dict) else parse_scenario_text(sent)


def read_scenario_asked(asked: ScenarioRequest) -> Scenario:
    """Read the scenario of a request, and refuse what cannot be applied before the long work.

    Raises
    ------
    RccError
        It is not TOML, a key or value of it is not known, or it cannot be applied.
    """
    scenario = parse_scenario_sent(asked.scenario) or Scenario()
    require_supported(scenario)
    for block in scenario.blocks:
        for key, value in block.given.items():
            ends = value if isinstance(value, tuple) else (value,)
            if not all(math.isfinite(end) for end in ends if isinstance(end, float)):
                raise ScenarioValueError(
                    name=scenario.name, where=f"{block.where} {key}", expected="a finite number"
                )
    return scenario


def answered(region: Region, scenario: Scenario) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Answer a scenario: tables ``answers`` and ``paths``, and what they were made from."""
    found = answers(region.fit, region.homes, scenario)
    about = about_run(region.fit, scenario, homes_hash=region.homes_name.id)
    return {"answers": _summed_up(found), "paths": found.table()}, about


def moved(region: Region, scenario: Scenario) -> dict[str, pd.DataFrame]:
    """Say what moved a scenario's answers: tables ``waterfall`` and ``scenario_draws``."""
    return waterfall(region.fit, region.homes, scenario).tables()


def side_by_side(
    records: Sequence[Record], store: Store, *, from_as_is: bool
) -> tuple[pd.DataFrame, list[str]]:
    """Set scenarios beside the first of them.

    Parameters
    ----------
    records : sequence of Record
        The first is the base.
    store : Store
        Where their futures are.
    from_as_is : bool
        Whether the base was asked for as `AS_IS`.

    Returns
    -------
    (DataFrame, list of str)
        A `COMPARISON` table with the column scenario_name, and notes.

    Raises
    ------
    NotComparableError
        Two of them do not have the same futures.
    """
    kept = [_kept_run(record, store) for record in records]
    if from_as_is:
        kept[0] = replace(kept[0], name=AS_IS)
    try:
        table = compare_kept(kept)
    except ComparisonError as error:
        raise NotComparableError(error.first, error.other, error.differs) from error
    _must_share_forecast(kept)
    names = {
        run.name: record.facts["answer"]["name"] for run, record in zip(kept, records, strict=True)
    }
    named = table.assign(scenario_name=table["scenario"].map(names).astype("str"))
    return named, comparison_notes(kept)


def _summed_up(found: Answers) -> pd.DataFrame:
    low, high = np.quantile(found.futures, [0.1, 0.9], axis=0)
    figures = {"mean": found.futures.mean(axis=0), "q10": low, "q90": high}
    name = "local_authority_name"
    return found.rows.drop(columns=name).assign(**figures, **{name: found.rows[name]})


def _kept_run(record: Record, store: Store) -> KeptRun:
    paths = store.table(record.name, "paths").drop(columns=ROW)
    return KeptRun(record.id, Answers.from_table(paths), record.facts["about"])


def _must_share_forecast(kept: Sequence[KeptRun]) -> None:
    first, *others = kept
    for other in others:
        if other.about["forecast_id"] != first.about["forecast_id"]:
            differs = ["other settings of the forecast (past forecasts or candidates)"]
            raise NotComparableError(first.name, other.name, differs)
