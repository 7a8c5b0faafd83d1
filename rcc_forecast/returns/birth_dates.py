"""Every child needs a birth date: from the header, another table or another year's return.

Without one there is no age, and without an age a child is in no count that
goes by age band. A child whose birth date stands nowhere is refused with all
episodes, and the findings say so row by row.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.returns.under_check import ReturnsUnderCheck

_NOWHERE = "The child's birth date is in no table of any return."


def settle_birth_dates(returns: ReturnsUnderCheck) -> None:
    """Fill birth dates where another table has them; refuse children who have none.

    Parameters
    ----------
    returns : ReturnsUnderCheck
        Numbered (`number_children`). Its header gains rows for children who
        have none but whose birth date is known; ``made`` marks them.
    """
    stated = _stated(returns)
    _fill_headers(returns, stated)
    header = returns.frames["header"]
    header["made"] = False
    nowhere = header["dob"].isna().to_numpy()
    returns.note(
        "birth-date-missing",
        Severity.REFUSED,
        "header",
        nowhere,
        found=_NOWHERE,
        done="The row is not used. Give DOB in the header.",
        column="DOB",
    )
    returns.drop("header", nowhere)
    _make_headers(returns, stated)
    returns.born = (
        returns.frames["header"]
        .sort_values("year", kind="stable")
        .drop_duplicates("who", keep="last")
        .set_index("who")["dob"]
    )
    _refuse_episodes(returns)


def _stated(returns: ReturnsUnderCheck) -> pd.DataFrame:
    """Give every birth date that stands anywhere of the children who lack one in a header.

    Those of headers come first, the newest first.
    """
    lacking = _without_birth_date_in_a_header(returns)
    parts = [
        frame.loc[
            (frame["who"].isin(lacking) & frame["dob"].notna()).to_numpy(),
            ["who", "year", "dob", "child", "local_authority", "filing", "file", "row"],
        ].assign(table=name, rank=0 if name == "header" else 1)
        for name, frame in returns.frames.items()
        if "dob" in frame.columns and len(frame)
    ]
    if not len(lacking) or not parts:
        return pd.DataFrame({"who": [], "year": [], "dob": pd.Series(dtype="datetime64[us]")})
    joined = pd.concat([part.astype({"file": "str"}) for part in parts], ignore_index=True)
    return joined.sort_values(["rank", "year"], ascending=[True, False], kind="stable")


def _without_birth_date_in_a_header(returns: ReturnsUnderCheck) -> npt.NDArray[np.int64]:
    """Give the children with a header row without DOB, or with episodes and no header row."""
    header, episodes = returns.frames["header"], returns.frames["episodes"]
    blank = header.loc[header["dob"].isna(), "who"].to_numpy()
    in_care = episodes["who"].to_numpy()
    headless = in_care[~np.isin(in_care, header["who"].to_numpy())]
    return np.unique(np.concatenate([blank, headless]))


def _fill_headers(returns: ReturnsUnderCheck, stated: pd.DataFrame) -> None:
    header = returns.frames["header"]
    blank = header["dob"].isna().to_numpy()
    if not blank.any() or not len(stated):
        return
    wanted = header.loc[blank, ["who", "year"]]
    same_year = wanted.merge(
        stated.drop_duplicates(["who", "year"])[["who", "year", "dob"]],
        on=["who", "year"],
        how="left",
    )["dob"]
    any_year = stated.drop_duplicates("who").set_index("who")["dob"].reindex(wanted["who"])
    found = same_year.to_numpy(copy=True)
    found = np.where(np.isnat(found), any_year.to_numpy(), found)
    repaired = np.zeros(len(header), dtype=bool)
    repaired[np.flatnonzero(blank)[~np.isnat(found)]] = True
    returns.note(
        "birth-date-found",
        Severity.REPAIRED,
        "header",
        repaired,
        found="DOB is blank or cannot be read.",
        done="The birth date is taken from another table, or another return, of the same child.",
        column="DOB",
    )
    header.loc[repaired, "dob"] = found[~np.isnat(found)]


def _make_headers(returns: ReturnsUnderCheck, stated: pd.DataFrame) -> None:
    header, episodes = returns.frames["header"], returns.frames["episodes"]
    in_care = episodes["who"].drop_duplicates()
    without = in_care[~in_care.isin(header["who"])]
    if not len(without) or not len(stated):
        return
    source = stated[stated["who"].isin(without)].drop_duplicates("who")
    if not len(source):
        return
    made = source[
        ["child", "dob", "local_authority", "year", "file", "row", "who", "filing"]
    ].assign(made=True)
    if len(returns.frames["uasc"]):
        uasc = returns.frames["uasc"]
        sex = uasc.drop_duplicates("who").set_index("who")["sex"]
        made["sex"] = sex.reindex(made["who"]).to_numpy()
    returns.findings.append(
        Findings.of_rows(
            "header-row-made",
            Severity.REPAIRED,
            source,
            found="The child has episodes and no header row in any return.",
            done="A header row is made from the birth date given here.",
            table="header",
            column="DOB",
        )
    )
    joined = pd.concat([header.astype({"file": "str"}), made], ignore_index=True)
    returns.frames["header"] = joined.astype(
        {name: dtype for name, dtype in header.dtypes.items() if name != "file"}
    )


def _refuse_episodes(returns: ReturnsUnderCheck) -> None:
    nowhere = ~returns.frames["episodes"]["who"].isin(returns.born.index).to_numpy()
    returns.note(
        "birth-date-missing",
        Severity.REFUSED,
        "episodes",
        nowhere,
        found=_NOWHERE,
        done="The episode is not used. Give the child a header row with DOB.",
        column="CHILD",
    )
    returns.drop("episodes", nowhere)
