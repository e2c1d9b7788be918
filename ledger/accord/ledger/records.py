"""Log entries: a `Record`, signed by its member's record key.

The bytes of an entry are the leaf's bytes: the canonical encoding of the `Signed`.
"""

from typing import Final

from accord.domain import codec
from accord.domain.card import MemberCard
from accord.domain.errors import VerificationError
from accord.domain.ids import PROTOCOL_VERSION, Identity
from accord.domain.ports import Signer
from accord.domain.record import Record
from accord.domain.signed import Signed
from accord.ledger.signatures import verify_signed

RECORD: Final = "record"


def sign_record(record: Record, signer: Signer) -> bytes:
    """Make the log entry of ``record``."""
    return codec.encode(signer.sign(RECORD, codec.encode(record)))


def parse_entry(entry: bytes) -> tuple[Signed, Record]:
    """Take an entry apart without looking at its signature.

    Raises:
        RequestError: E-MSG-001; ``entry`` is not the canonical encoding of a record.
    """
    signed = codec.decode(Signed, entry)
    return signed, signed.unsafe_open(Record)


def open_entry(entry: bytes, card: MemberCard) -> Record:
    """The record, if the node of ``card`` signed this entry for its own log.

    Raises:
        RequestError: E-MSG-001; ``entry`` does not decode.
        VerificationError: E-SIG-001 or E-SIG-002, the signature; E-REC-002, the record is
            another member's.
    """
    signed, record = parse_entry(entry)
    verify_signed(signed, card.record_key, RECORD)
    node = Identity(card.consortium, card.member).uri
    said = (signed.signer, record.consortium, record.member, record.version)
    if said != (node, card.consortium, card.member, PROTOCOL_VERSION) or record.index < 0:
        raise VerificationError("E-REC-002", member=card.member, index=record.index)
    return record
