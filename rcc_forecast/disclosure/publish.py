"""Tables in, published tables out: nothing else in the program hands counts to the public."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.suppression import (
    Audit,
    Suppression,
    SuppressionProblem,
    UnprotectableError,
    audit_suppression,
    solve_suppression,
)
from rcc_forecast.codes import ALL
from rcc_forecast.disclosure.figures import Figures, gather_figures, totals_of
from rcc_forecast.disclosure.mask import masked
from rcc_forecast.disclosure.problem import problem_of
from rcc_forecast.disclosure.rule import DisclosureRule
from rcc_forecast.disclosure.spec import TableSpec
from rcc_forecast.errors import RccError
from rcc_forecast.tables.published import DISCLOSURE_AUDIT, WITHHELD

BASE = "base"
"""Name of the edition that is no scenario."""

_MANY_GROUPS = 1500
"""From here on, the totals of regions are settled first: it splits the problem."""

_FOLLOWED_TO_THE_END = 400
"""Decisions up to which the audit gives whole intervals; beyond, that they are wide enough."""


class ExposedFigureError(RccError):
    """The audit could work out a withheld figure, so nothing is published."""

    def __init__(self, *, exposed: int, narrowest: float) -> None:
        self.exposed, self.narrowest = exposed, narrowest
        super().__init__(
            f"{exposed} withheld figures can be worked out from the published ones (the "
            f"narrowest interval is {narrowest:.2f} wide). Nothing was published: please report "
            f"this fault, and publish fewer breakdowns until it is mended."
        )


@dataclass(frozen=True, slots=True)
class Published:
    """Whole tables after suppression and rounding: the only type that may leave.

    Attributes
    ----------
    frames : dict of str to dict of str to DataFrame
        By edition and name; figures are text, with the symbols of
        rcc_forecast/tables/published.py.
    withheld : DataFrame
        A `WITHHELD` table: what and why. It tells small figures from their
        companions, so it is for staff.
    audit : DataFrame
        A `DISCLOSURE_AUDIT` table, for staff as well.
    rule : DisclosureRule
        That was applied.
    figures, small, loss, bound : int
        Decisions; those withheld for their own sake; weight that was withheld, and the least
        that any pattern could withhold (in large tables: any with the same totals of areas).
    proved : bool
        Whether `loss` is proved the least of all.
    """

    frames: dict[str, dict[str, pd.DataFrame]]
    withheld: pd.DataFrame
    audit: pd.DataFrame
    rule: DisclosureRule
    figures: int
    small: int
    loss: int
    bound: int
    proved: bool

    def tables(self, edition: str = BASE) -> dict[str, pd.DataFrame]:
        """Give the published tables of one edition by name."""
        return dict(self.frames[edition])

    def record(self) -> dict[str, pd.DataFrame]:
        """Give what staff keep beside a release: what was withheld and why, and the audit."""
        return {"withheld": self.withheld, "disclosure_audit": self.audit}

    def meta(self) -> dict[str, object]:
        """Give what belongs beside the tables in words and figures."""
        return {
            "threshold": self.rule.threshold,
            "protection": self.rule.protection,
            "round_totals_to": self.rule.round_totals_to,
            "figures": self.figures,
            "small": self.small,
            "withheld": int(self.audit["exposed"].size),
            "exposed": int(self.audit["exposed"].sum()),
            "loss": self.loss,
            "bound": self.bound,
            "proved_least": self.proved,
        }


def publish(
    tables: Mapping[str, pd.DataFrame],
    specs: Mapping[str, TableSpec],
    *,
    rule: DisclosureRule | None = None,
    scenarios: Mapping[str, Mapping[str, pd.DataFrame]] | None = None,
) -> Published:
    """Withhold, round and audit whole tables, linked as a reader could link them.

    Parameters
    ----------
    tables : mapping of name to DataFrame
        Working tables; those without a spec are not published.
    specs : mapping of name to TableSpec
        How each is published.
    rule : DisclosureRule, optional
        The ordinary one by default.
    scenarios : mapping of name to tables, optional
        What-ifs published beside the base: a figure is withheld in all or in
        none, since one could be worked out from the other and the difference.

    Returns
    -------
    Published
        Audited.

    Raises
    ------
    ExposedFigureError
        The audit found a way; nothing is handed out.

    Notes
    -----
    Rows are selected before anything is withheld, so that a reader who filters
    the published table can learn nothing that the table does not say.
    """
    rule = rule or DisclosureRule()
    editions = {BASE: tables, **(scenarios or {})}
    chosen = {edition: _chosen(of, specs) for edition, of in editions.items()}
    if not any(len(table) for of in chosen.values() for table in of.values()):
        return _nothing_published(chosen, rule)
    gathered = gather_figures(chosen, specs)
    problem, found = _solved(gathered, rule)
    audit = audit_suppression(
        problem, found.withheld, to_the_end=gathered.n_groups <= _FOLLOWED_TO_THE_END
    )
    if not audit.passed:
        raise ExposedFigureError(exposed=int(audit.exposed.sum()), narrowest=audit.narrowest)
    frames = {
        edition: {
            name: masked(
                table,
                specs[name],
                places=_of(gathered.places, edition, name),
                withheld=found.withheld,
                rule=rule,
            )
            for name, table in of.items()
        }
        for edition, of in chosen.items()
    }
    own = ~problem.hidden
    return Published(
        frames=frames,
        withheld=WITHHELD.check(_told(gathered, problem, found)),
        audit=DISCLOSURE_AUDIT.check(_audited(gathered, problem, audit)),
        rule=rule,
        figures=int(own.sum()),
        small=int(problem.primary.sum()),
        loss=found.loss,
        bound=found.bound,
        proved=found.optimal,
    )


def _chosen(
    tables: Mapping[str, pd.DataFrame], specs: Mapping[str, TableSpec]
) -> dict[str, pd.DataFrame]:
    """Give the rows that are published; a table without any has no public edition."""
    found = {
        name: specs[name].select(table).reset_index(drop=True)
        for name, table in tables.items()
        if name in specs and len(table)
    }
    return {name: table for name, table in found.items() if len(table)}


def _nothing_published(
    chosen: dict[str, dict[str, pd.DataFrame]], rule: DisclosureRule
) -> Published:
    """Hand out tables without rows as they are."""
    return Published(
        frames=chosen,
        withheld=pd.DataFrame(columns=WITHHELD.names),
        audit=pd.DataFrame(columns=DISCLOSURE_AUDIT.names),
        rule=rule,
        figures=0,
        small=0,
        loss=0,
        bound=0,
        proved=True,
    )


def _solved(gathered: Figures, rule: DisclosureRule) -> tuple[SuppressionProblem, Suppression]:
    """Settle the totals of areas first where the tables are large; else decide on all at once."""
    effort = rule.max_deterministic_time
    if gathered.n_groups >= _MANY_GROUPS:
        of_totals = solve_suppression(
            problem_of(totals_of(gathered), rule), max_deterministic_time=effort
        )
        totals = of_totals.withheld[: gathered.n_groups]
        problem = problem_of(gathered, rule, totals=totals)
        try:
            found = solve_suppression(problem, max_deterministic_time=effort)
            # The least once the totals are settled; not proved the least of all.
            return problem, replace(found, optimal=False)
        except UnprotectableError:
            pass  # somewhere another total must go as well
    problem = problem_of(gathered, rule)
    return problem, solve_suppression(problem, max_deterministic_time=effort)


def _of(places: pd.DataFrame, edition: str, name: str) -> pd.DataFrame:
    return places[(places["edition"] == edition) & (places["table"] == name)]


def _told(gathered: Figures, problem: SuppressionProblem, found: Suppression) -> pd.DataFrame:
    """Say of every row of every table what is withheld and why."""
    places = gathered.places[found.withheld[gathered.places["group"].to_numpy()]]
    rows = places.drop_duplicates(["edition", "table", "row", "family"])
    is_small = problem.primary[rows["group"].to_numpy()]
    implied = np.zeros(problem.n_groups, dtype=bool)
    implied[problem.implied[found.withheld[problem.implied[:, 0]], 1]] = True
    follows = implied[rows["group"].to_numpy()]
    return pd.DataFrame(
        {
            "edition": rows["edition"],
            "table": rows["table"],
            "row": rows["row"] + 2,
            "what": rows["family"].map({"count": "children", "money": "money"}),
            "reason": np.where(is_small, "small", np.where(follows, "follows", "protects")),
        }
    ).sort_values(["edition", "table", "row", "what"], ignore_index=True)


def _audited(gathered: Figures, problem: SuppressionProblem, audit: Audit) -> pd.DataFrame:
    """Lay the audit out with the names of the figures."""
    figures = gathered.figures.iloc[audit.figure]
    cell = pd.Series("", index=figures.index, dtype="str")
    for dimension in gathered.dimensions:
        told = figures[dimension].where(figures[dimension] != ALL, "")
        cell = cell + " " + told
    return pd.DataFrame(
        {
            "edition": figures["edition"].to_numpy(),
            "figure": figures["quantity"].to_numpy(),
            "region": figures["region"].to_numpy(),
            "local_authority": figures["local_authority"].to_numpy(),
            "rcc": figures["pool"].to_numpy(),
            "cell": cell.str.split().str.join(" ").to_numpy(),
            "month": figures["month"].to_numpy(),
            "low": audit.low.round(3),
            "high": np.where(np.isfinite(audit.high), audit.high.round(3), np.nan),
            "protection": problem.protection[audit.figure],
            "exposed": audit.exposed.astype(np.int64),
        }
    )
