import pytest
import rlp
from trie.hexary import HexaryTrie

from accord.ledger.evm.receipt_proof import Event, parse_receipt, verify_receipt
from accord.ledger.evm.rlp_decode import MalformedError

EVENT = [b"a" * 20, [b"t" * 32, b"u" * 32], b"data"]


def receipt(index: int, status: int = 1, log: object = (EVENT,)) -> bytes:
    """Every third receipt is legacy, the others of types 1 and 2 (EIP-2718)."""
    body: bytes = rlp.encode([status, 21_000 * (index + 1), bytes(256), log])
    return b"" + bytes([index % 3]) * bool(index % 3) + body


def block(count: int) -> HexaryTrie:
    tree = HexaryTrie({})
    for index in range(count):
        tree[rlp.encode(index)] = receipt(index)
    return tree


def proof(tree: HexaryTrie, index: int) -> tuple[bytes, ...]:
    return tuple(rlp.encode(node) for node in tree.get_proof(rlp.encode(index)))


@pytest.mark.parametrize("count", [1, 2, 3, 17, 40, 130, 300])
def test_each_receipt_of_a_block_is_proven(count: int) -> None:
    """One receipt is a lone leaf; from 128 on, keys have two bytes."""
    tree = block(count)

    for index in {0, 1, 2, 16, 39, 127, 128, 129, 255, 256, count - 1} & set(range(count)):
        found = verify_receipt(tree.root_hash, index, proof(tree, index))
        assert found == receipt(index)
        assert parse_receipt(found) == (Event(b"a" * 20, (b"t" * 32, b"u" * 32), b"data"),)


def test_a_proof_of_one_place_proves_no_other() -> None:
    tree = block(40)

    for other in (0, 6, 8, 39, 40, 128):
        with pytest.raises(MalformedError):
            verify_receipt(tree.root_hash, other, proof(tree, 7))


def test_absence_is_not_a_proof() -> None:
    tree = block(5)

    with pytest.raises(MalformedError):
        verify_receipt(tree.root_hash, 9, proof(tree, 9))


def test_missing_repeated_and_trailing_nodes_are_refused() -> None:
    tree = block(40)
    nodes = proof(tree, 7)

    for changed in [(), nodes[1:], nodes[:-1], nodes + nodes[-1:], nodes[:1] + nodes, nodes[::-1]]:
        with pytest.raises(MalformedError):
            verify_receipt(tree.root_hash, 7, changed)


@pytest.mark.parametrize("index", [0, 1, 2])
def test_every_flipped_byte_is_noticed(index: int) -> None:
    tree = block(20)
    nodes = proof(tree, index)

    for place, node in enumerate(nodes):
        for at in range(0, len(node), 3):
            changed = node[:at] + bytes([node[at] ^ 1]) + node[at + 1 :]
            with pytest.raises(MalformedError):
                verify_receipt(
                    tree.root_hash, index, (*nodes[:place], changed, *nodes[place + 1 :])
                )


@pytest.mark.parametrize(
    "malformed",
    [
        b"",
        b"\x01",
        b"\x00" + receipt(0)[1:],
        receipt(0, status=0),
        receipt(0, status=2),
        rlp.encode([1, 2, bytes(256)]),
        rlp.encode([1, 2, bytes(255), []]),
        receipt(0, log=[[b"a" * 19, [], b""]]),
        receipt(0, log=[[b"a" * 20, [b"t" * 31], b""]]),
        receipt(0, log=[[b"a" * 20, [], b"", b""]]),
        receipt(0, log=[b"not an event"]),
        receipt(0, log=b"not a list"),
    ],
)
def test_what_is_no_receipt_of_a_success_is_refused(malformed: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_receipt(malformed)
