from dataclasses import replace

import pytest
import rlp
from trie.hexary import HexaryTrie

from accord.domain.codec import decode, encode
from accord.domain.errors import RequestError, VerificationError
from accord.ledger.evm.anchor_proof import (
    ANCHORED_TOPIC,
    MAX_HEADER_BYTES,
    AnchoredHead,
    AnchorProof,
    ChainTrust,
    find_log_index,
    parse_header,
    verify_anchor,
)
from accord.ledger.evm.contract import anchor_call
from accord.ledger.evm.keccak import keccak256
from accord.ledger.evm.receipt_proof import MAX_NODE_BYTES, MAX_NODES
from accord.ledger.evm.rlp_decode import MalformedError
from accord.ledger.evm.seal import sign_header
from tests.unit.ledger.evm.evm_consortium import (
    INSECURE_SEAL_KEY,
    NOW,
    Consortium,
    founding,
    member,
    trust_in,
)

LOG, ROOT = member(0).log_id, b"R" * 32


@pytest.fixture
def proof(consortium: Consortium) -> AnchorProof:
    """Member 0 anchors size 7, after size 5."""
    assert consortium.anchors(0, 5)
    receipt = consortium.transact(0, anchor_call(LOG, 7, ROOT))
    return proof_of(consortium, receipt["transactionHash"])


def proof_of(consortium: Consortium, transaction_hash: str) -> AnchorProof:
    found = consortium.ask("accord_getReceiptProof", transaction_hash)
    header, seal = (bytes.fromhex(found[part][2:]) for part in ("header", "seal"))
    nodes = tuple(bytes.fromhex(node[2:]) for node in found["nodes"])
    return AnchorProof(header, seal, int(found["transactionIndex"], 16), 0, nodes)


def refused(proof: AnchorProof, trust: ChainTrust, part: str) -> None:
    with pytest.raises(VerificationError) as caught:
        verify_anchor(proof, trust)
    assert (caught.value.code, caught.value.facts) == ("E-CHN-001", {"part": part})


def forged(trust: ChainTrust, *log: object, status: int = 1, time: int = 1) -> AnchorProof:
    """A proof that a dishonest *ledger* could make: sealed, but with any content."""
    tree = HexaryTrie({})
    tree[rlp.encode(0)] = rlp.encode([status, 21_000, bytes(256), log])
    fields = [bytes(32)] * 5 + [tree.root_hash, bytes(256), 1, 1, 1, 1, time, b"", b"", b""]
    header = rlp.encode(fields)
    seal = sign_header(INSECURE_SEAL_KEY, trust.chain_id, trust.genesis_hash, keccak256(header))
    return AnchorProof(header, seal, 0, 0, (rlp.encode(tree.get_proof(rlp.encode(0))[0]),))


def test_a_genuine_proof_shows_the_head(consortium: Consortium, proof: AnchorProof) -> None:
    head = verify_anchor(proof, consortium.trust)

    number = consortium.chain.head().block_number
    assert head == AnchoredHead(LOG, 2, 7, ROOT, number, consortium.chain.head().hash, NOW)


def test_a_proof_survives_its_encoding(consortium: Consortium, proof: AnchorProof) -> None:
    again = decode(AnchorProof, encode(proof))

    assert again == proof
    verify_anchor(again, consortium.trust)


def test_every_flipped_byte_is_noticed(consortium: Consortium, proof: AnchorProof) -> None:
    """Never another exception than the one a caller expects."""
    for name in ("header", "seal"):
        value = getattr(proof, name)
        for at in range(len(value)):
            changed = value[:at] + bytes([value[at] ^ (1 << at % 8)]) + value[at + 1 :]
            refused(replace(proof, **{name: changed}), consortium.trust, "seal")
    for at in range(len(proof.nodes[0])):
        node = proof.nodes[0]
        changed = node[:at] + bytes([node[at] ^ (1 << at % 8)]) + node[at + 1 :]
        refused(replace(proof, nodes=(changed, *proof.nodes[1:])), consortium.trust, "receipt")


def test_every_flipped_byte_of_the_encoding_is_noticed(
    consortium: Consortium, proof: AnchorProof
) -> None:
    encoded = encode(proof)
    for at in range(0, len(encoded), 5):
        changed = encoded[:at] + bytes([encoded[at] ^ (1 << at % 8)]) + encoded[at + 1 :]
        with pytest.raises((VerificationError, RequestError)):
            verify_anchor(decode(AnchorProof, changed), consortium.trust)


def test_cut_and_lengthened_parts_are_noticed(consortium: Consortium, proof: AnchorProof) -> None:
    trust = consortium.trust
    for header in (b"", proof.header[:-1], proof.header + b"\0"):
        refused(replace(proof, header=header), trust, "seal")
    for seal in (b"", proof.seal[:-1], proof.seal + b"\0"):
        refused(replace(proof, seal=seal), trust, "seal")
    for nodes in ((), proof.nodes * 2, (b"",), (proof.nodes[0] + b"\0",)):
        refused(replace(proof, nodes=nodes), trust, "receipt")
    for index in (1, -1, 2**32, 2**300):
        refused(replace(proof, transaction_index=index), trust, "receipt")
        refused(replace(proof, log_index=index), trust, "event")


def test_another_chain_contract_or_sealer_is_refused(
    consortium: Consortium, proof: AnchorProof
) -> None:
    trust = consortium.trust
    refused(proof, replace(trust, genesis_hash=b"g" * 32), "seal")
    refused(proof, replace(trust, chain_id=trust.chain_id + 1), "seal")
    refused(proof, replace(trust, chain_id=2**70), "seal")
    refused(proof, replace(trust, seal_key=b"k" * 32), "seal")
    refused(proof, replace(trust, seal_key=b"k"), "seal")
    refused(proof, replace(trust, contract=b"c" * 20), "event")


def test_an_event_of_another_shape_is_refused(consortium: Consortium) -> None:
    """Sealed by the ledger itself, and still refused."""
    trust = consortium.trust
    topics, data = [ANCHORED_TOPIC, LOG, (1).to_bytes(32, "big")], (7).to_bytes(32, "big") + ROOT
    assert verify_anchor(forged(trust, [trust.contract, topics, data]), trust).size == 7

    for shape in [
        [trust.contract, [b"x" * 32, *topics[1:]], data],
        [trust.contract, topics[:2], data],
        [trust.contract, [*topics, bytes(32)], data],
        [trust.contract, [], data],
        [trust.contract, topics, data + b"\0"],
        [trust.contract, topics, data[:-1]],
        [trust.contract, topics, b"\1" + data[1:]],
        [trust.contract, [*topics[:2], b"\1" * 32], data],
    ]:
        refused(forged(trust, shape), trust, "event")
    refused(forged(trust), trust, "event")
    refused(forged(trust, [trust.contract, topics, data], status=0), trust, "receipt")
    refused(forged(trust, [trust.contract, topics, data], time=2**60), trust, "header")


def test_a_sealed_header_that_is_none_is_refused(consortium: Consortium) -> None:
    trust = consortium.trust
    for header in (b"", b"\x80", rlp.encode([b"a"] * 14), rlp.encode([b"a"] * 15)):
        digest = keccak256(header)
        seal = sign_header(INSECURE_SEAL_KEY, trust.chain_id, trust.genesis_hash, digest)
        refused(AnchorProof(header, seal, 0, 0, ()), trust, "header")


def test_the_event_is_found_among_others(consortium: Consortium) -> None:
    trust = consortium.trust
    ours = [trust.contract, [ANCHORED_TOPIC, LOG, bytes(32)], bytes(64)]
    proof = forged(trust, [b"o" * 20, [ANCHORED_TOPIC], b""], [trust.contract, [], b""], ours)
    root = parse_header(proof.header)[0]

    place = find_log_index(proof.nodes, root, 0, trust.contract)

    assert place == 2
    verify_anchor(replace(proof, log_index=place), trust)
    with pytest.raises(MalformedError):
        find_log_index(proof.nodes, root, 0, b"n" * 20)


def test_the_first_members_decide_the_chain_a_proof_belongs_to(proof: AnchorProof) -> None:
    """Same contract, same sealer, same chain id, one member more: another chain."""
    refused(proof, trust_in(founding(4)), "seal")


def test_real_proofs_are_far_below_the_limits(proof: AnchorProof) -> None:
    assert len(proof.header) * 16 < MAX_HEADER_BYTES
    assert max(map(len, proof.nodes)) * 16 < MAX_NODE_BYTES
    assert len(proof.nodes) * 4 < MAX_NODES


def test_oversized_parts_are_refused_before_they_are_hashed(
    consortium: Consortium, proof: AnchorProof, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keccak in Python takes microseconds a byte: megabytes would hold up whoever checks."""
    hashed: list[int] = []

    def counting(data: bytes) -> bytes:
        hashed.append(len(data))
        return keccak256(data)

    for module in ("anchor_proof", "receipt_proof"):
        monkeypatch.setattr(f"accord.ledger.evm.{module}.keccak256", counting)
    trust = consortium.trust
    refused(replace(proof, header=bytes(MAX_HEADER_BYTES + 1)), trust, "header")
    refused(replace(proof, seal=proof.seal + b"\0"), trust, "seal")
    assert hashed == []
    refused(replace(proof, header=bytes(MAX_HEADER_BYTES)), trust, "seal")
    refused(replace(proof, nodes=(bytes(MAX_NODE_BYTES + 1),)), trust, "receipt")
    refused(replace(proof, nodes=proof.nodes * (MAX_NODES + 1)), trust, "receipt")
    assert hashed == [MAX_HEADER_BYTES, len(proof.header), len(proof.header)]
    with pytest.raises(MalformedError):
        parse_header(bytes(MAX_HEADER_BYTES + 1))
