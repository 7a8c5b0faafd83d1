"""A synthetic region on disk, in the layout in which authorities file."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pandas as pd

from rcc_forecast.geography import name_of, resolve_authority
from rcc_forecast.synthetic.region import SyntheticRegion
from rcc_forecast.synthetic.truth import MARK
from rcc_forecast.tables.ssda903 import TABLES, tables_of


def write_region(region: SyntheticRegion, out: Path) -> list[Path]:
    """Write every file of a region.

    Parameters
    ----------
    region : SyntheticRegion
        As `synthesise` gives it.
    out : Path
        Folder; made when absent. Files of the same names are replaced; tables
        that an earlier synthesis left in the same folders go, all else stays.

    Returns
    -------
    list of Path
        What was written, in order. The same region gives the same bytes.
    """
    known = _is_synthetic(out)
    written = [_write(out / file, text) for file, text in _return_files(region)]
    if known:
        _remove_left_over(region, out, set(written))
    for name in ("homes", "children", "cohort", "sibling_groups", "sites"):
        table: pd.DataFrame = getattr(region, name)
        written.append(_write(out / f"{name}.csv", _as_csv(table)))
    folder, evaluation = out / "evaluation", region.evaluation
    written.append(_write(folder / "panel.csv", _as_csv(evaluation.panel)))
    written.append(_write(folder / "spec.toml", evaluation.spec))
    truth = json.dumps(_with_files(region.truth), indent=1, ensure_ascii=False) + "\n"
    written.append(_write(out / "truth.json", truth))
    written.append(_write(out / "README.txt", readme(region)))
    return written


def folder_of(authority: str) -> str:
    """Give the folder of an authority: its name, short where that is still its own."""
    name = name_of(authority)
    short = name.split(",")[0]
    return short if resolve_authority(short) == authority else name.replace(",", "")


def readme(region: SyntheticRegion) -> str:
    """Say what the files are, that they are invented, and how to make them again."""
    asked = region.truth["arguments"]
    return _README.format(
        authorities=", ".join(folder_of(code) for code in region.authorities),
        first=region.years[0],
        last=region.years[-1],
        years=asked["years"],
        seed=asked["seed"],
        children="" if asked["children"] is None else f" --children {asked['children']}",
        faults="" if not asked["fault_rate"] else f" --fault-rate {asked['fault_rate']}",
        codes=",".join(region.authorities),
    )


def _return_files(region: SyntheticRegion) -> list[tuple[str, str]]:
    lost = {
        (f["local_authority"], f["year"], f["table"]): str(f["column"])
        for f in region.truth["faulty_files"]
        if f["fault"] in ("column-missing", "table-missing")
    }
    files: list[tuple[str, str]] = []
    for name, table in region.returns.items():
        for (authority, year), rows in table.groupby(["local_authority", "year"], sort=True):
            key = (authority, year, name)
            if lost.get(key) == "":
                continue
            columns = [c for c in tables_of(int(str(year)))[name].names if c != lost.get(key)]
            files.append((f"{folder_of(str(authority))}/{year}/{name}.csv", _as_csv(rows[columns])))
    return sorted(files)


def _with_files(truth: dict[str, Any]) -> dict[str, Any]:
    """Name the file of every fault, as it is written."""
    named = dict(truth)
    for key in ("faulty_files", "faulty_rows"):
        named[key] = [
            {
                "file": f"{folder_of(str(f['local_authority']))}/{f['year']}/{f['table']}.csv",
                **{k: v for k, v in f.items() if k not in ("local_authority", "year", "table")},
            }
            for f in truth[key]
        ]
    return named


def _is_synthetic(out: Path) -> bool:
    truth = out / "truth.json"
    return truth.is_file() and MARK in truth.read_text(encoding="utf-8")


def _remove_left_over(region: SyntheticRegion, out: Path, written: set[Path]) -> None:
    names = {table.name for table in TABLES}
    for authority in region.authorities:
        for file in sorted((out / folder_of(authority)).glob("*/*.csv")):
            if file.stem in names and file not in written:
                file.unlink()


def _as_csv(table: pd.DataFrame) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(zip(*(table[column].tolist() for column in table.columns), strict=True))
    return text.getvalue()


def _write(path: Path, text: str) -> Path:
    """Put a file in its place whole: a reader never meets half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(text.encode("utf-8"))
    os.replace(part, path)
    return path


_README = """\
SYNTHETIC DATA. Nobody in these files exists, and no home does.

Children, families, homes and providers are invented from a seed. Identifiers
say so in every file: CHILD begins SYN, home_id SYN-H-, sibling groups SYN-,
pupil numbers with S (no real one does), Ofsted numbers SC9, social workers
SW99, and providers are named Synthetic. Postcodes are real places, drawn at
random; nobody of these files lives there.

Authorities: {authorities}.
Returns {first} to {last}; return Y covers 1 April Y-1 to 31 March Y.

Made by
  rcc-forecast synthesise DIR --area {codes} --years {years} --seed {seed}{children}{faults}

<authority>/<year>/<table>.csv  SSDA903 tables as filed, dd/mm/yyyy, with the columns and
                                codes of their year (SEX 1/2 up to 2024; H5 and P2 up to
                                2024, K3 after; Z1 up to 2025, Z11-Z14 after; social
                                workers from 2024, deprivation of liberty from 2027)
homes.csv                       provision register of the area: one row a home or fostering
                                household. Relatives' households are there for the child
                                they care for: no place is free. Homes outside the area
                                are not listed
children.csv                    children who need a home now: about half new to care, the
                                others must leave their present home
cohort.csv                      every child who lives in a home of the register (relatives'
                                households left out), for planning the whole region anew
sibling_groups.csv              brothers and sisters among the children of the returns
sites.csv                       homes that could be opened, for `invest`: site_id begins
                                SYN-S-; what each would cost to open is an assumption
evaluation/                     outcomes by year of 153 invented authorities (SYN001 on) in 14
                                invented regions, two of them pathfinders, and a
                                specification of how to compare them
truth.json                      what was planted. months: the month ends of every list;
                                entries, exits and children as they truly were, by age
                                band, authority or type; ends_not_yet_recorded: what the
                                newest return does not show yet; faulty_files and
                                faulty_rows: every planted fault (row = line of the file,
                                heading 1); evaluation: the change planted in pathfinders

Levels and shares follow published figures of the Department for Education,
Ofsted and the Office for National Statistics. Contains public sector
information licensed under the Open Government Licence v3.0. Contains OS data
and Royal Mail data (Crown copyright and database right; Royal Mail copyright
and database right).
"""
