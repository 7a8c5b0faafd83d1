"""Children who need a home, and the plan that proposes one for each."""

from __future__ import annotations

from rcc_forecast import codes
from rcc_forecast.codes import CodeSet
from rcc_forecast.tables.contract import Column, Kind, Table
from rcc_forecast.tables.homes import PLACEMENT_TYPES, YES_NO

SUITABILITY = CodeSet(
    "suitability",
    {
        "preferred": "Preferred",
        "suitable": "Suitable but not preferred",
        "unsuitable": "Unsuitable",
        "unspecified": "Not specified",
    },
    {},
    {},
)
"""The words of the Placements Data Standard."""

SIBLING_PLANS = CodeSet(
    "sibling_plan",
    {
        "together": "The plan is to live with brothers and sisters",
        "apart": "The plan is to live apart",
        "none": "No plan either way",
    },
    {},
    {},
)

CHILDREN_TO_PLACE = Table(
    "children",
    "One child who needs a home, or whose home is to be planned anew",
    (
        Column("child_id", "The region's reference of the child", Kind.IDENTIFIER, required=True),
        Column("local_authority", "Responsible authority, ONS code", Kind.TEXT, required=True),
        Column("postcode", "Family's postcode, instead of coordinates", Kind.POSTCODE),
        Column("easting", "OSGB36 easting of the family home", Kind.NUMBER, unit="metres"),
        Column("northing", "OSGB36 northing of the family home", Kind.NUMBER, unit="metres"),
        Column("school_easting", "OSGB36 easting of the school", Kind.NUMBER, unit="metres"),
        Column("school_northing", "OSGB36 northing of the school", Kind.NUMBER, unit="metres"),
        Column("age", "Age in completed years", Kind.INTEGER, unit="years"),
        Column("sex", "Sex", Kind.CODE, codes=codes.SEX),
        Column("ethnicity", "Ethnic origin", Kind.CODE, codes=codes.ETHNIC),
        Column("needs", "Level of need, 0 to 3", Kind.INTEGER, low=0, high=3),
        Column("solo", "1 where no other child may live there", Kind.FLAG, codes=YES_NO),
        Column("uasc", "1 for an unaccompanied asylum-seeking child", Kind.FLAG, codes=YES_NO),
        *(
            Column(
                f"suit_{kind.value}",
                f"How a placement of type {kind.value} would suit",
                Kind.CODE,
                codes=SUITABILITY,
            )
            for kind in codes.PlacementType
        ),
        Column("sibling_group", "Shared by brothers and sisters", Kind.IDENTIFIER),
        Column("sibling_plan", "What is planned for them", Kind.CODE, codes=SIBLING_PLANS),
        Column("twin_of", "child_id of a twin", Kind.IDENTIFIER),
        Column("avoid_home_ids", "Homes to avoid, separated by spaces", Kind.IDENTIFIER),
        Column("current_home_id", "Where the child lives now", Kind.IDENTIFIER),
        Column("settled", "1 where a move would disrupt", Kind.FLAG, codes=YES_NO),
        Column("needed_by", "When a home is needed", Kind.DATE),
        Column("wish", "The child's own wish, shown and never scored", Kind.TEXT),
    ),
    "README, section Children; suitability: Placements Data Standard v2",
    key=("child_id",),
)

PLAN = Table(
    "plan",
    "One child and the home proposed",
    (
        CHILDREN_TO_PLACE["child_id"],
        Column("home_id", "Home proposed; blank where there is none", Kind.IDENTIFIER),
        Column("placement_type", "Kind of the home", Kind.CODE, codes=PLACEMENT_TYPES),
        Column("distance_miles", "From the family home", Kind.NUMBER, unit="miles"),
        Column("school_miles", "From the school", Kind.NUMBER, unit="miles"),
        Column("over_20_miles", "1 where over 20 miles from home", Kind.FLAG, codes=YES_NO),
        Column("in_authority", "1 where inside the child's authority", Kind.FLAG, codes=YES_NO),
        Column(
            "siblings_together",
            "1 where all brothers and sisters of the group share the home; blank for one child",
            Kind.FLAG,
            codes=YES_NO,
        ),
        Column("moved", "1 where it is not the present home", Kind.FLAG, codes=YES_NO),
        Column("weekly_cost_gbp", "Price of the place", Kind.NUMBER, unit="GBP a week"),
        Column("points", "Share of the objective, lower is better", Kind.NUMBER, unit="points"),
        Column("reason", "Why this home, in words", Kind.TEXT),
        Column("override_reason", "Why a person chose this home", Kind.TEXT),
        CHILDREN_TO_PLACE["wish"],
        Column(
            "stays_at_school",
            "1 where the home is within 3 miles of the school, or no farther from it than the "
            "family home; blank where no school is given",
            Kind.FLAG,
            codes=YES_NO,
        ),
        Column(
            "keeps_area_ties",
            "1 in the child's own authority, where social worker, reviewing officer and GP can "
            "stay",
            Kind.FLAG,
            codes=YES_NO,
        ),
    ),
    "README, section Placement plan; 3 miles: Education Act 1996, section 444(5)",
    key=("child_id",),
)

ALTERNATIVES = Table(
    "alternatives",
    "One other home for a child, named, and what it would mean",
    (
        CHILDREN_TO_PLACE["child_id"],
        Column("rank", "1 for the best of the other homes", Kind.INTEGER, low=1),
        Column("home_id", "The other home", Kind.IDENTIFIER, required=True),
        PLAN["distance_miles"],
        Column(
            "points_more",
            "What it costs more than the home proposed, with the brothers and sisters who would "
            "live there too; below 0 where it is better for them",
            Kind.NUMBER,
            unit="points",
        ),
        Column(
            "worth_to_others",
            "What its places are worth more to other children than those proposed",
            Kind.NUMBER,
            unit="points",
        ),
        Column("has_room", "1 where places are left in the plan", Kind.FLAG, codes=YES_NO),
        Column("what_it_means", "In words", Kind.TEXT),
    ),
    "README, section Placement plan",
    key=("child_id", "rank"),
)

WHAT_IF = Table(
    "whatif",
    "One child in the plan before and in the plan now",
    (
        CHILDREN_TO_PLACE["child_id"],
        Column("home_before", "Home in the plan before", Kind.IDENTIFIER),
        Column("home_after", "Home in the plan now", Kind.IDENTIFIER),
        Column("changed", "1 where they differ", Kind.FLAG, codes=YES_NO),
        Column("distance_before", "From the family home", Kind.NUMBER, unit="miles"),
        Column("distance_after", "From the family home", Kind.NUMBER, unit="miles"),
        Column(
            "siblings_together_before",
            "1 where all brothers and sisters shared the home; blank for one child",
            Kind.FLAG,
            codes=YES_NO,
        ),
        Column("siblings_together_after", "The same now", Kind.FLAG, codes=YES_NO),
        Column("points_before", "Share of the objective then", Kind.NUMBER, unit="points"),
        Column("points_after", "Share of the objective now", Kind.NUMBER, unit="points"),
        Column("why", "Why the home changed, in words", Kind.TEXT),
    ),
    "README, section Placement plan",
    key=("child_id",),
)

OVERRIDES = Table(
    "overrides",
    "One choice by a person, beside what the plan would have proposed",
    (
        CHILDREN_TO_PLACE["child_id"],
        Column("home_proposed", "Home proposed without any choice", Kind.IDENTIFIER),
        Column("home_chosen", "Home that the person chose", Kind.IDENTIFIER),
        Column("kept", "1 where the plan keeps the choice", Kind.FLAG, codes=YES_NO),
        Column("reason", "The person's reason", Kind.TEXT),
        CHILDREN_TO_PLACE["wish"],
        Column(
            "points_more",
            "What the choice costs the child and the brothers and sisters; below 0 where it is "
            "better for them",
            Kind.NUMBER,
            unit="points",
        ),
        Column(
            "places_taken_from",
            "Children of other families who would have lived in the home chosen, and live "
            "elsewhere",
            Kind.IDENTIFIER,
        ),
        Column("what_it_means", "In words", Kind.TEXT),
    ),
    "README, section Placement plan",
)

EQUITY = Table(
    "equity",
    "One outcome for one group of children, against all; a working table, not for publication",
    (
        Column("by", "What the group shares", Kind.TEXT, required=True),
        Column("group", "The group", Kind.TEXT, required=True),
        Column("name", "The group in words", Kind.TEXT),
        Column("outcome", "What is measured", Kind.TEXT, required=True),
        Column("count", "Children of the group it can be said of", Kind.INTEGER, unit="children"),
        Column("with_outcome", "Those with the outcome", Kind.INTEGER, unit="children"),
        Column("value", "Rate, 0 to 1; a mean for miles and points", Kind.NUMBER),
        Column("all_children", "The same over all children", Kind.NUMBER),
        Column("gap", "Value less that of all children", Kind.NUMBER),
        Column("low", "Lower end of the 95% interval of a rate (Wilson)", Kind.NUMBER),
        Column("high", "Upper end", Kind.NUMBER),
        Column("note", "What to keep in mind", Kind.TEXT),
    ),
    "README, section Placement plan",
    key=("by", "group", "outcome"),
)

RULES_TOLD = Table(
    "rules",
    "One rule or limit of the plan: whether it binds, and what easing it would be worth",
    (
        Column("rule", "Name of the rule", Kind.TEXT, required=True),
        Column("about", "Whom or what it is about", Kind.TEXT),
        Column("limit", "Where it stands", Kind.NUMBER),
        Column("used", "What the plan uses of it", Kind.NUMBER),
        Column("unit", "Unit of both", Kind.TEXT),
        Column("binding", "1 where it binds", Kind.FLAG, codes=YES_NO),
        Column("price", "Worth of one unit more", Kind.NUMBER, unit="points"),
        Column("children", "Children it keeps from every home", Kind.INTEGER, unit="children"),
        Column("cheapest_relaxation", "In words", Kind.TEXT),
    ),
    "README, section Placement plan",
)

FRONTIER = Table(
    "frontier",
    "One plan of a ladder of weights",
    (
        Column("weight", "Name of the weight that was changed", Kind.TEXT, required=True),
        Column("value", "Its points", Kind.NUMBER, unit="points"),
        Column("groups_together_pct", "Sibling groups together", Kind.NUMBER, unit="per cent"),
        Column("mean_miles", "From the family home", Kind.NUMBER, unit="miles"),
        Column("over_20_miles_pct", "Children beyond 20 miles", Kind.NUMBER, unit="per cent"),
        Column("weekly_cost_gbp", "Cost of all places", Kind.NUMBER, unit="GBP a week"),
        Column("unplaced", "Children without a home", Kind.INTEGER, unit="children"),
        Column("objective", "Points at these weights", Kind.NUMBER, unit="points"),
        Column("bound", "Proven not to be beaten, at these weights", Kind.NUMBER, unit="points"),
        Column("net_gap", "As in summary.json", Kind.NUMBER),
        Column(
            "efficient",
            "1 where no other row is as good in placing, togetherness, miles and cost and better "
            "in one",
            Kind.FLAG,
            codes=YES_NO,
        ),
    ),
    "README, section Placement plan",
    key=("weight", "value"),
)

GROUPS = Table(
    "groups",
    "One sibling group of the plan",
    (
        Column("sibling_group", "As the children's table has it", Kind.IDENTIFIER),
        Column("children", "Brothers and sisters", Kind.INTEGER, unit="children"),
        Column("homes_used", "Homes they would live in", Kind.INTEGER, unit="homes"),
        Column("without_home", "Those without a home", Kind.INTEGER, unit="children"),
        Column("together", "1 where all share one home", Kind.FLAG, codes=YES_NO),
        Column(
            "price_of_together",
            "What one home for all costs more than the cheapest split, places at their prices; "
            "blank where only one of the two is possible",
            Kind.NUMBER,
            unit="points",
        ),
        Column("why", "Why together or not, in words", Kind.TEXT),
        Column("first_child_id", "The first child of the group", Kind.IDENTIFIER),
    ),
    "README, section Placement plan",
)

PRICES = Table(
    "prices",
    "One kind of home in one authority, for one age band and level of need",
    (
        PLAN["placement_type"],
        Column("local_authority", "Authority of the home, ONS code", Kind.TEXT),
        Column("age_band", "Age band that such homes take", Kind.TEXT),
        Column("needs", "Level of need that they meet", Kind.INTEGER, low=0, high=3),
        Column("price", "Value of one more place, mean over the homes", Kind.NUMBER, unit="points"),
        Column("highest_price", "The same at the dearest home", Kind.NUMBER, unit="points"),
        Column("homes", "Open homes of that kind", Kind.INTEGER, unit="homes"),
        Column("places", "Their places to be filled", Kind.INTEGER, unit="places"),
        Column("filled", "Places filled in the plan", Kind.INTEGER, unit="places"),
        Column("local_authority_name", "Its name", Kind.TEXT),
    ),
    "README, section Placement plan",
    key=("placement_type", "local_authority", "age_band", "needs"),
)

SHORTAGES = Table(
    "shortages",
    "Children who compete for too few places",
    (
        Column("shortage", "Number of the set, 1 the largest", Kind.INTEGER),
        Column("children", "Children in the set", Kind.INTEGER, unit="children"),
        Column("places", "Places that could take any of them", Kind.INTEGER, unit="places"),
        Column("without_home", "Those without a home", Kind.INTEGER, unit="children"),
        Column("homes", "Homes that could take any of them", Kind.INTEGER, unit="homes"),
        Column("ages", "Youngest to oldest", Kind.TEXT, unit="years"),
        Column("needs", "Levels of need", Kind.TEXT),
        Column("sexes", "Sexes", Kind.TEXT),
        Column("local_authorities", "Responsible authorities, ONS codes", Kind.TEXT),
        Column("why", "In words", Kind.TEXT),
    ),
    "README, section Placement plan",
    key=("shortage",),
)
