"""What the service is told by its environment, read once at the start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rcc_forecast.errors import RccError


class SettingError(RccError):
    """A variable of the environment cannot be used as it stands."""

    def __init__(self, *, name: str, expected: str) -> None:
        self.name, self.expected = name, expected
        super().__init__(f"{name} cannot be used as it is set. Expected {expected}.")


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the service.

    Attributes
    ----------
    data : Path
        Folder of the store; made at the first start. ``RCC_DATA``.
    api_key : str, optional
        What callers show as ``Authorization: Bearer KEY``. Without one, only
        callers on this machine are answered. ``RCC_API_KEY``.
    max_upload_mb : int
        Most that one upload may weigh; ten years of England's returns, zipped,
        are about 150. ``RCC_MAX_UPLOAD_MB``.
    max_waiting : int
        Runs that may wait for their turn before callers are asked to come
        back later. ``RCC_MAX_WAITING``.
    """

    data: Path = Path("rcc-data")
    api_key: str | None = field(default=None, repr=False)
    max_upload_mb: int = 256
    max_waiting: int = 8


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Parameters
    ----------
    environment : mapping, optional
        The process's own when absent.

    Raises
    ------
    SettingError
        A number is not one, or is below one.
    """
    given = os.environ if environment is None else environment
    return Settings(
        data=Path(given.get("RCC_DATA") or Settings().data),
        # An empty key is no key: it must not let anybody in who sends nothing.
        api_key=given.get("RCC_API_KEY") or None,
        max_upload_mb=_whole_number(given, "RCC_MAX_UPLOAD_MB", Settings().max_upload_mb),
        max_waiting=_whole_number(given, "RCC_MAX_WAITING", Settings().max_waiting),
    )


def _whole_number(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise SettingError(name=name, expected="a whole number of one or more")
    return int(text)
