"""The program's own files beside returns: told in one line, since nothing is amiss.

A folder that `synthesise` made, or that a planner works in, holds the register
of homes and the children to place next to the returns. A name alone proves
little (`children.csv` may be a damaged header), so tables are known by columns.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from rcc_forecast.results.findings import Findings, Severity

OWN_FILE = "own-file"
"""Rule of the finding."""

_NAMES = frozenset({"readme.txt", "readme.md", "truth.json", "spec.toml"})
_COLUMNS = (
    frozenset({"home_id", "placement_type"}),
    frozenset({"child_id", "age", "sex"}),
    frozenset({"child_id", "sibling_group"}),
    frozenset({"site_id", "placement_type"}),
    frozenset({"la_code", "outcome", "period"}),
)
_LONGEST_HEADING = 4_000


def is_own_file(file: str, text: str = "") -> bool:
    """Say whether a file that is no table of the return is one of the program's own.

    Parameters
    ----------
    file : str
        Path within the folder or zip.
    text : str
        Its content, where it can be read as text.
    """
    if PurePosixPath(file).name.lower() in _NAMES:
        return True
    heading = text[:_LONGEST_HEADING].split("\n", 1)[0].lower()
    columns = {name.strip(' "') for name in heading.split(",")}
    return any(own <= columns for own in _COLUMNS)


def own_file(file: str) -> Findings:
    """Say that a file is one of the program's own."""
    return Findings.one(
        OWN_FILE,
        Severity.NOTED,
        file=file,
        found="The file is this program's own, and no table of the return.",
        done="It is not read here.",
    )


def own_files_told_together(findings: Findings) -> Findings:
    """Put the findings about the program's own files into one, which names them."""
    own = (findings.frame["rule"] == OWN_FILE).to_numpy()
    if own.sum() < 2:
        return findings
    names = ", ".join(sorted(findings.frame.loc[own, "file"]))
    together = Findings.one(
        OWN_FILE,
        Severity.NOTED,
        found=f"{own.sum()} files are this program's own, and no tables of the return: {names}.",
        done="They are not read here.",
    )
    return Findings(findings.frame[~own].reset_index(drop=True)) + together
