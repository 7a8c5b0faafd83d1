"""Registers of homes and children: read as people keep them, and everything wrong told.

Below the rooms of the stages, since placement, siting and sufficiency all begin with them.
"""

from __future__ import annotations

from rcc_forecast.registers.children import read_children, tidy_children
from rcc_forecast.registers.costs import read_costs, read_siblings
from rcc_forecast.registers.homes import read_homes, tidy_homes
from rcc_forecast.registers.importing import ImportedRegister, import_register
from rcc_forecast.registers.mapping import mapping_text, read_mapping, shipped_mappings
from rcc_forecast.registers.told import import_text

__all__ = [
    "ImportedRegister",
    "import_register",
    "import_text",
    "mapping_text",
    "read_children",
    "read_costs",
    "read_homes",
    "read_mapping",
    "read_siblings",
    "shipped_mappings",
    "tidy_children",
    "tidy_homes",
]
