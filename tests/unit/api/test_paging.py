"""A page goes on after the last row of the one before."""

from __future__ import annotations

import pytest

from api.errors import CursorError
from api.paging import cursor_after, row_of_cursor, text_of_cursor


def test_a_cursor_gives_back_the_row_it_was_made_from():
    assert row_of_cursor(cursor_after(12_345)) == 12_345


def test_a_cursor_gives_back_the_name_it_was_made_from():
    assert text_of_cursor(cursor_after("2026-04-20 é")) == "2026-04-20 é"


def test_without_a_cursor_the_first_page_is_meant():
    assert (row_of_cursor(None), text_of_cursor(None)) == (0, None)


@pytest.mark.parametrize("cursor", ["", "x", "é", cursor_after("a name"), cursor_after(-1)])
def test_a_cursor_of_another_making_is_refused(cursor):
    with pytest.raises(CursorError):
        row_of_cursor(cursor)


def test_a_row_is_no_name():
    with pytest.raises(CursorError):
        text_of_cursor(cursor_after(3))
