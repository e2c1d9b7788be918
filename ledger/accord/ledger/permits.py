"""Permits: the only way to hold one is that the log holds the record behind it.

`AccessPermit` is made from a committed *accept* record and is a required argument of
whatever measures data; `SendPermit` is made once the *access* record is final on the
chain and is a required argument of whatever sends ciphertexts; `InspectPermit` is made
once the *inspect* record is, and is one of whatever hands a replay to an inspector.
The constructors want the mint, which only `accord.ledger.gate` takes from here: a call
without it is a type error, a forged one fails at run time.  That stops mistakes, not
an attacker who edits this process.
"""

from dataclasses import InitVar, dataclass
from typing import Final, final

from accord.domain.errors import FaultError


@final
class _Mint:
    """Right to make permits; has one instance."""

    __slots__ = ()


_MINT: Final = _Mint()


def _check_mint(mint: _Mint) -> None:
    if mint is not _MINT:
        raise FaultError("E-LOG-001")


@dataclass(frozen=True, slots=True)
class AccessPermit:
    """Data may be measured for this run: the accept record is in the log.

    Attributes:
        run_id: 16 bytes.
        leaf_index: Of the accept record in the member's own log.
        member: Whose log.
    """

    run_id: bytes
    leaf_index: int
    member: str
    mint: InitVar[_Mint]

    def __post_init__(self, mint: _Mint) -> None:
        """Refuse every maker but the gate.

        Raises:
            FaultError: E-LOG-001; somebody else tries to make a permit.
        """
        _check_mint(mint)


@dataclass(frozen=True, slots=True)
class SendPermit:
    """Ciphertexts of this run may leave: the access record is final on the chain.

    Attributes:
        run_id: 16 bytes.
        leaf_index: Of the access record in the member's own log.
        member: Whose log.
    """

    run_id: bytes
    leaf_index: int
    member: str
    mint: InitVar[_Mint]

    def __post_init__(self, mint: _Mint) -> None:
        """Refuse every maker but the gate.

        Raises:
            FaultError: E-LOG-001; somebody else tries to make a permit.
        """
        _check_mint(mint)


@dataclass(frozen=True, slots=True)
class InspectPermit:
    """What a replay needs may leave: the inspect record is final on the chain.

    Attributes:
        run_id: 16 bytes.
        leaf_index: Of the inspect record in the member's own log.
        member: Whose log.
    """

    run_id: bytes
    leaf_index: int
    member: str
    mint: InitVar[_Mint]

    def __post_init__(self, mint: _Mint) -> None:
        """Refuse every maker but the gate.

        Raises:
            FaultError: E-LOG-001; somebody else tries to make a permit.
        """
        _check_mint(mint)
