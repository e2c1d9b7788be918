"""A version is published whole or not at all; its steward is told every fault."""

import dataclasses

import pytest

from accord.domain.errors import RefusalError, explain
from accord.node.sources.description import parse_description
from accord.node.sources.port import ColumnFaults, Examination
from accord.node.sources.publish_checks import check_publishable, publication_faults
from tests.unit.node.sources.test_description import FOLDER, GOOD

GUESSED = parse_description(GOOD, FOLDER)
DESCRIPTION = dataclasses.replace(GUESSED, unconfirmed=())
CLEAN = ColumnFaults(0, 0, 0, 0)
EXAMINATION = Examination(
    rows=1024,
    digest=b"\0" * 32,
    duplicate_keys=0,
    columns={column.name: CLEAN for column in DESCRIPTION.table.columns},
)


def test_a_clean_version_is_publishable() -> None:
    check_publishable(DESCRIPTION, EXAMINATION)


def test_guessed_bounds_are_not_published() -> None:
    with pytest.raises(RefusalError, match="E-SRC-020") as caught:
        check_publishable(GUESSED, EXAMINATION)

    assert caught.value.facts == {"columns": "wages"}


@pytest.mark.parametrize(
    ("code", "changed", "rows"),
    [
        ("E-SRC-021", dataclasses.replace(EXAMINATION, duplicate_keys=3), 3),
        ("E-SRC-026", dataclasses.replace(EXAMINATION, rows=1025), 1025),
        *(
            (code, dataclasses.replace(EXAMINATION, columns={**EXAMINATION.columns, "wages": x}), 7)
            for code, x in (
                ("E-SRC-024", ColumnFaults(7, 0, 0, 0)),
                ("E-SRC-022", ColumnFaults(0, 7, 0, 0)),
                ("E-SRC-023", ColumnFaults(0, 0, 7, 0)),
                ("E-SRC-025", ColumnFaults(0, 0, 0, 7)),
            )
        ),
    ],
)
def test_a_fault_refuses_the_version_and_counts_rows(
    code: str, changed: Examination, rows: int
) -> None:
    with pytest.raises(RefusalError) as caught:
        check_publishable(DESCRIPTION, changed)

    assert (caught.value.code, caught.value.facts["rows"]) == (code, rows)
    assert "{" not in explain(caught.value).what


def test_all_faults_are_told_at_once() -> None:
    columns = {**EXAMINATION.columns, "wages": ColumnFaults(1, 2, 0, 4)}
    examination = dataclasses.replace(EXAMINATION, duplicate_keys=1, columns=columns)

    codes = [error.code for error in publication_faults(GUESSED, examination)]

    assert codes == ["E-SRC-020", "E-SRC-021", "E-SRC-024", "E-SRC-022", "E-SRC-025"]
