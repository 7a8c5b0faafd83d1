"""Who belongs to which Regional Care Cooperative, and since when.

Membership is a file that an analyst can edit, since co-operatives are founded,
joined and left: DfE policy statement of February 2026 and its pathfinders.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pandas as pd

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.geography.authorities import resolve_authority, successor_of

_COLUMNS = ["rcc", "local_authority", "from", "to"]


@dataclass(frozen=True, slots=True)
class Membership:
    """Dated membership.

    Attributes
    ----------
    table : DataFrame
        Columns rcc, local_authority (ONS code), from, to (datetime64; an empty
        ``to`` is still a member on every later day).
    """

    table: pd.DataFrame

    def on(self, date: pd.Timestamp) -> dict[str, str]:
        """Give the co-operative of each member authority on a day."""
        since, until = self.table["from"], self.table["to"]
        valid = (since <= date) & (until.isna() | (until >= date))
        members = self.table[valid]
        return dict(zip(members["local_authority"], members["rcc"], strict=True))

    def for_history(self, as_of: pd.Timestamp) -> dict[str, str]:
        """Give one membership to look back with, so that a series keeps its members.

        Each co-operative has the members of `as_of`, or of its first day where
        that is yet to come.
        """
        found: dict[str, str] = {}
        for _, rows in self.table.groupby("rcc", sort=True):
            day = max(as_of, rows["from"].min())
            found |= {
                code: rcc for code, rcc in Membership(rows).on(day).items() if code not in found
            }
        return found

    def members(self) -> dict[str, list[str]]:
        """Give every authority that ever belonged, by co-operative."""
        return {
            str(rcc): sorted(set(rows["local_authority"]))
            for rcc, rows in self.table.groupby("rcc", sort=True)
        }


def read_membership(path: Path | None = None) -> Membership:
    """Read the membership table.

    Parameters
    ----------
    path : Path, optional
        An analyst's own file with columns rcc, local_authority (code or name),
        from, to; the one that ships with the program when absent.

    Raises
    ------
    UnreadableInputError
        The file lacks a column or names an authority that is not known.
    """
    source = path or files("rcc_forecast.geography").joinpath("rcc_membership.csv")
    with source.open(encoding="utf-8") as file:
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
    expected = f"columns {', '.join(_COLUMNS)}, with known authorities and ISO dates"
    if not set(_COLUMNS) <= set(table.columns):
        raise UnreadableInputError(path=str(source), expected=expected)
    codes = table["local_authority"].map(resolve_authority)
    since = pd.to_datetime(table["from"], format="%Y-%m-%d", errors="coerce")
    until = pd.to_datetime(table["to"].replace("", None), format="%Y-%m-%d", errors="coerce")
    if codes.isna().any() or since.isna().any() or (until.isna() & (table["to"] != "")).any():
        raise UnreadableInputError(path=str(source), expected=expected)
    return Membership(
        pd.DataFrame(
            {
                "rcc": table["rcc"],
                "local_authority": codes.map(successor_of),
                "from": since,
                "to": until,
            }
        )
    )
