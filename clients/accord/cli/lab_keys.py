"""Keys, certificates and cards of one member, made in a process of its own.

Searching primes takes half a second a member, so members are made side by side.  Private
keys are written where they belong by the process that drew them and never travel.  This
module imports little, since every process pays for it again.
"""

import multiprocessing
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from accord.cli.children import die_with_parent
from accord.domain import codec
from accord.domain.card import MemberCard, PersonCard
from accord.domain.card_check import CARD_VERSION
from accord.domain.ids import Identity, MemberRole, PersonRole
from accord.domain.key_files import write_key, write_secret
from accord.domain.run import MEMBER_CARD, PERSON_CARD
from accord.domain.signed import Signed
from accord.ledger.evm.accounts import anchor_address
from accord.ledger.signatures import Ed25519Signer, public_key
from accord.node.cards import ModulusCache
from accord.node.keys import NodeKeys, generate_node_keys, save_tls
from accord.node.pki import LEAF_DAYS, KeyAndCertificate, certificate_der, issue_leaf, new_ca
from accord.privacy.modulus import encode_modulus
from accord.privacy.sealing import generate_sealing_key

LOG_ID_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made for one member.

    Attributes:
        persons: Role by person.
        folder: The member's folder; must not exist.
        position: Place in the consortium's order.
        key_bits: Bits of the Paillier modulus.
    """

    consortium: str
    member: str
    title_en: str
    title_zh: str
    roles: tuple[MemberRole, ...]
    persons: dict[str, PersonRole]
    position: int
    folder: Path
    now: datetime
    key_bits: int


def make_members(
    orders: Sequence[Order], workers: int, meanwhile: Callable[[], None]
) -> Iterator[Signed]:
    """Make all members side by side; yields each signed card when its member is done.

    ``meanwhile`` is called once the work is under way.
    """
    pool = ProcessPoolExecutor(
        min(workers, len(orders)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=die_with_parent,
        initargs=(os.getpid(),),
    )
    try:
        futures = [pool.submit(make_member, order) for order in orders]
        meanwhile()
        for done in as_completed(futures):
            yield done.result()
    except BaseException:
        for process in list(pool._processes.values()):  # noqa: SLF001 - no public way to end a search now
            process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def make_member(order: Order) -> Signed:
    """Write everything that only this member may hold; return its signed card."""
    consortium, member = order.consortium, order.member
    for name in ("ca", "node/keys", "node/data"):
        (order.folder / name).mkdir(mode=0o700, parents=True)
    ca = new_ca(consortium, member, order.now)
    write_secret(order.folder / "ca/ca.key", ca.key)
    (order.folder / "ca/ca.crt").write_bytes(ca.certificate)
    tls = issue_leaf(ca, Identity(consortium, member), order.now)
    keys = generate_node_keys(tls, secrets.token_bytes, order.key_bits)
    keys.save(order.folder / "node/keys")
    card = _member_card(order, keys, ca)
    cache = ModulusCache(order.folder / "node/data", order.key_bits)
    cache.verify(int.from_bytes(card.paillier_n), card.paillier_proof, member)
    signer = Ed25519Signer(Identity(consortium, member).uri, keys.record)
    for person, role in order.persons.items():
        _make_person(order, Identity(consortium, member, role, person), ca, signer)
    return signer.sign(MEMBER_CARD, codec.encode(card))


def _member_card(order: Order, keys: NodeKeys, ca: KeyAndCertificate) -> MemberCard:
    return MemberCard(
        version=CARD_VERSION,
        consortium=order.consortium,
        member=order.member,
        position=order.position,
        title_en=order.title_en,
        title_zh=order.title_zh,
        roles=order.roles,
        tls_ca=certificate_der(ca.certificate),
        record_key=public_key(keys.record),
        log_key=public_key(keys.log),
        log_id=secrets.token_bytes(LOG_ID_BYTES),
        anchor_address=anchor_address(keys.anchor),
        mask_x25519=keys.mask.x25519_public,
        mask_mlkem=keys.mask.mlkem_public,
        hpke_key=keys.sealing.public_bytes,
        paillier_n=encode_modulus(keys.decryption.n),
        paillier_proof=keys.decryption.prove_square_free(order.member),
    )


def _make_person(
    order: Order, identity: Identity, ca: KeyAndCertificate, signer: Ed25519Signer
) -> None:
    folder = order.folder / identity.person
    folder.mkdir()
    save_tls(folder, issue_leaf(ca, identity, order.now))
    (folder / "ca.crt").write_bytes(ca.certificate)
    signing, sealing = secrets.token_bytes(32), generate_sealing_key(secrets.token_bytes)
    write_key(folder / "signing.key", "signing", signing)
    write_key(folder / "sealing.key", "sealing", sealing.private_bytes())
    card = PersonCard(
        version=CARD_VERSION,
        consortium=identity.consortium,
        member=identity.member,
        person=identity.person,
        role=PersonRole(identity.role),
        signing_key=public_key(signing),
        hpke_key=sealing.public_bytes,
        until=order.now + timedelta(days=LEAF_DAYS),
    )
    signed = signer.sign(PERSON_CARD, codec.encode(card))
    (folder / "person.card").write_bytes(codec.encode(signed))
