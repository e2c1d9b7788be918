"""Certificates of one member: its own CA, and leaves for its node and its people.

P-256 throughout: the TLS library refuses Ed25519 leaves.  A leaf carries exactly one URI
name (SPIFFE X.509-SVID, section 2), which is the identity; a node's leaf also carries a
DNS name, which callers demand when they connect.

The TLS library accepts a leaf from *any* CA it trusts, so member B's CA could issue member
A's name.  `caller_identity` closes that: the issuer must be the CA in the named member's card.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NoReturn

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from accord.domain.card import MemberCard
from accord.domain.errors import RefusalError, RequestError, VerificationError
from accord.domain.ids import Identity, node_dns_name, parse_identity

CA_YEARS: Final = 10
LEAF_DAYS: Final = 397  # the limit of the CA/Browser Forum for server certificates
_BACKDATE: Final = timedelta(minutes=5)  # clocks of members differ


@dataclass(frozen=True, slots=True)
class KeyAndCertificate:
    """A P-256 private key (PKCS 8) and its certificate, both PEM."""

    key: bytes
    certificate: bytes

    def __repr__(self) -> str:
        """Without the key."""
        return "KeyAndCertificate(…)"


def new_ca(consortium: str, member: str, now: datetime) -> KeyAndCertificate:
    """Make a member's CA; it may issue leaves only."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _subject(consortium, f"{member} CA")
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = _builder(name, name, key.public_key(), now, timedelta(days=365 * CA_YEARS))
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(ca=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    return _pem(key, certificate)


def issue_leaf(
    ca: KeyAndCertificate, identity: Identity, now: datetime, valid: timedelta | None = None
) -> KeyAndCertificate:
    """Make a key and a certificate for a node or a person.

    ``ca`` is used as it is: a CA that issues a name of another member is what
    `caller_identity` refuses.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.load_pem_x509_certificate(ca.certificate)
    valid = valid if valid is not None else timedelta(days=LEAF_DAYS)
    subject = _subject(identity.consortium, identity.person or f"{identity.member} node")
    builder = (
        _builder(subject, issuer.subject, key.public_key(), now, valid)
        .add_extension(x509.SubjectAlternativeName(_names(identity)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(ca=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(_purposes(identity)), critical=False)
        .add_extension(_authority(issuer), critical=False)
    )
    return _pem(key, builder.sign(_private_key(ca.key), hashes.SHA256()))


def certificate_der(pem: bytes) -> bytes:
    """DER of a PEM certificate, as a member card holds it."""
    return x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)


def certificate_pem(der: bytes) -> bytes:
    """PEM of a DER certificate, as the TLS library wants it."""
    return x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)


def check_ca(der: bytes, member: str) -> None:
    """Check that ``der`` is a CA certificate of the kind we make.

    Raises:
        VerificationError: E-CRD-002; the card of ``member`` holds something else.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        certificate.verify_directly_issued_by(certificate)
        if not (constraints.ca and constraints.path_length == 0):
            raise ValueError("not a CA that issues leaves only")
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound) as error:
        raise VerificationError(
            "E-CRD-002", member=member, thing="tls_ca", detail=repr(error)
        ) from None


def caller_identity(leaf_pem: bytes, cards: Mapping[str, MemberCard], now: datetime) -> Identity:
    """Who presented ``leaf_pem``, the leaf of an established TLS connection.

    Raises:
        RefusalError: E-AUT-001 it carries not exactly one name of ours; E-AUT-002 the
            member is not in ``cards``; E-AUT-003 another CA issued it; E-AUT-004 it is
            outside its validity, also when it expired after the connection was made.
    """
    try:
        leaf = x509.load_pem_x509_certificate(leaf_pem)
        identity = _named(leaf)
    except (ValueError, RequestError) as error:
        raise RefusalError("E-AUT-001", detail=repr(error)) from None
    card = cards.get(identity.member)
    if card is None or card.consortium != identity.consortium:
        raise RefusalError("E-AUT-002", member=identity.member, consortium=identity.consortium)
    _check_issuer(leaf, x509.load_der_x509_certificate(card.tls_ca), identity)
    if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
        raise RefusalError("E-AUT-004", name=identity.uri)
    return identity


def _named(leaf: x509.Certificate) -> Identity:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        raise ValueError("no subject alternative name") from None
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    if len(uris) != 1:
        raise ValueError(f"{len(uris)} URI names")
    return parse_identity(uris[0])


def _check_issuer(leaf: x509.Certificate, ca: x509.Certificate, identity: Identity) -> None:
    try:
        leaf.verify_directly_issued_by(ca)
    except (ValueError, TypeError, InvalidSignature) as error:
        _refuse_issuer(identity, repr(error))
    constraints = leaf.extensions.get_extension_for_class(x509.BasicConstraints).value
    if constraints.ca:
        _refuse_issuer(identity, "a CA certificate is no leaf")


def _refuse_issuer(identity: Identity, detail: str) -> NoReturn:
    raise RefusalError(
        "E-AUT-003", name=identity.uri, member=identity.member, detail=detail
    ) from None


def _subject(consortium: str, common: str) -> x509.Name:
    attributes = [(NameOID.ORGANIZATION_NAME, consortium), (NameOID.COMMON_NAME, common)]
    return x509.Name([x509.NameAttribute(oid, value[:64]) for oid, value in attributes])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    valid: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATE)
        .not_valid_after(now + valid)
    )


def _names(identity: Identity) -> Sequence[x509.GeneralName]:
    uri = x509.UniformResourceIdentifier(identity.uri)
    if identity.person:
        return [uri]
    return [uri, x509.DNSName(node_dns_name(identity.consortium, identity.member))]


def _purposes(identity: Identity) -> list[x509.ObjectIdentifier]:
    # A person's certificate must not pass for a node's server certificate.
    client = ExtendedKeyUsageOID.CLIENT_AUTH
    return [client] if identity.person else [ExtendedKeyUsageOID.SERVER_AUTH, client]


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _authority(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    own = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _private_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("a CA key is P-256")
    return key


def _pem(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> KeyAndCertificate:
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return KeyAndCertificate(private, certificate.public_bytes(serialization.Encoding.PEM))
