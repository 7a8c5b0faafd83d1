"""Registers as others keep them: headings and words of the census and the standard."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

GUIDANCE = "\n(Please select from drop down list)"


def a_census(*rows: dict[str, str]) -> pd.DataFrame:
    """Placements North West, headings of December 2025 with the guidance that follows them."""
    plain = {
        "Looked after child?": "Looked after child (under 18)",
        "Placing Authority": "Bolton",
        "Identifier": "",
        "Age": "14",
        "Gender": "M",
        "Ethnic Group": "Irish (White)",
        "Organisation": "Acme Care",
        "Provider Ofsted (or equivalent) URN": "2500000",
        "Establishment": "Foster carer",
        "Establishment URN": "1000001",
        "Type of provision": "Residential - Mainstream",
        "UASC": "No",
        "Total weekly cost": "5000",
        "Contribution from Social Care": "4000",
        "Contribution from Education": "600",
        "Contribution from Health": "400",
        "Does this CYP require a solo placement?": "No, and is not in a solo placement",
        "Host Authority": "Wigan",
    }
    table = pd.DataFrame(
        [plain | {"Identifier": f"C{at}"} | row for at, row in enumerate(rows)], dtype="str"
    )
    return table.rename(columns=lambda name: name if name == "Gender" else name + GUIDANCE)


def some_referrals(*rows: dict[str, str]) -> pd.DataFrame:
    """Placements Data Standard v2, technical names, with what a case system adds."""
    plain = {
        "childId": "",
        "LA": "Bolton",
        "HOME_POST": "BL1 1",
        "age": "13",
        "gender": "F",
        "neededBy": "Today",
        "fosterCareSuitability": "Preferred",
        "residentialCareSuitability": "Suitable but not preferred",
        "supportedAccommodationSuitability": "Unsuitable",
        "livingCompanions": "No preference",
        "providerURN": "1000001",
        "placementType": "Residential",
        "totalWeeklyCost": "6000",
    }
    return pd.DataFrame(
        [plain | {"childId": str(at + 1)} | row for at, row in enumerate(rows)], dtype="str"
    )


def filed(table: pd.DataFrame, path: Path) -> Path:
    """The table as a CSV file."""
    table.to_csv(path, index=False)
    return path
