"""A record is there whole or not at all, and goes with what it came from."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from api.errors import NotFoundError, SourceDeletedError
from api.store import ROW, RecordKind, RecordName, Store

TABLE = pd.DataFrame({"region": ["North West", "London", "North West"], "value": [1.0, 2.0, 3.0]})
DATASET = RecordName(RecordKind.DATASET, "a" * 16)
FORECAST = RecordName(RecordKind.FORECAST, "b" * 16)
BALANCE = RecordName(RecordKind.SUFFICIENCY, "c" * 16)
OTHER = RecordName(RecordKind.FORECAST, "d" * 16)


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store", now=lambda: datetime(2026, 4, 20, tzinfo=UTC))


def test_what_was_kept_is_found_again_by_another_process(store, tmp_path):
    store.add(DATASET, tables={"rows": TABLE}, facts={"years": [2026]})

    again = Store(tmp_path / "store")

    assert again.get(DATASET).facts == {"years": [2026]}
    pd.testing.assert_frame_equal(again.table(DATASET, "rows").drop(columns=ROW), TABLE)


def test_everything_is_for_its_owners_eyes_only(store, tmp_path):
    store.add(DATASET, tables={"rows": TABLE}, facts={})

    modes = {
        (path.is_dir(), stat.S_IMODE(path.stat().st_mode))
        for path in [tmp_path / "store", *(tmp_path / "store").rglob("*")]
    }

    assert modes == {(True, 0o700), (False, 0o600)}


def test_a_record_does_not_change(store):
    store.add(DATASET, tables={"rows": TABLE}, facts={"first": True})

    again = store.add(DATASET, tables={"rows": TABLE.head(1)}, facts={"first": False})

    assert again.facts == {"first": True}
    assert len(store.table(DATASET, "rows")) == 3


def test_rows_are_numbered_so_that_pages_go_on(store):
    store.add(DATASET, tables={"rows": TABLE}, facts={})

    page = store.table(DATASET, "rows", filters=[("region", "==", "North West"), (ROW, ">", 1)])

    assert page["value"].tolist() == [3.0]


def test_a_record_that_cannot_be_written_leaves_nothing(store, tmp_path):
    with pytest.raises(ValueError):
        store.add(DATASET, tables={"rows": TABLE}, facts={"share": float("nan")})

    assert store.find(DATASET) is None
    assert list((tmp_path / "store").glob(".unfinished*")) == []


def test_what_a_stopped_process_left_is_swept_at_the_next_start(store, tmp_path):
    left = tmp_path / "store" / ".unfinished-left"
    left.mkdir()
    (left / "children.csv").write_text("child_id\n")
    hours_later = datetime.now(UTC) + timedelta(hours=2)

    Store(tmp_path / "store")
    assert left.exists()
    Store(tmp_path / "store", now=lambda: hours_later)

    assert not left.exists()


def test_what_came_from_a_dataset_goes_with_it_and_the_rest_stays(store):
    store.add(DATASET, tables={}, facts={})
    store.add(FORECAST, tables={}, facts={}, made_from=(DATASET,))
    store.add(BALANCE, tables={}, facts={}, made_from=(FORECAST,))
    store.add(OTHER, tables={}, facts={})

    deleted = store.delete(DATASET)

    assert deleted == [DATASET, FORECAST, BALANCE]
    assert [store.find(name) for name in deleted] == [None, None, None]
    assert store.find(OTHER) is not None


def test_a_result_whose_source_went_meanwhile_is_not_kept(store):
    store.add(DATASET, tables={}, facts={})
    store.delete(DATASET)

    with pytest.raises(SourceDeletedError):
        store.add(FORECAST, tables={}, facts={}, made_from=(DATASET,))

    assert store.find(FORECAST) is None


def test_what_is_not_there_is_not_found(store):
    for attempt in (store.get, store.delete, store.tables, lambda name: store.table(name, "rows")):
        with pytest.raises(NotFoundError):
            attempt(DATASET)


@pytest.mark.parametrize(
    "id_", ["", "..", "../../etc", "a" * 15, "A" * 16, "a" * 16 + "/", "é" * 16]
)
def test_only_an_id_of_the_right_form_becomes_a_path(id_):
    with pytest.raises(NotFoundError):
        RecordName.checked(RecordKind.DATASET, id_)
