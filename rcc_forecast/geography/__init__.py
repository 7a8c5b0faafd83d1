"""Authorities, regions, co-operatives and miles.

Three tables beside this file can be read and edited by an analyst:
``authorities.csv`` (the authorities of today), ``reorganisations.csv`` (what
became of earlier ones) and ``rcc_membership.csv`` (who belongs to which
Regional Care Cooperative, from when to when).

Contains public sector information licensed under the Open Government Licence
v3.0 (Department for Education, Office for National Statistics).
"""

from __future__ import annotations

from rcc_forecast.geography.authorities import (
    AUTHORITIES,
    ENGLISH_REGIONS,
    REORGANISATIONS,
    Reorganisation,
    authorities_of_area,
    lies_within,
    name_of,
    region_of,
    resolve_authority,
    successor_of,
)
from rcc_forecast.geography.distance import miles_between
from rcc_forecast.geography.membership import Membership, read_membership
from rcc_forecast.geography.postcodes import locate_postcodes, postcodes_of_authorities

__all__ = [
    "AUTHORITIES",
    "ENGLISH_REGIONS",
    "REORGANISATIONS",
    "Membership",
    "Reorganisation",
    "authorities_of_area",
    "lies_within",
    "locate_postcodes",
    "miles_between",
    "name_of",
    "postcodes_of_authorities",
    "read_membership",
    "region_of",
    "resolve_authority",
    "successor_of",
]
