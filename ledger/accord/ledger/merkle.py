"""The Merkle tree of a log: RFC 6962, section 2.1, with the algorithms of RFC 9162.

A tree over ``size`` leaves is named by its size.  A `Node` is a perfect subtree; trees
share them, so a node once written never changes, and any root or proof of any size is
folded from about log2(size) nodes.  The module does no I/O: whoever stores the nodes
passes a function that returns them.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from accord.domain.errors import VerificationError

HASH_BYTES: Final = 32  # SHA-256
MAX_SIZE: Final = 1 << 62  # node ids stay below 2**63, what SQL integers hold
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """A perfect subtree over the leaves ``[index << level, (index + 1) << level)``."""

    level: int
    index: int

    @property
    def id(self) -> int:
        """Its place when all nodes are counted from left to right; leaf i is 2i."""
        return ((2 * self.index + 1) << self.level) - 1


ReadNode: TypeAlias = Callable[[Node], bytes]


def leaf_hash(data: bytes) -> bytes:
    """SHA-256 over a zero byte and the leaf's bytes."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 over a one byte and both children."""
    return hashlib.sha256(b"\1" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that is needed to let a tree grow: the compact range over ``[0, size)``.

    Attributes:
        hashes: One perfect subtree per set bit of ``size``, largest first.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> "tuple[Frontier, list[tuple[Node, bytes]]]":
        """Add a leaf hash; return the grown frontier and the inner nodes completed by it."""
        hashes, created = [*self.hashes, leaf], list[tuple[Node, bytes]]()
        level, rest = 0, self.size
        while rest & 1:  # as many carries as there are trailing ones
            right, left = hashes.pop(), hashes.pop()
            level, rest = level + 1, rest >> 1
            hashes.append(node_hash(left, right))
            created.append((Node(level, rest), hashes[-1]))
        return Frontier(self.size + 1, tuple(hashes)), created

    def root(self) -> bytes:
        """Root of the tree."""
        return _fold(self.hashes) if self.hashes else EMPTY_ROOT


def root_hash(size: int, read: ReadNode) -> bytes:
    """Root over the first ``size`` leaves."""
    return _range_hash(0, size, read) if size else EMPTY_ROOT


def make_inclusion(index: int, size: int, read: ReadNode) -> tuple[bytes, ...]:
    """Proof that leaf ``index`` is in the tree of ``size``, leaf to root (RFC 9162, 2.1.3.1).

    Pre-condition: ``0 <= index < size``.
    """
    low, high, path = 0, size, list[bytes]()
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range_hash(middle, high, read))
            high = middle
        else:
            path.append(_range_hash(low, middle, read))
            low = middle
    return tuple(reversed(path))


def make_consistency(old: int, new: int, read: ReadNode) -> tuple[bytes, ...]:
    """Proof that the tree of ``old`` is a prefix of the tree of ``new`` (RFC 9162, 2.1.4.1).

    Pre-condition: ``0 < old <= new``.
    """
    low, high, path = 0, new, list[bytes]()
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_range_hash(middle, high, read))
            high = middle
        else:
            path.append(_range_hash(low, middle, read))
            low = middle
    if low:  # otherwise the old root itself is the first node, and the verifier has it
        path.append(_range_hash(low, high, read))
    return tuple(reversed(path))


def nodes_read(compute: Callable[[ReadNode], object]) -> list[Node]:
    """The nodes that ``compute`` will ask for, so that they can be read in one query."""
    wanted: list[Node] = []

    def note(node: Node) -> bytes:
        wanted.append(node)
        return EMPTY_ROOT

    compute(note)
    return wanted


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf hash ``leaf`` stands at ``index`` in a tree (RFC 9162, 2.1.3.2).

    Raises:
        VerificationError: E-LOG-002; the proof does not lead to ``root``.
    """
    if _inclusion_root(leaf, index, size, proof) != root:
        raise VerificationError("E-LOG-002", index=index, size=size)


def verify_consistency(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Check that one tree is a prefix of another (RFC 9162, section 2.1.4.2).

    Every tree extends the empty one, which proves nothing: ``old`` must not be 0.

    Raises:
        VerificationError: E-LOG-003; the proof does not lead to both roots.
    """
    if _consistency_roots(old, new, proof, old_root) != (old_root, new_root):
        raise VerificationError("E-LOG-003", old=old, new=new)


def _inclusion_root(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    if not 0 <= index < size or not _well_formed((leaf, *proof)):
        return None
    place, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            value = node_hash(sibling, value)
            place, last = _skip_left_edge(place, last)
        else:
            value = node_hash(value, sibling)
        place, last = place >> 1, last >> 1
    return value if last == 0 else None


def _consistency_roots(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes
) -> tuple[bytes, bytes] | None:
    if not 0 < old <= new or not _well_formed((old_root, *proof)):
        return None
    if old == new:
        return None if proof else (old_root, old_root)
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    return _fold_both(old - 1, new - 1, path) if path else None


def _fold_both(place: int, last: int, path: list[bytes]) -> tuple[bytes, bytes] | None:
    while place & 1:
        place, last = place >> 1, last >> 1
    old_value = new_value = path[0]
    for value in path[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old_value, new_value = node_hash(value, old_value), node_hash(value, new_value)
            place, last = _skip_left_edge(place, last)
        else:
            new_value = node_hash(new_value, value)
        place, last = place >> 1, last >> 1
    return (old_value, new_value) if last == 0 else None


def _skip_left_edge(place: int, last: int) -> tuple[int, int]:
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _range_hash(low: int, high: int, read: ReadNode) -> bytes:
    """Hash over ``[low, high)``; ``low`` is a multiple of a power of two not below the span."""
    span, parts = high - low, list[bytes]()
    while span:
        level = span.bit_length() - 1
        parts.append(read(Node(level, low >> level)))
        low, span = low + (1 << level), span - (1 << level)
    return _fold(parts)


def _fold(hashes: Sequence[bytes]) -> bytes:
    value = hashes[-1]
    for left in reversed(hashes[:-1]):
        value = node_hash(left, value)
    return value


def _split(span: int) -> int:
    """The largest power of two below ``span``."""
    return 1 << ((span - 1).bit_length() - 1)


def _well_formed(hashes: Sequence[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in hashes)
