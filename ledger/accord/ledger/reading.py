"""What is read from a log: entries, roots, proofs, and what opens a record."""

from collections.abc import Callable, Mapping

from accord.domain.errors import RequestError, VerificationError
from accord.domain.record import Disclosure, disclose
from accord.ledger import merkle
from accord.ledger.log import Leaf, LogStore, RecordOpening
from accord.ledger.merkle import Frontier, ReadNode


def read_leaf(store: LogStore, leaf_index: int) -> Leaf:
    """Return one leaf.

    Raises:
        RequestError: E-LOG-009; the log does not hold it.
    """
    leaves = store.leaves(leaf_index, 1)
    if not leaves:
        raise RequestError("E-LOG-009", index=leaf_index)
    return leaves[0]


def read_fields(store: LogStore, leaf_index: int) -> Mapping[str, bytes]:
    """Return a record's committed values in clear.

    Raises:
        RequestError: E-LOG-010; they were erased, or the log holds no such record.
    """
    return _opening(store, leaf_index).fields


def disclose_field(store: LogStore, leaf_index: int, name: str) -> Disclosure:
    """Return what opens one field of a record to its reader, and no other field.

    Raises:
        RequestError: E-LOG-010; it was erased, or the record has no such field.
    """
    opening = _opening(store, leaf_index)
    if name not in opening.fields:
        raise RequestError("E-LOG-010", index=leaf_index)
    return disclose(opening.record_key, name, opening.fields[name])


def root_at(store: LogStore, size: int) -> bytes:
    """Root over the first ``size`` leaves.

    Raises:
        RequestError: E-LOG-009; the log is shorter.
    """
    _check_size(store, size)
    return merkle.root_hash(size, _reader(store, lambda read: merkle.root_hash(size, read)))


def inclusion(store: LogStore, leaf_index: int, size: int) -> tuple[bytes, ...]:
    """RFC 9162 proof that a leaf is among the first ``size``.

    Raises:
        RequestError: E-LOG-009; the log is shorter, or the leaf is not among them.
    """
    _check_size(store, size)
    if not 0 <= leaf_index < size:
        raise RequestError("E-LOG-009", index=leaf_index)
    read = _reader(store, lambda read: merkle.make_inclusion(leaf_index, size, read))
    return merkle.make_inclusion(leaf_index, size, read)


def consistency(store: LogStore, old: int, new: int) -> tuple[bytes, ...]:
    """RFC 9162 proof that the first ``new`` leaves begin with the first ``old``.

    Raises:
        RequestError: E-LOG-009; the log is shorter, or the sizes are not in order.
    """
    _check_size(store, new)
    if not 0 < old <= new:
        raise RequestError("E-LOG-009", index=old)
    read = _reader(store, lambda read: merkle.make_consistency(old, new, read))
    return merkle.make_consistency(old, new, read)


def check_stored(store: LogStore, size: int, root: bytes, *, batch: int = 1000) -> None:
    """Hash every stored entry again, up to ``size``, and compare with ``root``.

    Agreement of roots says nothing about the stored bytes; only this does.

    Raises:
        VerificationError: E-LOG-007, an entry is not what was logged; E-LOG-008, entries
            are missing, or all of them fit their hashes and not the root.
    """
    frontier = Frontier()
    while frontier.size < size:
        leaves = store.leaves(frontier.size, min(batch, size - frontier.size))
        for leaf in leaves:
            if leaf.leaf_index != frontier.size or merkle.leaf_hash(leaf.body) != leaf.leaf_hash:
                raise VerificationError("E-LOG-007", index=frontier.size)
            frontier, _ = frontier.append(leaf.leaf_hash)
        if not leaves:
            break
    if (frontier.size, frontier.root()) != (size, root):
        raise VerificationError("E-LOG-008", size=size)


def _opening(store: LogStore, leaf_index: int) -> RecordOpening:
    opening = store.opening(leaf_index)
    if opening is None:
        raise RequestError("E-LOG-010", index=leaf_index)
    return opening


def _check_size(store: LogStore, size: int) -> None:
    if not 0 <= size <= store.size():
        raise RequestError("E-LOG-009", index=size - 1)


def _reader(store: LogStore, compute: Callable[[ReadNode], object]) -> ReadNode:
    return store.hashes(merkle.nodes_read(compute)).__getitem__
