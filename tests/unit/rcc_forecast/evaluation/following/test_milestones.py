"""Milestones are rated by printed rules, and no earlier state is lost."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from rcc_forecast.errors import NothingUsableError, UnreadableInputError
from rcc_forecast.evaluation.following.milestones_given import (
    read_milestones,
    template_of,
    typed_milestones,
)
from rcc_forecast.evaluation.following.milestones_kept import (
    append_entries,
    entries_for,
    recorded_later,
    states_of,
    vanished,
)
from rcc_forecast.evaluation.protocol import AlteredLogError, read_log
from rcc_forecast.tables.following import FUNCTIONS
from tests.builders.following import HUB, a_milestone, as_at, given, on_record, rating, written


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"done": "2026-06-01", "evidence": HUB}, ("green", "done")),
        ({"done": "2026-06-01"}, ("amber", "claimed")),
        ({"due": "2026-09-30"}, ("amber", "due soon")),
        ({"due": "2026-10-02"}, ("grey", "not due yet")),
        ({"due": "2026-06-30"}, ("red", "overdue")),
        ({"due": ""}, ("grey", "no date")),
        ({"checked_on": ""}, ("grey", "not checked")),
        ({"checked_on": "", "done": "2026-06-01", "evidence": HUB}, ("grey", "not checked")),
    ],
)
def test_each_rule_gives_its_rating(cells, expected):
    assert rating("2026-07-01", **cells) == expected


@pytest.mark.parametrize("word", ["N/A", "none", "tbc.", "–", "To follow"])
def test_a_word_for_no_evidence_is_no_evidence(word):
    assert rating("2026-07-01", done="2026-06-01", evidence=word) == ("amber", "claimed")


def test_what_is_due_today_is_not_overdue():
    assert rating("2026-09-30") == ("amber", "due soon")
    assert rating("2026-10-01") == ("red", "overdue")


def test_a_check_vouches_for_a_year_and_no_longer():
    done = {"done": "2026-06-01", "evidence": HUB}

    assert rating("2027-06-30", **done) == ("green", "done")
    assert rating("2027-07-01", **done) == ("grey", "check out of date")


def test_not_checking_does_not_hide_that_the_day_has_passed():
    assert rating("2028-01-01") == ("red", "overdue")


def test_a_later_day_counts_instead_of_the_first_and_is_counted_as_moved():
    revised = "2026-12-31 31/03/2027"

    row = as_at("2026-10-01", given(a_milestone(revised=revised))).milestones.iloc[0]

    assert row["due_now"] == pd.Timestamp("2027-03-31")
    assert row["times_moved"] == 2
    # 30 September 2026 to 31 March 2027: 31 + 30 + 31 + 31 + 28 + 31 days.
    assert row["days_moved"] == 182
    assert row["state"] == "not due yet"


def test_a_day_that_is_changed_without_a_word_is_moved_all_the_same():
    june = given(a_milestone())
    september = given(a_milestone(due="2027-03-31", checked_on="2026-09-30"))

    row = as_at("2026-10-01", june, september).milestones.iloc[0]

    assert (row["due"], row["times_moved"]) == (pd.Timestamp("2026-09-30"), 1)
    assert row["state"] == "not due yet"


def test_a_table_that_was_published_can_be_made_again_after_the_file_was_overwritten():
    june = given(a_milestone())
    published = as_at("2026-07-01", june)
    later = given(a_milestone(done="2026-08-01", evidence=HUB, checked_on="2026-09-30"))

    again = as_at("2026-07-01", june, later)

    pd.testing.assert_frame_equal(again.milestones, published.milestones)
    assert as_at("2026-10-01", june, later).milestones.loc[0, "state"] == "done"


def test_rows_of_a_later_check_count_nowhere_before_it():
    both = given(a_milestone(), a_milestone(milestone="Second hub", checked_on="2026-12-01"))

    found = as_at("2026-07-01", both)

    assert found.milestones["milestone"].tolist() == ["Hub takes enquiries"]


def test_before_the_first_check_there_is_nothing_to_tell():
    found = as_at("2026-01-01", given(a_milestone()))

    assert found.milestones.empty
    assert found.functions.empty


def test_every_minimum_function_is_told_where_no_milestone_is_given():
    functions = as_at("2026-07-01", given(a_milestone())).functions

    assert functions["function"].tolist() == list(FUNCTIONS.labels)
    assert functions.set_index("function").loc["market_shaping", "rag"] == "grey"


def test_a_function_has_the_rating_of_its_worst_milestone():
    done = a_milestone(milestone="First", done="2026-06-01", evidence=HUB)
    late = a_milestone(milestone="Second", due="2026-06-01")

    functions = as_at("2026-07-01", given(done, late)).functions.set_index("function")

    row = functions.loc["fostering_recruitment"]
    assert (row["rag"], row["green"], row["red"]) == ("red", 1, 1)


def test_done_after_the_check_is_not_done_as_far_as_checked():
    rows = pd.DataFrame([a_milestone(done="2026-08-01", evidence=HUB)])

    frame, findings = typed_milestones(rows, file="milestones.csv")

    assert frame["done"].isna().all()
    assert list(findings.frame["rule"]) == ["milestone-done-after-its-check"]


def test_rows_that_cannot_be_used_are_told_by_line_and_not_by_what_they_say():
    rows = pd.DataFrame(
        [
            a_milestone(function="Jane Example's fund"),
            a_milestone(rcc=""),
            a_milestone(due="soon", revised="later 2026-10-01"),
            a_milestone(),
        ]
    )

    frame, findings = typed_milestones(rows, file="milestones.csv")

    assert len(frame) == 1
    told = findings.frame.set_index("row")["rule"]
    assert told[2] == "code-unknown"
    assert told[3] == "milestone-unnamed"
    assert set(findings.frame["row"].dropna()) == {2, 3, 4, 5}
    assert not findings.frame["found"].str.contains("Jane|soon|later 2026").any()


def test_a_misspelt_heading_does_not_pass_unseen():
    rows = pd.DataFrame([a_milestone()]).assign(evidnce=HUB, jane_example="x")

    _, findings = typed_milestones(rows, file="milestones.csv")

    told = findings.of("column-not-read")["found"].item()
    assert told == "2 columns that are not read; did you mean evidence?"


def test_toml_and_csv_say_the_same(tmp_path):
    table = written(
        pd.DataFrame([a_milestone(revised="2026-12-31 2027-03-31")]), tmp_path / "m.csv"
    )
    blocks = "\n".join(
        ["[[milestone]]", *(f'{key} = "{value}"' for key, value in a_milestone().items())]
    )
    text = f"{blocks}\nrevised = [2026-12-31, 2027-03-31]\n"
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")

    from_csv, from_toml = (read_milestones(path)[0] for path in (table, tmp_path / "m.toml"))

    pd.testing.assert_frame_equal(from_csv, from_toml)


def test_a_file_without_the_columns_or_without_a_row_is_refused(tmp_path):
    with pytest.raises(UnreadableInputError):
        read_milestones(written(pd.DataFrame({"rcc": ["A"]}), tmp_path / "a.csv"))
    with pytest.raises(NothingUsableError):
        read_milestones(written(pd.DataFrame([a_milestone(rcc="")]), tmp_path / "b.csv"))


def test_the_template_says_that_nothing_is_known_and_can_be_read_back(tmp_path):
    template = template_of(["Greater Manchester", "Home and Future"])

    frame, findings = read_milestones(written(template, tmp_path / "template.csv"))

    assert len(frame) == 12
    assert not len(findings)
    assert set(as_at("2026-12-31", frame).milestones["state"]) == {"not checked"}


def test_only_what_is_new_is_put_on_record():
    june = given(a_milestone())

    log = on_record(june, june, given(a_milestone(note="Opens on Saturdays too")))

    assert [entry["state"]["note"] for entry in log.entries] == ["", "Opens on Saturdays too"]
    assert states_of(log)["recorded_on"].eq(pd.Timestamp("2026-11-22")).all()


def test_a_record_that_was_changed_shows(tmp_path):
    path = tmp_path / "m.history.jsonl"
    append_entries(path, list(on_record(given(a_milestone(), a_milestone(rcc="Other"))).entries))
    lines = path.read_text(encoding="utf-8").splitlines()
    first = json.loads(lines[0])
    first["state"]["due"] = "2027-09-30"
    path.write_text("\n".join([json.dumps(first), lines[1]]) + "\n", encoding="utf-8")

    with pytest.raises(AlteredLogError):
        read_log(path)


def test_a_check_that_is_dated_back_is_told():
    states = states_of(on_record(given(a_milestone()), today="2026-08-01"))

    assert not len(recorded_later(states, pd.Timestamp("2026-08-01")))
    assert not len(recorded_later(states, pd.Timestamp("2026-06-29")))
    told = recorded_later(states, pd.Timestamp("2026-07-31"))
    assert "1 states were checked by the day" in told.frame.loc[0, "found"]


def test_a_milestone_cannot_be_taken_off_the_record():
    log = on_record(given(a_milestone(), a_milestone(milestone="Quietly dropped")))
    shorter = given(a_milestone())

    found = vanished(states_of(log), shorter)

    assert not entries_for(log, shorter, today=pd.Timestamp("2026-12-01"))
    assert "1 milestones are on record" in found.frame.loc[0, "found"]
