"""A panel set against its specification: everything that has to be put right, at once."""

from __future__ import annotations

from rcc_forecast.evaluation.panel import Cells, PanelAtFaultError
from rcc_forecast.evaluation.spec import Spec
from rcc_forecast.evaluation.stages import course_of, mapped
from rcc_forecast.geography import Membership


def checked(
    cells: Cells,
    faults: list[str],
    spec: Spec,
    *,
    name: str,
    membership: Membership | None = None,
) -> Cells:
    """Refuse a panel that cannot be evaluated under a specification, every fault listed.

    Parameters
    ----------
    cells : Cells
        As read.
    faults : list of str
        Found when it was read.
    spec : Spec
        Whose treated units and primary outcome must be there.
    name : str
        How messages name the panel.
    membership : Membership, optional
        Of the co-operatives, for a treated unit that is one.

    Returns
    -------
    Cells
        In the regions to use.

    Raises
    ------
    PanelAtFaultError
        Names everything that has to be put right.
    """
    cells, found = mapped(cells, spec, membership)
    every = [*faults, *_faults_under(cells, spec)]
    if every:
        raise PanelAtFaultError(name=name, faults=every)
    return Cells(cells.frame, cells.calendar, cells.findings + found, cells.late)


def _faults_under(cells: Cells, spec: Spec) -> list[str]:
    frame, calendar = cells.frame, cells.calendar
    if not len(frame):
        return []  # The faults of its rows have been told; nothing is known of its units.
    by = "region" if spec.unit == "region" else "la_code"
    names = {name for name in frame[by].unique() if str(name).strip()}
    kind = "regions" if spec.unit == "region" else "authorities"
    faults = []
    if spec.unit == "region" and (frame["region"].str.strip() == "").any():
        faults.append("region is empty in rows of the panel, and regions are compared.")
    if len(names) < 2:
        faults.append(f"the panel has {len(names)} of the {kind} to compare: two are the least.")
    faults += [
        f"treated unit {treated.unit!r} is not among the {kind} of the panel."
        for treated in spec.treated
        if treated.unit not in names
    ]
    primary = frame[frame["outcome"] == spec.primary]
    if not len(primary):
        faults.append(f"the primary outcome {spec.primary!r} is not in the panel.")
    elif not primary["value"].notna().any():
        faults.append(f"no cell of the primary outcome {spec.primary!r} has a value.")
    first = int(frame["period"].min())
    for treated in spec.treated:
        course = course_of(treated, calendar)
        if course.aware <= first:
            faults.append(
                f"treated unit {treated.unit!r} has no period before: its "
                f"{'delivery' if course.touched <= first else 'announcement'} is not after "
                f"{calendar.name(first)}, the first period of the panel."
            )
    return faults
