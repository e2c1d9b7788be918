"""What stands between an examined file and its publication.

These errors name columns and row counts: they are for the owner's own steward, who is
local.  What a requester may learn of a drift is E-SRC-040, which says nothing.
"""

from accord.domain.catalogue import Table
from accord.domain.errors import AccordError, RefusalError
from accord.node.sources.description import Description
from accord.node.sources.port import ColumnFaults, Examination


def check_publishable(description: Description, examination: Examination) -> None:
    """Check that a data version keeps everything its description promises.

    Raises:
        RefusalError: E-SRC-020 to E-SRC-026; the first fault, see `publication_faults`.
    """
    faults = publication_faults(description, examination)
    if faults:
        raise faults[0]


def publication_faults(
    description: Description, examination: Examination
) -> tuple[AccordError, ...]:
    """All that forbids publishing, so that a steward can mend it in one go."""
    table, faults = description.table, list[AccordError]()
    if description.unconfirmed:
        faults.append(RefusalError("E-SRC-020", columns=", ".join(description.unconfirmed)))
    if examination.rows > table.max_rows:
        faults.append(RefusalError("E-SRC-026", rows=examination.rows, limit=table.max_rows))
    if examination.duplicate_keys:
        rows = examination.duplicate_keys
        faults.append(RefusalError("E-SRC-021", rows=rows, column=table.key))
    return (*faults, *_column_faults(table, examination))


def _column_faults(table: Table, examination: Examination) -> tuple[AccordError, ...]:
    return tuple(
        RefusalError(code, column=column.name, rows=rows)
        for column in table.columns
        for code, rows in _counts(examination.columns[column.name]).items()
        if rows
    )


def _counts(faults: ColumnFaults) -> dict[str, int]:
    return {
        "E-SRC-024": faults.unparsable,
        "E-SRC-022": faults.out_of_bounds,
        "E-SRC-023": faults.out_of_domain,
        "E-SRC-025": faults.nulls,
    }
