"""`evaluate variation` as a person types it."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.builders.commands import run
from tests.builders.reference import reference_data
from tests.builders.variation import a_panel_of_costs

SPEC = """
[variation]
outcome = "cost"
periods = [2021, 2022, 2023, 2024]
draws = 100
[variation.explained_by]
need_mix = ["age", "plan"]
provider_mix = ["private"]
"""


def _given(folder, spec: str = SPEC):
    panel, settings = folder / "panel.csv", folder / "variation.toml"
    a_panel_of_costs().to_csv(panel, index=False)
    settings.write_text(spec, encoding="utf-8")
    return panel, settings


def test_three_tables_are_written_and_the_finding_is_said(tmp_path, capsys):
    panel, spec = _given(tmp_path)

    code = run("evaluate", "variation", panel, "--spec", spec, "--out", tmp_path / "out")

    assert code == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *("variation.csv", "variation_shares.csv", "variation_authorities.csv")
    }
    said = capsys.readouterr().out
    assert "Of the variance in cost between 120 authorities (2021 to 2024)" in said
    assert "Associations between authorities" in said


def test_the_same_command_writes_the_same_bytes(tmp_path):
    panel, spec = _given(tmp_path)

    for name in ("one", "two"):
        run("evaluate", "variation", panel, "--spec", spec, "--out", tmp_path / name)

    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_a_panel_at_fault_is_refused_with_its_lines(tmp_path, capsys):
    panel, spec = _given(tmp_path)
    frame = pd.read_csv(panel)
    pd.concat([frame, frame.iloc[:1]]).to_csv(panel, index=False)

    code = run("evaluate", "variation", panel, "--spec", spec, "--out", tmp_path / "out")

    assert code == 1
    assert "more than once" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_figure_released_after_the_cut_off_is_not_used(tmp_path):
    panel, spec = _given(tmp_path, SPEC.replace("draws = 100", "draws = 100\ncut_off = 2025"))
    run("evaluate", "variation", panel, "--spec", spec, "--out", tmp_path / "before")
    frame = pd.read_csv(panel).assign(release_date="2024-11-20")
    later = frame.assign(value=frame["value"] + 1, release_date="2026-11-20")
    pd.concat([frame, later]).to_csv(panel, index=False)

    run("evaluate", "variation", panel, "--spec", spec, "--out", tmp_path / "after")

    for path in (tmp_path / "before").iterdir():
        assert path.read_bytes() == (tmp_path / "after" / path.name).read_bytes()


def test_a_characteristic_of_ones_own_can_stand_in_a_file_beside(tmp_path):
    panel, spec = _given(tmp_path)
    frame = pd.read_csv(panel)
    is_own = frame["outcome"] == "private"
    own = tmp_path / "own.csv"
    frame[is_own].to_csv(own, index=False)
    frame[~is_own].to_csv(panel, index=False)

    code = run("evaluate", "variation", panel, own, "--spec", spec, "--out", tmp_path / "out")

    assert code == 0
    rows = pd.read_csv(tmp_path / "out" / "variation.csv")
    assert rows["characteristic"].tolist() == ["age", "plan", "private"]


REAL = """
[variation]
outcome = "unit_cost_residential"
periods = [2023, 2024, 2025]
carry_forward = 3
logarithm = true
draws = 100
leave_out = ["E09000001", "E06000053"]
[variation.explained_by]
need_mix = ["sdq_score", "aged_16_and_over", "special_needs_plan"]
provider_mix = ["childrens_home_places_private", "childrens_home_places_per_child"]
quality = ["childrens_home_places_good_or_outstanding"]
"""


@pytest.fixture
def real_panel(tmp_path):
    names = (
        "lait_cla_finance_and_measures_la.csv.gz",
        "ofsted_providers_places_la_sector_2015_2025.csv.gz",
        "ofsted_providers_urn_mar2025.csv.gz",
        "dfe_cla_31march_characteristics_la_2021_2022.csv.gz",
    )
    out = tmp_path / "panel.csv"
    paths = [reference_data(f"england/{name}") for name in names]
    assert run("panel", "--dfe", *paths, "--out", out) == 0
    return out


def test_the_published_costs_of_england_can_be_compared(tmp_path, real_panel, capsys):
    spec = tmp_path / "variation.toml"
    spec.write_text(REAL, encoding="utf-8")

    code = run("evaluate", "variation", real_panel, "--spec", spec, "--out", tmp_path / "out")

    assert code == 0
    rows = pd.read_csv(tmp_path / "out" / "variation_authorities.csv")
    assert rows["expected"].notna().sum() > 130
    # 2022-23 to 2024-25, England's mean GBP 6,204 to 7,691 a week a child in residential care.
    assert 6_000 < rows["observed"].median() < 7_500
    shares = pd.read_csv(tmp_path / "out" / "variation_shares.csv")
    assert shares["share"].sum() == pytest.approx(1.0)
    assert shares.set_index("part").loc["lasting", "share"] > 0.5
