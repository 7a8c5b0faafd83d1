"""What a forecast and its backtest look like when they are handed out."""

from __future__ import annotations

from rcc_forecast.tables.contract import Column, Kind, Table

QUANTILES = {
    "q025": 0.025,
    "q05": 0.05,
    "q10": 0.1,
    "q25": 0.25,
    "q50": 0.5,
    "q75": 0.75,
    "q90": 0.9,
    "q95": 0.95,
    "q975": 0.975,
}
"""Quantile columns and their levels."""

_PLACE = (
    Column("region", "Region; All where summed, as in rows of a co-operative", Kind.CODE),
    Column("local_authority", "ONS code; All where summed", Kind.CODE, required=True),
    Column("placement_type", "Kind of placement; All where summed", Kind.CODE, required=True),
    Column("age_band", "Age in completed years; All where summed", Kind.CODE, required=True),
    Column("population", "uasc, other or All", Kind.CODE, required=True),
)
_FIGURES = (
    Column("mean", "Expected value; means add up", Kind.NUMBER, required=True, low=0),
    *(
        Column(
            name,
            f"Figure that {level:.1%} of outcomes are expected not to pass",
            Kind.NUMBER,
            required=True,
            low=0,
        )
        for name, level in QUANTILES.items()
    ),
)

FORECAST = Table(
    "forecast",
    "One node of the hierarchy, measure and month to come",
    (
        *_PLACE,
        Column("measure", "children, entries or exits", Kind.CODE, required=True),
        Column("month", "Last day of the month", Kind.DATE, required=True),
        Column("horizon", "Months ahead", Kind.INTEGER, unit="months", required=True, low=1),
        *_FIGURES,
        Column("model", "What made the figures; see the model cards", Kind.CODE, required=True),
        Column("rcc", "Co-operative on that date; set alone in its own totals", Kind.CODE),
        Column("local_authority_name", "Name of the authority", Kind.TEXT),
    ),
    key=(
        "region",
        "local_authority",
        "placement_type",
        "age_band",
        "population",
        "measure",
        "month",
        "rcc",
    ),
)

SERIES_FORECAST = Table(
    "series_forecast",
    "One series and period to come",
    (
        Column("series_id", "As given", Kind.TEXT, required=True),
        Column("period", "In the form of the input", Kind.CODE, required=True),
        Column("horizon", "Periods after the series' own last", Kind.INTEGER, required=True),
        *_FIGURES,
        Column("model", "What made the figures; see the model cards", Kind.CODE, required=True),
    ),
    key=("series_id", "period"),
)

BACKTEST = Table(
    "backtest",
    "One candidate's scores at one level and range of leads",
    (
        Column("measure", "children, entries or exits", Kind.CODE, required=True),
        Column("level", "Area and detail of the nodes scored", Kind.CODE, required=True),
        Column("placement_type", "All, or the kind scored", Kind.CODE, required=True),
        Column("age_band", "All, or the band scored", Kind.CODE, required=True),
        Column("horizon", "Leads scored, All for every lead", Kind.CODE, required=True),
        Column("model", "Candidate", Kind.CODE, required=True),
        Column("chosen", "yes for what is handed out", Kind.CODE, required=True),
        Column("origins", "Past forecasts scored", Kind.INTEGER),
        Column("series", "Nodes with a scale, so in scaled scores", Kind.INTEGER),
        Column("mase", "Mean absolute error / in-sample seasonal naive's", Kind.NUMBER),
        Column("rmsse", "Root mean square error / in-sample seasonal naive's", Kind.NUMBER),
        Column("wape", "Σ|error| / Σ actual", Kind.NUMBER),
        Column("bias", "Σ(forecast − actual) / Σ actual", Kind.NUMBER),
        Column("scrps", "CRPS on 13 quantiles / seasonal naive's error", Kind.NUMBER),
        Column(
            "coverage_80", "Actuals in the 80% interval that other origins ask for", Kind.NUMBER
        ),
        Column("coverage_95", "The same for the 95% interval", Kind.NUMBER),
        Column("width_80", "Mean width of the 80% interval / mean actual", Kind.NUMBER),
        Column("skill_vs_hold_flat", "1 − sCRPS / hold flat's sCRPS", Kind.NUMBER),
        Column("note", "Why a candidate could not run, or what was left out", Kind.TEXT),
    ),
    key=("measure", "level", "placement_type", "age_band", "horizon", "model"),
)

POOLING = Table(
    "pooling",
    "One authority: what its forecast gains from the region's children",
    (
        Column("local_authority", "ONS code; All for all together", Kind.CODE, required=True),
        Column(
            "pooled_by",
            "shared_rates: rates lean on the region's; share_of_region: the region's forecast",
            Kind.CODE,
            required=True,
        ),
        Column("origins", "Past forecasts compared", Kind.INTEGER),
        Column("gain", "1 − error / error of a forecast from its own children", Kind.NUMBER),
        Column("low", "95% interval by origin; blank under eight", Kind.NUMBER),
        Column("high", "The same", Kind.NUMBER),
        Column("local_authority_name", "Name of the authority", Kind.TEXT),
    ),
    key=("local_authority", "pooled_by"),
)
