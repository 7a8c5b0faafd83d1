"""A region takes its evidence chapter from the pack, and publishes the edition for everyone."""

from __future__ import annotations

import re

import openpyxl
import pytest

from rcc_forecast.disclosure import STRATEGY, publish
from rcc_forecast.reporting.strategy import write_public_strategy, write_strategy
from tests.builders.strategy import META, strategy_tables


def words_of(path):
    """Give every word of a page, or of every cell of a workbook."""
    if path.suffix == ".html":
        return re.sub(r"<[^>]*>", " ", path.read_text(encoding="utf-8"))
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    return "\n".join(str(cell.value) for cell in cells if cell.value is not None)


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pack")
    write_strategy(strategy_tables(), META, folder)
    return folder


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    tables = strategy_tables()
    # Three children of 300 should live alone: fewer than six are never told.
    few = tables["needs"]["need"] == "solo"
    figures = {"children_now": 3.0, "mean": 3.0, "q10": 2.0, "q90": 5.0, "share": 0.01}
    for name, figure in figures.items():
        tables["needs"][name] = tables["needs"][name].mask(few, figure)
    chosen = {name: tables[name] for name in ("balance", "carers", "needs", "after_care")}
    write_public_strategy(publish(chosen, STRATEGY), META, folder, beside=tables)
    return folder


def test_the_working_pack_tells_the_whole_strategy_in_both_files(pack):
    book = openpyxl.load_workbook(pack / "strategy.xlsx")

    wanted = {"Summary", "Gap", "Supply", "Carers", "Substitution", "Closing the gap"}
    wanted |= {"Spend by year", "Spend change", "Market", "Budget", "Needs", "Health"}
    wanted |= {"After care", "Waterfall", "Reliability", "Data quality", "Sources"}
    assert wanted <= set(book.sheetnames)
    assert "Working material for signed-in staff" in words_of(pack / "strategy.html")


def test_no_cell_of_the_workbook_is_a_formula(pack, public):
    for folder in (pack, public):
        book = openpyxl.load_workbook(folder / "strategy.xlsx")
        for sheet in book.worksheets:
            assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def test_findings_stand_on_the_cover_and_in_the_chapter_alike(pack):
    sentence = "Of 200 approved places, 96 can be used"

    assert sentence in words_of(pack / "strategy.html")
    assert sentence in words_of(pack / "strategy.xlsx")


def test_a_small_number_is_withheld_in_both_files_of_the_public_edition(public):
    book = openpyxl.load_workbook(public / "strategy.xlsx")
    solo = next(
        [cell.value for cell in row]
        for row in book["Needs"].iter_rows()
        if "Should live alone with staff" in [cell.value for cell in row]
    )

    assert solo.count("[c]") >= 3
    assert 3 not in solo
    page = (public / "strategy.html").read_text(encoding="utf-8")
    row = page.split("Should live alone with staff")[1].split("</tr>")[0]
    assert "withheld" in row
    assert not re.search(r">\s*3\b", row)


def test_the_public_edition_takes_nothing_that_was_not_published(public):
    words = words_of(public / "strategy.xlsx") + words_of(public / "strategy.html")

    assert "Public edition" in words
    assert "Of 200 approved places" not in words  # supply is not among the published tables
    assert "decom-missing" not in words  # nor are findings about rows
    assert "What was said agrees with what came" in words  # past chances count no child


def test_nothing_of_the_pack_names_a_child_or_a_file_of_this_machine(pack):
    words = words_of(pack / "strategy.xlsx") + words_of(pack / "strategy.html")

    assert "child_id" not in words
    assert str(pack) not in words
