"""What came of an import, on one page."""

from __future__ import annotations

from rcc_forecast.registers.importing import ImportedRegister


def import_text(imported: ImportedRegister) -> str:
    """Write what was read, what could not be placed, and what was found, by rule.

    Parameters
    ----------
    imported : ImportedRegister
        From `import_register`.

    Returns
    -------
    str
        Plain text, ending with a line break.
    """
    parts = [_what_was_read(imported), *_what_was_not_placed(imported), _what_was_found(imported)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _what_was_read(imported: ImportedRegister) -> str:
    return (
        f"{imported.rows_read:,} rows read: {imported.rows_used:,} are used, "
        f"{imported.rows_refused:,} are left out or refused. "
        f"They make {len(imported.table):,} {imported.writes}."
    )


def _what_was_not_placed(imported: ImportedRegister) -> list[str]:
    told = []
    for column, words in imported.unplaced.items():
        rows = sorted(words.items(), key=lambda item: (-item[1], item[0]))
        listed = "\n".join(f"{count:>8,}  {word}" for word, count in rows)
        told.append(f"Words of {column} that the mapping does not know:\n{listed}")
    return told


def _what_was_found(imported: ImportedRegister) -> str:
    summary = imported.findings.summary()
    lines = [
        f"{row.severity:<9} {row.rule:<32} {row.findings:>8,} {row.rows:>8,}  {row.done}"
        for row in summary.itertuples()
    ]
    heading = f"{'':<9} {'rule':<32} {'findings':>8} {'rows':>8}  what was done (first)"
    return "\n".join([heading, *lines])
