"""The Local Authority Interactive Tool: measures by authority, one figure a row.

DfE, *Local Authority Interactive Tool* (LAIT): ``measure_short, period,
old_la_code, area_name, value, symbol``. Percentages there are rounded, so that a
table with counts, where one is given too, counts before it. A dash stands both
for none and for not collected, with an empty value: it is no figure.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from rcc_forecast.evaluation.from_releases.cells import (
    PublishedFile,
    count_cells,
    in_the_register,
    placed,
)

_COLUMNS = {"measure_short", "period", "old_la_code", "area_name", "value"}


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of the tool and the outcome that it is.

    Attributes
    ----------
    outcome : str
        Its name in the panel.
    divide_by : float
        100 for a percentage: shares are 0 to 1.
    is_positive : bool
        Whether 0 stands for no figure: a mean score, or what a week costs.
    """

    outcome: str
    divide_by: float = 1.0
    is_positive: bool = False


def _share(outcome: str) -> Measure:
    return Measure(outcome, 100.0)


def _mean(outcome: str) -> Measure:
    return Measure(outcome, is_positive=True)


MEASURES: dict[str, Measure] = {
    # Section 251 outturn: GBP a week for each child, then GBP a year.
    "RescareFinance": _mean("unit_cost_residential"),
    "FosteringFinance": _mean("unit_cost_fostering"),
    "LACFinance": _mean("unit_cost_looked_after"),
    "AdoptionFinance": _mean("unit_cost_adoption"),
    "SWFinance": _mean("unit_cost_social_work"),
    "SENFinance": _mean("unit_cost_special_needs"),
    "TotalLACFinance": Measure("spend_looked_after"),
    "C&YPExpenditure": Measure("spend_children_and_young_people"),
    "SafeguardingFinance": Measure("spend_safeguarding"),
    "FamilySupportFinance": Measure("spend_family_support"),
    "SureStartFinance": Measure("spend_early_years_centres"),
    "OtherChildren&FamilyFinance": Measure("spend_other_children_and_families"),
    "YoungPeopleFinance": Measure("spend_young_people"),
    "YouthJusticeFinance": Measure("spend_youth_justice"),
    "LeaveCareSupServTotExp": Measure("spend_leaving_care"),
    # Need.
    "LAC": Measure("children_looked_after_per_10000"),
    "LAC_Start_Rate": Measure("children_starting_per_10000"),
    "LAC_Cease_Rate": Measure("children_ceasing_per_10000"),
    "LACnum": Measure("children_looked_after"),
    "LACnum_Start": Measure("children_starting"),
    "LACceased": Measure("children_ceasing"),
    "CareApplications": Measure("care_applications_per_10000"),
    "Emotional_LAC": _mean("sdq_score"),
    "LAC_SEN": _share("special_needs_support"),
    "LAC_SEN_Statement": _share("special_needs_plan"),
    "Unacc_Asylmn_Seek_Childn%": _share("unaccompanied"),
    "UASC_%_Starting": _share("starting_unaccompanied"),
    "LACSubstance": _share("substance_misuse"),
    "LAC_Convictions": _share("convicted_or_cautioned"),
    "Children_missing": _share("missing_from_care"),
    "Children_Away": _share("away_without_authorisation"),
    # Where children live, and how settled they are.
    "LACDistance": _share("over_20_miles_and_outside"),
    "LACStable_2016on": _share("three_or_more_placements"),
    "LAC_LongStable%": _share("same_carer_two_years"),
    "LAC_Foster_Placements": _share("fostered"),
    "LAC_SecHome_And_ChildHome": _share("residential"),
    "LAC_Ind_SInd_Liv_Arr": _share("semi_independent"),
    "LAC_Other_Res_Settings": _share("other_residential_settings"),
    "LAC_Other_Place_Inc_Unreg": _share("other_placements"),
    "LAC_Parents_OR_Others": _share("placed_with_parents"),
    "Number_Foster_Places(New)": Measure("foster_places_approved"),
    "Number_Foster_Places_Filled(New)": Measure("foster_places_taken"),
    # Health and school.
    "LACHealth%": _share("health_assessed"),
    "LACDental%": _share("teeth_checked"),
    "LACVaccinations%": _share("vaccinations_up_to_date"),
    "Stability_School": _share("school_move_in_year"),
    "LAC_Over_Abs": _share("absence"),
    "LAC_Unauth": _share("absence_unauthorised"),
    "LAC_Pers_Abs": _share("persistent_absence"),
    "LAC_Fixed_ Ex": _share("suspended"),
    "LAC_KS4_AVG_Attain8": _mean("attainment_8"),
    # How care ended, and what came after.
    "%_of LAC Adopted": _share("ceasing_adopted"),
    "LAC_ceased_SGO%": _share("ceasing_special_guardianship"),
    "LAC_ceased_CAO%": _share("ceasing_child_arrangements"),
    "NoCareLeavers": Measure("care_leavers"),
    "CareLeaverAcc": _share("care_leavers_suitable_home"),
    "CareLeaverEET": _share("care_leavers_working_or_learning"),
    "CareLeaversNEET": _share("care_leavers_not_working_or_learning"),
    "CareLeavers_LA_NotInTouch": _share("care_leavers_not_in_touch"),
    "LAC_19_HE": _share("care_leavers_higher_education"),
    "StayingPut": _share("staying_put"),
}
"""Outcomes by ``measure_short``, which has stood unchanged where titles have not."""


def interactive_tool(file: PublishedFile) -> list[pd.DataFrame]:
    """Take the measures of the Local Authority Interactive Tool."""
    text = file.text
    if not set(text) >= _COLUMNS:
        return []
    text = text[text["measure_short"].isin(MEASURES)]
    where = placed(text, text["period"])
    # England and regions stand among authorities, with numbers of their own.
    known = in_the_register(where)
    text, where = text[known], where[known]
    value = pd.to_numeric(text["value"], errors="coerce").astype(float)
    means = [name for name, measure in MEASURES.items() if measure.is_positive]
    value = value.where((value > 0) | ~text["measure_short"].isin(means))
    return [
        count_cells(where[own], measure.outcome, value[own] / measure.divide_by, rounded=True)
        for name, measure in MEASURES.items()
        if (own := text["measure_short"] == name).any()
    ]
