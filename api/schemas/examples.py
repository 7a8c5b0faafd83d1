"""Every body and answer shows an example."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict


def shown_as(
    example: dict[str, Any], *, extra: Literal["allow", "forbid", "ignore"] = "ignore"
) -> ConfigDict:
    """Give the configuration of a model with its example.

    Parameters
    ----------
    example : dict
        One instance, as JSON.
    extra : str
        What happens with fields that are not declared; bodies forbid them.
    """
    return ConfigDict(extra=extra, json_schema_extra={"examples": [example]})
