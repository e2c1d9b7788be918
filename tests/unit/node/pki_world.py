"""Two members with CAs, and helpers to make certificates; shared by several tests."""

from dataclasses import dataclass
from datetime import UTC, datetime

from accord.domain.card import MemberCard
from accord.domain.ids import Identity, MemberRole
from accord.node.pki import KeyAndCertificate, certificate_der, issue_leaf, new_ca

CONSORTIUM = "demo"
NOW = datetime.now(UTC).replace(microsecond=0)  # the TLS library looks at the real clock


@dataclass(frozen=True)
class FixedClock:
    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


def member_card(member: str, ca: KeyAndCertificate, position: int = 0) -> MemberCard:
    """A card in which only what TLS needs is real."""
    return MemberCard(
        version=1,
        consortium=CONSORTIUM,
        member=member,
        position=position,
        title_en=member,
        title_zh=member,
        roles=(MemberRole.OWNER,),
        tls_ca=certificate_der(ca.certificate),
        record_key=bytes(32),
        log_key=bytes(32),
        log_id=bytes(32),
        anchor_address=bytes(20),
        mask_x25519=bytes(32),
        mask_mlkem=b"",
        hpke_key=b"",
        paillier_n=b"",
        paillier_proof=(),
    )


class World:
    """Members tax and health, each with a CA of its own."""

    def __init__(self) -> None:
        self.cas = {member: new_ca(CONSORTIUM, member, NOW) for member in ("tax", "health")}
        self.cards = {
            member: member_card(member, ca, position)
            for position, (member, ca) in enumerate(self.cas.items())
        }

    def node(self, member: str, ca: str = "") -> KeyAndCertificate:
        """The node leaf of ``member``, issued by the CA of ``ca``, by default its own."""
        return issue_leaf(self.cas[ca or member], Identity(CONSORTIUM, member), NOW)

    def person(self, member: str, role: str, name: str = "ana") -> KeyAndCertificate:
        return issue_leaf(self.cas[member], Identity(CONSORTIUM, member, role, name), NOW)
