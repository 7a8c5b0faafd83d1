"""The workbook can be read by everyone, adds up, and runs nothing."""

from __future__ import annotations

import io
import warnings
from zipfile import ZipFile

import openpyxl
import pytest

from rcc_forecast.reporting.strategy.evidence import Edition, Evidence
from rcc_forecast.reporting.strategy.findings import findings_in_words
from rcc_forecast.reporting.strategy.workbook import plain, render_workbook
from tests.builders.strategy import META, strategy_tables

HEADING_ROW_BEGINS = ("Kind of placement", "Area", "Need")


def workbook_of(tables, edition=Edition.WORKING):
    evidence = Evidence.of(tables, META, edition=edition)
    made = render_workbook(evidence, findings=findings_in_words(evidence))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return openpyxl.load_workbook(io.BytesIO(made))


@pytest.fixture(scope="module")
def book():
    return workbook_of(strategy_tables())


def rows_of(sheet):
    """Give the rows of a sheet's table as dictionaries, by heading without its note."""
    area = next(iter(sheet.tables.values())).ref
    head, *body = [[cell.value for cell in row] for row in sheet[area]]
    names = [str(name).split("\n")[0] for name in head]
    return [dict(zip(names, row, strict=True)) for row in body]


def test_no_cell_of_any_sheet_is_a_formula(book):
    kinds = {
        cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row
    }

    assert "f" not in kinds
    assert book["Contracts"]["A1"].value is not None
    assert rows_of(book["Contracts"])[0]["Provider"] == "'=1+1"


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("=1+1", "'=1+1"),
        ("+44 20", "'+44 20"),
        ("-5", "'-5"),
        ("@cmd", "'@cmd"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("[words](https://example.org)", "[words] (https://example.org)"),
        ("$$note$$", "$ $note$ $"),
        ("Ordinary words", "Ordinary words"),
    ],
)
def test_text_that_something_would_run_is_made_plain(given, made):
    assert plain(given) == made


def test_hostile_names_make_no_formula_and_no_link():
    tables = strategy_tables()
    balance = tables["balance"]
    hostile = ('=HYPERLINK("https://example.org")', "{=1+1}", "https://example.org", "[a](b)")
    names = dict(zip(sorted(set(balance["local_authority_name"]) - {""}), hostile, strict=False))
    last = balance[balance["horizon"] == balance["horizon"].max()]
    named = last.assign(local_authority_name=last["local_authority_name"].replace(names))

    book = workbook_of({"balance": named})

    cells = [cell for row in book["Gap"].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)


def test_it_opens_on_a_cover_and_a_contents_list_that_leads_to_every_sheet(book):
    names = book.sheetnames

    assert names[:3] == ["Cover", "Contents", "Notes"]
    assert {row["Sheet name"] for row in rows_of(book["Contents"])} == set(names[3:])
    links = [cell.hyperlink.location for cell in book["Contents"]["A"] if cell.hyperlink]
    assert {link.split("!")[0].strip("'") for link in links} == set(names[3:])


def test_every_sheet_holds_one_table_without_empty_cells(book):
    for sheet in book.worksheets[1:]:
        assert len(sheet.tables) == 1, sheet.title
        table = next(iter(sheet.tables.values()))
        assert all(cell.value is not None for row in sheet[table.ref] for cell in row), sheet.title
        assert not sheet.merged_cells.ranges


def test_every_symbol_is_explained_on_its_own_sheet(book):
    supply = [cell.value for cell in book["Summary"]["A"]]

    assert any(str(value).startswith("Shorthand: ") and "[z]" in str(value) for value in supply)
    assert any("[x]: not available" in str(cell.value) for cell in book["Needs"]["A"])


def test_every_note_that_a_heading_refers_to_is_on_the_notes_sheet(book):
    numbers = {str(row["Note number"]) for row in rows_of(book["Notes"])}
    heads = [
        str(cell.value)
        for sheet in book.worksheets[3:]
        for cell in sheet[next(iter(sheet.tables.values())).ref][0]
    ]

    referred = {head.split("[note ")[1].rstrip("]") for head in heads if "[note " in head}
    assert referred
    assert referred <= numbers


def test_kinds_of_placement_add_up_to_all_children(book):
    rows = rows_of(book["Demand"])
    by_area = {}
    for row in rows:
        place = by_area.setdefault((row["Area"], row["Month"]), {"All": 0.0, "parts": 0.0})
        place["All" if row["Kind of placement"] == "All" else "parts"] += row[
            "Children expected (children)"
        ]

    assert len(by_area) == 8  # three authorities and the co-operative, a year and two ahead
    for place in by_area.values():
        assert place["parts"] == pytest.approx(place["All"], abs=1e-6)


def test_age_bands_of_the_gap_add_up_to_their_kind(book):
    rows = [row for row in rows_of(book["Gap"]) if row["Kind of placement"] == "Fostering"]
    month = rows[0]["Month"]
    of_area = [row for row in rows if row["Month"] == month and row["Area"] == rows[0]["Area"]]
    total = next(row for row in of_area if row["Age band"] == "All")
    bands = [row["Gap (children less places)"] for row in of_area if row["Age band"] != "All"]

    assert sum(bands) == pytest.approx(total["Gap (children less places)"], abs=1e-6)


def test_numbers_are_numbers_with_a_format_and_units_stand_in_the_heading(book):
    sheet = book["Spend by year"]
    row = rows_of(sheet)[0]

    assert row["Expected spend (GBP)"] == 5.2e6
    formats = {cell.number_format for cells in sheet.iter_rows() for cell in cells}
    assert "#,##0" in formats


def test_a_table_that_was_not_made_is_named_on_the_cover():
    tables = strategy_tables()

    book = workbook_of({name: tables[name] for name in ("supply", "carers")})

    told = " ".join(str(cell.value) for cell in book["Cover"]["A"])
    assert "Left out, because its table was not made: The market for homes" in told
    assert "What would have to be true for a gap to close" in told
    assert "Market" not in book.sheetnames


def test_a_workbook_can_be_made_of_the_balance_alone():
    tables = {"balance": strategy_tables()["balance"]}

    book = workbook_of(tables)

    assert {"Summary", "Demand", "Gap", "Definitions", "Limits", "Sources"} <= set(book.sheetnames)


def test_the_same_tables_give_the_same_bytes():
    tables = strategy_tables()
    evidence = Evidence.of({name: tables[name] for name in ("supply", "needs")}, META)
    first, second = (render_workbook(evidence, findings=["One."]) for _ in range(2))

    assert first == second
    with ZipFile(io.BytesIO(first)) as made:
        assert b"2025-03-31" in made.read("docProps/core.xml")


def test_a_withheld_figure_is_told_by_its_symbol():
    balance = strategy_tables()["balance"].astype({"demand_mean": "object", "rag_reason": "object"})
    small = (balance["local_authority"] == "E08000001") & (balance["placement_type"] == "foster")
    balance.loc[small, ["demand_mean", "rag_reason"]] = "c"

    book = workbook_of({"balance": balance}, edition=Edition.PUBLIC)

    gap = book["Gap"]
    withheld = [row for row in rows_of(gap) if row["Children expected (children)"] == "[c]"]
    assert withheld
    assert all(row["Why"] == "[c]" for row in withheld)
    assert any("[c]: withheld" in str(cell.value) for cell in gap["A"])
    assert "Public edition" in str([cell.value for cell in book["Cover"]["A"]])
