import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accord.domain.errors import VerificationError
from accord.ledger import merkle
from accord.ledger.merkle import Frontier, Node

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "rfc6962.json").read_text())
LEAVES = [bytes.fromhex(leaf) for leaf in VECTORS["leaves"]]
GARBAGE = bytes(range(32))


def b64(text: str) -> bytes:
    return base64.b64decode(text)


def test_the_vectors_are_complete() -> None:
    assert (len(LEAVES), len(VECTORS["roots"])) == (8, 9)
    assert [len(level) for level in VECTORS["nodes"]] == [8, 4, 2, 1]
    assert (len(VECTORS["inclusion"]), len(VECTORS["consistency"])) == (7, 5)


def grow(leaves: list[bytes]) -> tuple[list[bytes], dict[Node, bytes]]:
    """Roots of all sizes, and all nodes, as `Frontier` makes them."""
    frontier, roots, nodes = Frontier(), [Frontier().root()], dict[Node, bytes]()
    for leaf in leaves:
        nodes[Node(0, frontier.size)] = merkle.leaf_hash(leaf)
        frontier, created = frontier.append(merkle.leaf_hash(leaf))
        nodes.update(created)
        roots.append(frontier.root())
    return roots, nodes


def test_growing_gives_the_known_nodes_and_roots() -> None:
    roots, nodes = grow(LEAVES)
    assert [root.hex() for root in roots] == VECTORS["roots"]
    known = {
        Node(level, index): bytes.fromhex(value)
        for level, values in enumerate(VECTORS["nodes"])
        for index, value in enumerate(values)
    }
    assert nodes == known
    for size, root in enumerate(roots):
        assert merkle.root_hash(size, nodes.__getitem__) == root


@pytest.mark.parametrize("case", VECTORS["inclusion"], ids=lambda case: case["case"])
def test_inclusion_vectors(case: dict[str, Any]) -> None:
    proof = [b64(value) for value in case["proof"]]
    arguments = (b64(case["leafHash"]), case["leafIdx"], case["treeSize"], proof, b64(case["root"]))
    if case["wantErr"]:
        with pytest.raises(VerificationError, match="E-LOG-002"):
            merkle.verify_inclusion(*arguments)
        return
    merkle.verify_inclusion(*arguments)
    _, nodes = grow(LEAVES)
    made = merkle.make_inclusion(case["leafIdx"], case["treeSize"], nodes.__getitem__)
    assert list(made) == proof


@pytest.mark.parametrize("case", VECTORS["consistency"], ids=lambda case: case["case"])
def test_consistency_vectors(case: dict[str, Any]) -> None:
    proof = [b64(value) for value in case["proof"]]
    sizes = (case["size1"], case["size2"])
    merkle.verify_consistency(*sizes, proof, b64(case["root1"]), b64(case["root2"]))
    _, nodes = grow(LEAVES)
    assert list(merkle.make_consistency(*sizes, nodes.__getitem__)) == proof


def tampered_proofs(proof: list[bytes], extra: list[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    for value in (GARBAGE, *extra, b""):
        yield "trailing", [*proof, value]
        yield "preceding", [value, *proof]
    for place, value in enumerate(proof):
        yield "dropped", proof[:place] + proof[place + 1 :]
        yield "inserted", [*proof[:place], GARBAGE, *proof[place:]]
        for bit in range(0, 256, 37):
            flipped = (int.from_bytes(value, "big") ^ 1 << bit).to_bytes(32, "big")
            yield f"bit {bit}", [*proof[:place], flipped, *proof[place + 1 :]]
        yield "shortened", [*proof[:place], value[:-1], *proof[place + 1 :]]
    if proof:
        yield "empty", []
        yield "reversed", proof[::-1] if len(set(proof)) > 1 else [GARBAGE]


@pytest.mark.parametrize("size", range(1, 9))
def test_tampered_inclusion_proofs_are_refused(size: int) -> None:
    roots, nodes = grow(LEAVES)
    for index in range(size):
        leaf, root = nodes[Node(0, index)], roots[size]
        good = list(merkle.make_inclusion(index, size, nodes.__getitem__))
        bad: list[tuple[Any, ...]] = [
            (leaf, index, size, proof, root) for _, proof in tampered_proofs(good, [root, leaf])
        ]
        bad += [(leaf, place, size, good, root) for place in range(-1, 9) if place != index]
        bad += [(leaf, index, size, good, other) for other in (b"", GARBAGE)]
        bad += [(GARBAGE, index, size, good, root), (leaf, index, 0, good, root)]
        bad += [(leaf, index, other, good, roots[size]) for other in (size // 2, 2 * size)]
        for arguments in bad:
            with pytest.raises(VerificationError, match="E-LOG-002"):
                merkle.verify_inclusion(*arguments)


@pytest.mark.parametrize("new", range(1, 9))
def test_tampered_consistency_proofs_are_refused(new: int) -> None:
    roots, nodes = grow(LEAVES)
    for old in range(1, new + 1):
        ends = (roots[old], roots[new])
        good = list(merkle.make_consistency(old, new, nodes.__getitem__))
        merkle.verify_consistency(old, new, good, *ends)
        bad: list[tuple[Any, ...]] = [
            (old, new, proof, *ends) for _, proof in tampered_proofs(good, list(ends))
        ]
        bad += [(0, new, good, *ends), (-1, new, good, *ends), (new + 1, new, good, *ends)]
        bad += [(old, new, good, ends[0], GARBAGE), (old, new, good, GARBAGE, ends[1])]
        bad += [(old, 2 * new, good, *ends), (old, 0, good, *ends)]
        if old != new:
            bad += [(old, new, good, ends[1], ends[0]), (new, new, good, *ends)]
        for arguments in bad:
            with pytest.raises(VerificationError, match="E-LOG-003"):
                merkle.verify_consistency(*arguments)


def test_a_tree_extends_the_empty_one_only_by_words_not_by_proof() -> None:
    roots, _ = grow(LEAVES)
    with pytest.raises(VerificationError, match="E-LOG-003"):
        merkle.verify_consistency(0, 8, [], roots[0], roots[8])


def test_node_ids_are_places_in_the_tree_from_left_to_right() -> None:
    assert [Node(0, index).id for index in range(4)] == [0, 2, 4, 6]
    assert (Node(1, 0).id, Node(1, 1).id, Node(2, 0).id) == (1, 5, 3)
    assert Node(0, merkle.MAX_SIZE - 1).id < 1 << 63


def test_a_leaf_cannot_pass_for_a_node() -> None:
    left, right = merkle.leaf_hash(b"a"), merkle.leaf_hash(b"b")
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)
    assert hashlib.sha256(b"\0a").digest() == left
