from pathlib import Path

import pytest

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.registers import read_costs, read_siblings


def given(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_council_can_give_its_own_unit_costs(tmp_path: Path) -> None:
    file = given(
        tmp_path / "costs.csv",
        "local_authority,placement_type,sector,weekly_cost_gbp\n"
        "Bolton,childrens_home,private,8000\n"
        ",foster,,700\n",
    )

    costs, findings = read_costs(file)

    assert costs["local_authority"].tolist()[0] == "E08000001"
    assert costs["local_authority"].isna().tolist() == [False, True]
    assert costs["sector"].isna().tolist() == [False, True]
    assert costs["weekly_cost_gbp"].tolist() == [8000.0, 700.0]
    assert len(findings) == 0


def test_rows_of_costs_that_cannot_be_used_are_told_by_line_and_the_rest_is_used(
    tmp_path: Path,
) -> None:
    file = given(
        tmp_path / "costs.csv",
        "local_authority,placement_type,sector,weekly_cost_gbp\n"
        "Nowhere,foster,,700\n"
        ",castle,,700\n"
        ",foster,church,700\n"
        ",foster,,\n"
        ",foster,,-5\n"
        ",supported,,900\n",
    )

    costs, findings = read_costs(file)

    assert costs["placement_type"].tolist() == ["supported"]
    refused = findings.frame[findings.frame["severity"] == "refused"]
    assert sorted(refused["row"].astype(int).unique()) == [2, 3, 4, 5, 6]


def test_costs_without_a_price_column_are_refused_with_what_is_wanted(tmp_path: Path) -> None:
    file = given(tmp_path / "costs.csv", "placement_type\nfoster\n")

    with pytest.raises(UnreadableInputError, match="weekly_cost_gbp"):
        read_costs(file)


def test_sibling_groups_are_read_as_they_are_written(tmp_path: Path) -> None:
    file = given(
        tmp_path / "groups.csv",
        "sibling_group,local_authority,child_id,twin\nG1,E08000001,C1,0\nG1,E08000001,C2,0\n",
    )

    assert read_siblings(file)["sibling_group"].tolist() == ["G1", "G1"]
