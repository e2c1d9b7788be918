"""Laws of trees, notes and checkpoints that hold for all of them."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.domain.errors import AccordError, VerificationError
from accord.ledger import merkle
from accord.ledger.checkpoint import Checkpoint, make_checkpoint, open_checkpoint
from accord.ledger.merkle import Frontier, Node
from accord.ledger.note import parse_note, sign_note, verify_note
from accord.ledger.signatures import Ed25519Key
from accord.ledger.tlog_proof import TlogProof, encode_tlog_proof, parse_tlog_proof

KEY = Ed25519Key(b"k" * 32)
ORIGIN = "accord.testland/tax_north"
HASHES = st.binary(min_size=32, max_size=32)
LINES = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=20)
NAMES = st.from_regex(r"[a-z][a-z0-9._/-]{0,20}", fullmatch=True)
CHECKPOINTS = st.builds(Checkpoint, NAMES, st.integers(0, merkle.MAX_SIZE), HASHES)


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while 2 * split < len(leaves):
        split *= 2
    halves = naive_root(leaves[:split]) + naive_root(leaves[split:])
    return hashlib.sha256(b"\1" + halves).digest()


def tree(size: int) -> tuple[list[bytes], dict[Node, bytes]]:
    leaves, nodes, frontier = [bytes([i % 256]) * (i % 3) for i in range(size)], {}, Frontier()
    for leaf in leaves:
        nodes[Node(0, frontier.size)] = merkle.leaf_hash(leaf)
        frontier, created = frontier.append(merkle.leaf_hash(leaf))
        nodes |= dict(created)
    assert frontier.root() == naive_root(leaves)
    return leaves, nodes


@given(st.integers(1, 300), st.data())
def test_proofs_of_all_trees_hold_and_are_short(size: int, data: st.DataObject) -> None:
    leaves, nodes = tree(size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root, old_root = naive_root(leaves), naive_root(leaves[:old])
    path = merkle.make_inclusion(index, size, nodes.__getitem__)
    grown = merkle.make_consistency(old, size, nodes.__getitem__)
    merkle.verify_inclusion(merkle.leaf_hash(leaves[index]), index, size, path, root)
    merkle.verify_consistency(old, size, grown, old_root, root)
    assert len(path) <= size.bit_length()
    assert len(grown) <= size.bit_length() + 1
    asked = merkle.nodes_read(lambda read: merkle.make_inclusion(index, size, read))
    assert len(asked) == len(set(asked)) <= 2 * size.bit_length()


@given(st.integers(2, 80), st.data())
def test_a_proof_serves_one_leaf_only(size: int, data: st.DataObject) -> None:
    leaves, nodes = tree(size)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda other: other != index))
    path = merkle.make_inclusion(index, size, nodes.__getitem__)
    leaf = merkle.leaf_hash(leaves[index])
    with pytest.raises(VerificationError, match="E-LOG-002"):
        merkle.verify_inclusion(leaf, other, size, path, naive_root(leaves))


@given(st.integers(0, 1 << 20), st.integers(0, 1 << 20))
def test_nodes_of_one_tree_have_different_ids(left: int, right: int) -> None:
    nodes = [Node(level, place >> level) for place in (left, right) for level in range(5)]
    assert len({node.id for node in nodes}) == len(set(nodes))


@given(st.lists(LINES), NAMES)
def test_a_signed_note_opens(lines: list[str], name: str) -> None:
    text = "".join(f"{line}\n" for line in ["first", *lines])
    note = parse_note(sign_note(text, name, KEY))
    assert note.text == text
    verify_note(note, name, KEY.public)


@settings(max_examples=40)
@given(CHECKPOINTS)
def test_a_checkpoint_opens_and_no_other_bytes_do(checkpoint: Checkpoint) -> None:
    """Each single byte changed, dropped or doubled is refused with an error of ours."""
    data = make_checkpoint(checkpoint, KEY)
    assert open_checkpoint(data, checkpoint.origin, KEY.public) == checkpoint
    for place in range(len(data)):
        head, byte, tail = data[:place], data[place], data[place + 1 :]
        changed = (head + bytes([byte ^ 1 << place % 8]) + tail, head + tail)
        doubled = head + bytes([byte, byte]) + tail
        for bad in (*changed, doubled):
            with pytest.raises(VerificationError, match=r"E-LOG-00[45]"):
                open_checkpoint(bad, checkpoint.origin, KEY.public)


@given(st.binary(max_size=200))
def test_any_bytes_open_or_are_refused_with_an_error_of_ours(data: bytes) -> None:
    for parse in (parse_note, parse_tlog_proof):
        with pytest.raises(VerificationError, match=r"E-LOG-00[46]"):
            parse(data)


@given(
    st.integers(0, merkle.MAX_SIZE - 1),
    st.lists(HASHES, max_size=63),
    CHECKPOINTS,
    st.none() | st.binary(max_size=40),
)
def test_a_proof_file_has_one_form(
    index: int, hashes: list[bytes], checkpoint: Checkpoint, extra: bytes | None
) -> None:
    """What is read from a file, or from a file with a changed byte, writes that file."""
    proof = TlogProof(index, tuple(hashes), make_checkpoint(checkpoint, KEY), extra)
    data = encode_tlog_proof(proof)
    assert parse_tlog_proof(data) == proof
    for place in range(0, len(data), 5):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            again = parse_tlog_proof(changed)
        except AccordError as error:
            assert error.code == "E-LOG-006"  # noqa: PT017 - either outcome is right
        else:
            assert encode_tlog_proof(again) == changed
