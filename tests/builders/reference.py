"""Published reference data, which lie outside the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[3] / "shared" / "data"


def reference_data(name: str) -> Path:
    """Give the path of a reference file; where it is absent, skip, but fail in CI."""
    folder = Path(os.environ.get("RCC_REFERENCE_DATA") or _BESIDE_THE_CHECKOUT)
    path = folder / name
    if path.exists():
        return path
    reason = (
        f"Reference data {name!r} are not in {folder.name!r}. "
        f"Set RCC_REFERENCE_DATA to the folder that holds them."
    )
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
