"""What every outcome of a published file is, in what unit, and whose figure it is."""

from __future__ import annotations

from dataclasses import dataclass

_DFE = "DfE, tables of children looked after and of children in need"
_LAIT = "DfE, Local Authority Interactive Tool"
_OFSTED = "Ofsted, children's social care and fostering statistics"
_ONS = "ONS, mid-year population estimates"
_MADE = "made from two counts of the files given"
_DFE_LAIT = f"{_DFE}; {_LAIT}"
_MADE_LAIT = f"{_MADE}; {_LAIT}"
_OFSTED_LAIT = f"{_OFSTED}; {_LAIT}"

_SHARE = "share, 0 to 1"


@dataclass(frozen=True, slots=True)
class PublishedOutcome:
    """What an outcome is.

    Attributes
    ----------
    meaning : str
        In the reader's words.
    unit : str
        Of its value.
    source : str
        Whose figure it is.
    """

    meaning: str
    unit: str
    source: str


def _share(meaning: str, source: str) -> PublishedOutcome:
    return PublishedOutcome(meaning, _SHARE, source)


OUTCOMES: dict[str, PublishedOutcome] = {
    "over_20_miles": _share(
        "Children looked after who are placed more than 20 miles from home", _DFE
    ),
    "over_20_miles_and_outside": _share(
        "Children looked after placed more than 20 miles from home and outside the authority",
        _DFE_LAIT,
    ),
    "out_of_area": _share("Children looked after placed outside the authority", _DFE),
    "residential": _share("Children looked after in secure or children's homes", _DFE_LAIT),
    "residential_or_semi_independent": _share(
        "Children looked after in secure, children's or semi-independent homes", _DFE
    ),
    "semi_independent": _share(
        "Children looked after in semi-independent or supported homes", _DFE_LAIT
    ),
    "fostered": _share("Children looked after in foster placements", _DFE_LAIT),
    "private_provision": _share("Children looked after placed with private providers", _DFE),
    "own_provision": _share("Children looked after in the authority's own provision", _DFE),
    "voluntary_provision": _share("Children looked after placed with voluntary providers", _DFE),
    "aged_10_to_15": _share("Children looked after aged 10 to 15", _DFE),
    "aged_16_and_over": _share("Children looked after aged 16 and over", _DFE),
    "unaccompanied": _share(
        "Children looked after who are unaccompanied asylum-seeking children", _DFE_LAIT
    ),
    "need_abuse_or_neglect": _share(
        "Children looked after whose category of need is abuse or neglect", _DFE
    ),
    "need_disability": _share(
        "Children looked after whose category of need is the child's disability", _DFE
    ),
    "three_or_more_placements": _share(
        "Children looked after with three or more placements in the year", _DFE_LAIT
    ),
    "same_carer_two_years": _share(
        "Children looked after long-term who lived with the same carer for two years", _DFE_LAIT
    ),
    "starting_unaccompanied": _share(
        "Children starting who are unaccompanied asylum-seeking children", _DFE_LAIT
    ),
    "starting_aged_16_and_over": _share("Children starting who are aged 16 and over", _DFE),
    "starting_abuse_or_neglect": _share(
        "Children starting whose category of need is abuse or neglect", _DFE
    ),
    "ceasing_adopted": _share("Children ceasing who were adopted", _DFE_LAIT),
    "ceasing_special_guardianship": _share(
        "Children ceasing under a special guardianship order", _DFE_LAIT
    ),
    "ceasing_returned_home": _share("Children ceasing who returned to parents", _DFE),
    "ceasing_child_arrangements": _share(
        "Children ceasing under a child arrangements order", _LAIT
    ),
    "new_placements_over_20_miles_and_outside": _share(
        "New placements of the year more than 20 miles from home and outside the authority", _DFE
    ),
    "new_placements_out_of_area": _share("New placements of the year outside the authority", _DFE),
    "placement_change_allegation": _share(
        "Placement changes of the year: allegation (section 47)", _DFE
    ),
    "placement_change_approval_removed": _share(
        "Placement changes of the year: approval removed", _DFE
    ),
    "placement_change_carer_request_not_behaviour": _share(
        "Placement changes of the year: the carer asked, not over behaviour", _DFE
    ),
    "placement_change_carer_request_behaviour": _share(
        "Placement changes of the year: the carer asked, over behaviour", _DFE
    ),
    "placement_change_change_of_status": _share(
        "Placement changes of the year: the status of the placement alone changed", _DFE
    ),
    "placement_change_care_plan": _share("Placement changes of the year: the care plan", _DFE),
    "placement_change_child_request": _share(
        "Placement changes of the year: the child asked", _DFE
    ),
    "placement_change_custody": _share("Placement changes of the year: custody", _DFE),
    "placement_change_other": _share("Placement changes of the year: another reason", _DFE),
    "placement_change_closure": _share(
        "Placement changes of the year: resignation or closure of provision", _DFE
    ),
    "placement_change_authority_request": _share(
        "Placement changes of the year: the authority asked", _DFE
    ),
    "placement_change_standards_of_care": _share(
        "Placement changes of the year: standards of care", _DFE
    ),
    "children_looked_after": PublishedOutcome(
        "Children looked after on 31 March", "children", _DFE_LAIT
    ),
    "children_starting": PublishedOutcome(
        "Children who started to be looked after in the year", "children", _DFE_LAIT
    ),
    "children_ceasing": PublishedOutcome(
        "Children who ceased to be looked after in the year", "children", _DFE_LAIT
    ),
    "children_in_need": PublishedOutcome("Children in need on 31 March", "children", _DFE),
    "children_in_need_starting": PublishedOutcome(
        "Episodes of need that began in the year", "episodes", _DFE
    ),
    "children_in_need_ending": PublishedOutcome(
        "Episodes of need that ended in the year", "episodes", _DFE
    ),
    "population_0_17": PublishedOutcome(
        "Children of 0 to 17, estimated for 30 June before", "children", _ONS
    ),
    "children_looked_after_per_10000": PublishedOutcome(
        "Children looked after on 31 March", "a 10,000 children", _MADE_LAIT
    ),
    "children_starting_per_10000": PublishedOutcome(
        "Children who started to be looked after in the year", "a 10,000 children", _MADE_LAIT
    ),
    "children_ceasing_per_10000": PublishedOutcome(
        "Children who ceased to be looked after in the year", "a 10,000 children", _MADE_LAIT
    ),
    "children_in_need_per_10000": PublishedOutcome(
        "Children in need on 31 March", "a 10,000 children", _MADE
    ),
    "care_applications_per_10000": PublishedOutcome(
        "Care applications to Cafcass in the year", "a 10,000 children", _LAIT
    ),
    "unit_cost_residential": PublishedOutcome(
        "Residential care, section 251 outturn", "GBP a week a child", _LAIT
    ),
    "unit_cost_fostering": PublishedOutcome(
        "Fostering, section 251 outturn", "GBP a week a child", _LAIT
    ),
    "unit_cost_looked_after": PublishedOutcome(
        "Children looked after, section 251 outturn", "GBP a week a child", _LAIT
    ),
    "unit_cost_adoption": PublishedOutcome(
        "Adoption, section 251 outturn", "GBP a week a child", _LAIT
    ),
    "unit_cost_social_work": PublishedOutcome(
        "Social work and commissioning, section 251 outturn", "GBP a week a child", _LAIT
    ),
    "unit_cost_special_needs": PublishedOutcome(
        "Special educational needs, section 251 outturn", "GBP a week a child", _LAIT
    ),
    "spend_looked_after": PublishedOutcome(
        "Children looked after, gross, section 251 outturn", "GBP a year", _LAIT
    ),
    "spend_children_and_young_people": PublishedOutcome(
        "Children and young people, gross, section 251 outturn", "GBP a year", _LAIT
    ),
    "spend_safeguarding": PublishedOutcome(
        "Safeguarding, gross, section 251 outturn", "GBP a year", _LAIT
    ),
    "spend_family_support": PublishedOutcome(
        "Family support, gross, section 251 outturn", "GBP a year", _LAIT
    ),
    "spend_early_years_centres": PublishedOutcome(
        "Children's centres and early years, gross, section 251 outturn", "GBP a year", _LAIT
    ),
    "spend_other_children_and_families": PublishedOutcome(
        "Other services for children and families, gross, section 251 outturn", "GBP a year", _LAIT
    ),
    "spend_young_people": PublishedOutcome(
        "Services for young people, gross, section 251 outturn", "GBP a year", _LAIT
    ),
    "spend_youth_justice": PublishedOutcome(
        "Youth justice, gross, section 251 outturn", "GBP a year", _LAIT
    ),
    "spend_leaving_care": PublishedOutcome(
        "Leaving care support, gross, section 251 outturn", "GBP a year", _LAIT
    ),
    "sdq_score": PublishedOutcome(
        "Mean Strengths and Difficulties score of children looked after for a year",
        "points, 0 to 40",
        _LAIT,
    ),
    "special_needs_support": _share(
        "Children looked after with special needs support and no plan", _LAIT
    ),
    "special_needs_plan": _share(
        "Children looked after with an education, health and care plan", _LAIT
    ),
    "substance_misuse": _share("Children looked after with a substance misuse problem", _LAIT),
    "convicted_or_cautioned": _share(
        "Children looked after who were convicted or cautioned", _LAIT
    ),
    "missing_from_care": _share("Children looked after who went missing", _LAIT),
    "away_without_authorisation": _share(
        "Children looked after who were away without authorisation", _LAIT
    ),
    "other_residential_settings": _share(
        "Children looked after in other residential settings", _LAIT
    ),
    "other_placements": _share("Children looked after in other placements", _LAIT),
    "placed_with_parents": _share("Children looked after placed with parents", _LAIT),
    "foster_places_approved": PublishedOutcome(
        "Places with approved foster carers of the authority", "places", _OFSTED_LAIT
    ),
    "foster_places_taken": PublishedOutcome(
        "Foster places of the authority that were filled", "places", _LAIT
    ),
    "foster_places_filled": _share("Approved foster places that are filled", _OFSTED),
    "foster_places_vacant": _share("Approved foster places that are vacant", _OFSTED),
    "foster_places_not_available": _share("Approved foster places that are not available", _OFSTED),
    "sibling_groups_placed_to_plan": _share(
        "Groups of brothers and sisters assessed who were placed to plan", _OFSTED
    ),
    "health_assessed": _share("Children looked after with their health assessment", _LAIT),
    "teeth_checked": _share("Children looked after with a dental check", _LAIT),
    "vaccinations_up_to_date": _share("Children looked after with vaccinations up to date", _LAIT),
    "school_move_in_year": _share("Children looked after who moved school in mid-year", _LAIT),
    "absence": _share("School sessions missed by children looked after", _LAIT),
    "absence_unauthorised": _share("School sessions missed without authorisation", _LAIT),
    "persistent_absence": _share("Children looked after who were persistently absent", _LAIT),
    "suspended": _share("Children looked after with a suspension", _LAIT),
    "attainment_8": PublishedOutcome("Mean Attainment 8 of children looked after", "points", _LAIT),
    "care_leavers": PublishedOutcome(
        "Care leavers whom the authority counts", "young people", _LAIT
    ),
    "care_leavers_suitable_home": _share("Care leavers in suitable accommodation", _LAIT),
    "care_leavers_working_or_learning": _share(
        "Care leavers in education, employment or training", _LAIT
    ),
    "care_leavers_not_working_or_learning": _share(
        "Care leavers not in education, employment or training", _LAIT
    ),
    "care_leavers_not_in_touch": _share(
        "Care leavers with whom the authority is not in touch", _LAIT
    ),
    "care_leavers_higher_education": _share("Care leavers in higher education", _LAIT),
    "staying_put": _share("Care leavers who stay with their former foster carers", _LAIT),
    "childrens_homes": PublishedOutcome(
        "Children's homes of every kind that stand in the authority, on 31 March", "homes", _OFSTED
    ),
    "childrens_home_places": PublishedOutcome(
        "Places in children's homes that stand in the authority", "places", _OFSTED
    ),
    "childrens_home_places_per_child": PublishedOutcome(
        "Places in children's homes of the area for each child looked after",
        "places a child",
        _MADE,
    ),
    "childrens_home_places_private": _share(
        "Places in children's homes of the area that are private", _OFSTED
    ),
    "childrens_home_places_voluntary": _share(
        "Places in children's homes of the area that are voluntary", _OFSTED
    ),
    "childrens_home_places_local_authority": _share(
        "Places in children's homes of the area that are a local authority's", _OFSTED
    ),
    "childrens_home_places_good_or_outstanding": _share(
        "Places in graded children's homes of the area that are good or outstanding", _OFSTED
    ),
    "childrens_homes_inadequate": _share(
        "Graded children's homes of the area that are inadequate", _OFSTED
    ),
    "childrens_homes_requires_improvement": _share(
        "Graded children's homes of the area that require improvement", _OFSTED
    ),
    "childrens_homes_good": _share("Graded children's homes of the area that are good", _OFSTED),
    "childrens_homes_outstanding": _share(
        "Graded children's homes of the area that are outstanding", _OFSTED
    ),
}
"""Every outcome that a published file can give, by its name in the panel."""


_INTRODUCTION = """\
# Outcomes of published files

What `rcc-forecast panel --dfe FILE...` takes from each file, by its name in the panel. Shares are
0 to 1; a year is the year to 31 March. Written from
`rcc_forecast/evaluation/from_releases/outcomes.py`.

| outcome | what it is | unit | source |
|---|---|---|---|
"""


def outcomes_document() -> str:
    """Give every outcome as a table in Markdown (`docs/published-outcomes.md`)."""
    rows = [
        f"| `{name}` | {one.meaning} | {one.unit} | {one.source} |\n"
        for name, one in sorted(OUTCOMES.items())
    ]
    return _INTRODUCTION + "".join(rows)
