"""What a node needs of its data: a look before publishing, and measured sums.

"No record, no data": `DataSource.measure` wants an `AccessPermit`, which only the log
gives out, and every implementation checks it at run time with `check_permit`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from accord.domain.catalogue import Table
from accord.domain.errors import FaultError
from accord.ledger.permits import AccessPermit
from accord.query.plan import Extract, Plan


@dataclass(frozen=True, slots=True)
class ColumnFaults:
    """How many rows break a column's description; private to the owner.

    Attributes:
        unparsable: Not written as the column's type, or finer than its scale.
        out_of_bounds: Beyond minimum or maximum.
        out_of_domain: Not among the public values.
        nulls: NULL though the column says there is none.
    """

    unparsable: int
    out_of_bounds: int
    out_of_domain: int
    nulls: int

    @property
    def total(self) -> int:
        """Rows at fault."""
        return self.unparsable + self.out_of_bounds + self.out_of_domain + self.nulls


@dataclass(frozen=True, slots=True)
class Examination:
    """What a look at the whole data version found; private to the owner.

    Attributes:
        digest: SHA-256 over the bytes of the file.
        duplicate_keys: Rows beyond the first of their key.
        columns: By shared name, the key included.
    """

    rows: int
    digest: bytes
    duplicate_keys: int
    columns: Mapping[str, ColumnFaults]


class DataSource(Protocol):
    """One member's rows of one table."""

    def examine(self, table: Table) -> Examination:
        """Compare every row with the description.

        Raises:
            RequestError: E-SRC-030 to E-SRC-035; the file is missing, not as described, or
                changes while it is read.
        """
        ...

    def measure(
        self, plan: Plan, permit: AccessPermit, *, table: Table, expected: bytes
    ) -> Extract:
        """Sum the measures of a plan over this member's rows, for every cell.

        Args:
            plan: Compiled over ``table``.
            permit: Shows that the accept record is in the log.
            table: The description the plan was compiled with.
            expected: Digest of the published data version.

        Raises:
            RefusalError: E-SRC-040; the data are not the published ones any more.
            FaultError: E-SRC-042; ``permit`` is none.
        """
        ...


def check_permit(permit: AccessPermit) -> None:
    """Check at run time what the type checker checks before.

    Raises:
        FaultError: E-SRC-042; ``permit`` is not an access permit.
    """
    if type(permit) is not AccessPermit:
        raise FaultError("E-SRC-042", detail=f"got {type(permit).__name__}")
