"""What people have decided, read from a file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.registers.typed import as_text
from rcc_forecast.tables.from_file import table_from_file


def read_overrides(path: Path) -> pd.DataFrame:
    """Read what people have decided: child_id, home_id and their reason.

    Raises
    ------
    UnreadableInputError
        The file cannot be read or lacks ``child_id`` or ``home_id``.
    """
    frame = table_from_file(path)
    if not {"child_id", "home_id"} <= set(frame.columns):
        raise UnreadableInputError(
            path=path.name, expected="a table with columns child_id, home_id and reason"
        )
    text = {name: as_text(frame[name]) if name in frame else "" for name in ("child_id", "home_id")}
    reason = as_text(frame["reason"]) if "reason" in frame else ""
    return pd.DataFrame({**text, "reason": reason}, index=frame.index)
