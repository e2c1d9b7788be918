import base64
import json
from pathlib import Path

import pytest

from accord.domain.errors import RequestError, VerificationError
from accord.ledger.checkpoint import (
    Checkpoint,
    make_checkpoint,
    open_checkpoint,
    origin_of,
    parse_checkpoint,
)
from accord.ledger.note import (
    MAX_NOTE_BYTES,
    MAX_SIGNATURES,
    key_id,
    parse_note,
    sign_note,
    verify_note,
)
from accord.ledger.signatures import Ed25519Key
from accord.ledger.tlog_proof import TlogProof, encode_tlog_proof, parse_tlog_proof

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "c2sp.json").read_text("utf-8"))
NOTE, EXAMPLE, PROOF = VECTORS["note"], VECTORS["checkpoint"], VECTORS["tlog_proof"]
NAME, SIGNED = NOTE["name"], NOTE["signed"].encode()
PUBLIC = base64.b64decode(NOTE["public_key"])[1:]  # a type byte stands before each key
KEY = Ed25519Key(base64.b64decode(NOTE["private_key"])[1:])

INSECURE_LOG = Ed25519Key(b"l" * 32)
ORIGIN = origin_of("testland", "tax_north")
CHECKPOINT = Checkpoint(ORIGIN, 7, bytes(range(32)))


def test_the_vectors_are_complete() -> None:
    assert (len(NOTE["malformed"]), len(PROOF["hashes"])) == (6, 5)


def test_the_reference_note_is_reproduced_byte_for_byte() -> None:
    assert KEY.public == PUBLIC
    assert key_id(NAME, PUBLIC).hex() == NOTE["key_id"]
    assert sign_note(NOTE["text"], NAME, KEY) == SIGNED
    note = parse_note(SIGNED)
    assert note.text == NOTE["text"]
    verify_note(note, NAME, PUBLIC)


@pytest.mark.parametrize("malformed", NOTE["malformed"], ids=lambda case: case[0])
def test_malformed_reference_notes_are_refused(malformed: tuple[str, str]) -> None:
    with pytest.raises(VerificationError, match="E-LOG-004"):
        parse_note(malformed[1].encode())


@pytest.mark.parametrize(
    "data",
    [
        b"\xff" + SIGNED,
        SIGNED.replace(b"x08g", b"x08!"),
        SIGNED.replace(b"nAM=", b"nAN="),  # not canonical: the spare bits are set
        SIGNED.replace(b"nAM=", b"nAM"),
        NOTE["text"].encode() + "\n— PeterNeumann x08goA==\n".encode(),
        SIGNED.replace(b"Neumann x", b"Neumannx"),
        SIGNED.replace(b"PeterNeumann x", b"Peter+Neumann x"),
        SIGNED + b"x" * MAX_NOTE_BYTES,
        SIGNED + SIGNED.split(b"\n\n")[1] * MAX_SIGNATURES,
    ],
)
def test_other_malformed_notes_are_refused(data: bytes) -> None:
    with pytest.raises(VerificationError, match="E-LOG-004"):
        parse_note(data)


def test_a_note_by_another_key_or_name_is_refused() -> None:
    note = parse_note(SIGNED)
    for name, public in ((NAME, INSECURE_LOG.public), ("PeterNewmann", PUBLIC)):
        with pytest.raises(VerificationError, match="E-LOG-005"):
            verify_note(note, name, public)


def test_unknown_signatures_are_passed_over() -> None:
    both = SIGNED + sign_note(NOTE["text"], "witness", INSECURE_LOG).split(b"\n\n")[1]
    for name, public in ((NAME, PUBLIC), ("witness", INSECURE_LOG.public)):
        verify_note(parse_note(both), name, public)


def test_a_bad_signature_of_a_known_key_is_not_passed_over() -> None:
    line = SIGNED.split(b"\n\n")[1]
    bad = SIGNED.replace(line, line.replace(b"RyyB", b"RyyC")) + line
    with pytest.raises(VerificationError, match="E-LOG-005"):
        verify_note(parse_note(bad), NAME, PUBLIC)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u2003b"])
def test_a_name_that_cannot_stand_in_a_note_is_not_signed(name: str) -> None:
    with pytest.raises(RequestError, match="E-LOG-020"):
        sign_note("text\n", name, KEY)


def test_the_specifications_checkpoint_is_understood() -> None:
    data = (EXAMPLE["signed"] + EXAMPLE["cosignature"]).encode()
    checkpoint, note = parse_checkpoint(data)
    root = base64.b64decode(EXAMPLE["root"])
    assert checkpoint == Checkpoint(EXAMPLE["origin"], EXAMPLE["size"], root)
    assert [line.key_id.hex() for line in note.signatures] == [EXAMPLE["key_id"], "a292ea05"]
    assert data.decode().startswith(checkpoint.text + "\n")


def test_a_checkpoint_of_ours_opens() -> None:
    data = make_checkpoint(CHECKPOINT, INSECURE_LOG)
    assert open_checkpoint(data, ORIGIN, INSECURE_LOG.public) == CHECKPOINT
    assert ORIGIN == "accord.testland/tax_north"


def test_a_checkpoint_of_another_log_is_refused_although_the_key_is_ours() -> None:
    other = Checkpoint(origin_of("testland", "tax_south"), 7, CHECKPOINT.root)
    data = sign_note(other.text, ORIGIN, INSECURE_LOG)
    with pytest.raises(VerificationError, match="E-LOG-005"):
        open_checkpoint(data, ORIGIN, INSECURE_LOG.public)


@pytest.mark.parametrize(
    "text",
    [
        CHECKPOINT.text.replace("\n7\n", "\n07\n"),
        CHECKPOINT.text.replace("\n7\n", "\n-7\n"),
        CHECKPOINT.text.replace("\n7\n", "\n٧\n"),  # a digit, but not ASCII
        CHECKPOINT.text.replace("\n7\n", f"\n{1 << 63}\n"),
        CHECKPOINT.text.replace("\n7\n", "\n"),
        CHECKPOINT.text.replace("AAEC", "AAE"),
        CHECKPOINT.text + "extension\n",
        "\n" + CHECKPOINT.text,
    ],
)
def test_a_checkpoint_in_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(VerificationError, match="E-LOG-004"):
        open_checkpoint(sign_note(text, ORIGIN, INSECURE_LOG), ORIGIN, INSECURE_LOG.public)


def test_the_specifications_proof_file_is_understood_and_reproduced() -> None:
    proof = parse_tlog_proof(PROOF["text"].encode())
    assert proof.index == PROOF["index"]
    assert [base64.b64encode(value).decode() for value in proof.hashes] == PROOF["hashes"]
    assert proof.checkpoint == EXAMPLE["signed"].encode()
    assert encode_tlog_proof(proof) == PROOF["text"].encode()


@pytest.mark.parametrize("extra", [None, b"", b"for the application"])
@pytest.mark.parametrize("hashes", [(), (bytes(32),)])
def test_a_proof_file_comes_back_as_it_went(extra: bytes | None, hashes: tuple[bytes, ...]) -> None:
    proof = TlogProof(0, hashes, make_checkpoint(CHECKPOINT, INSECURE_LOG), extra)
    assert parse_tlog_proof(encode_tlog_proof(proof)) == proof


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("index 73894", "index 073894"),
        ("index 73894\n", ""),
        ("index 73894", f"index {1 << 63}"),
        ("gSKyXoYZ", "gSKyXoY"),
        ("\n\n", "\n"),
        ("index", "extra !\nindex"),
        ("gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=", "gSKy"),
        ("index 73894\n", "index 73894\n" + (PROOF["hashes"][0] + "\n") * 63),
    ],
)
def test_a_proof_file_in_any_other_form_is_refused(old: str, new: str) -> None:
    with pytest.raises(VerificationError, match="E-LOG-006"):
        parse_tlog_proof(PROOF["text"].replace(old, new).encode())
