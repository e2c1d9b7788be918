"""Certificates, and who they say is calling."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from accord.domain.errors import RefusalError, VerificationError
from accord.domain.ids import Identity, node_dns_name
from accord.node.pki import caller_identity, certificate_der, check_ca, issue_leaf
from tests.unit.node.pki_world import CONSORTIUM, NOW, World


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def refusal(leaf: bytes, world: World, now=NOW) -> str:
    with pytest.raises(RefusalError) as caught:
        caller_identity(leaf, world.cards, now)
    return caught.value.code


def leaf_with(world: World, names: list[x509.GeneralName]) -> bytes:
    """A leaf of tax's CA with any names."""
    ca = world.cas["tax"]
    issuer = x509.load_pem_x509_certificate(ca.certificate)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    signing = serialization.load_pem_private_key(ca.key, None)
    return builder.sign(signing, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def uri(text: str) -> x509.GeneralName:
    return x509.UniformResourceIdentifier(text)


def test_a_node_and_a_person_are_told_apart(world: World) -> None:
    node = caller_identity(world.node("tax").certificate, world.cards, NOW)
    person = caller_identity(world.person("tax", "analyst").certificate, world.cards, NOW)

    assert node == Identity(CONSORTIUM, "tax")
    assert person == Identity(CONSORTIUM, "tax", "analyst", "ana")


def test_only_a_nodes_leaf_carries_the_dns_name(world: World) -> None:
    for leaf, expected in [
        (world.node("tax"), [node_dns_name(CONSORTIUM, "tax")]),
        (world.person("tax", "analyst"), []),
    ]:
        certificate = x509.load_pem_x509_certificate(leaf.certificate)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == expected


@pytest.mark.parametrize(
    "names",
    [
        [],
        [x509.DNSName("tax.demo.accord.internal")],
        [uri("spiffe://demo/tax/node"), uri("spiffe://demo/tax/person/analyst/ana")],
        [uri("https://demo/tax/node")],
        [uri("spiffe://demo/tax/node/extra")],
        [uri("spiffe://demo/tax/person/king/ana")],
        [uri("spiffe://demo/Tax/node")],
    ],
)
def test_a_leaf_without_exactly_one_name_of_ours_is_nobody(world: World, names) -> None:
    assert refusal(leaf_with(world, names), world) == "E-AUT-001"


def test_bytes_that_are_no_certificate_are_nobody(world: World) -> None:
    assert refusal(b"nonsense", world) == "E-AUT-001"


def test_a_member_without_a_card_is_unknown(world: World) -> None:
    stranger = issue_leaf(world.cas["tax"], Identity(CONSORTIUM, "bank"), NOW)
    elsewhere = issue_leaf(world.cas["tax"], Identity("other", "tax"), NOW)

    assert refusal(stranger.certificate, world) == "E-AUT-002"
    assert refusal(elsewhere.certificate, world) == "E-AUT-002"


def test_the_issuer_must_be_the_named_members_ca(world: World) -> None:
    assert refusal(world.node("tax", ca="health").certificate, world) == "E-AUT-003"


def test_a_ca_of_the_same_name_is_another_ca(world: World) -> None:
    """Names of issuers are text; the signature decides."""
    assert refusal(World().node("tax").certificate, world) == "E-AUT-003"


def test_validity_is_checked_at_the_given_time(world: World) -> None:
    leaf = world.node("tax").certificate

    assert refusal(leaf, world, NOW + timedelta(days=398)) == "E-AUT-004"
    assert refusal(leaf, world, NOW - timedelta(hours=1)) == "E-AUT-004"


def test_dns_names_of_different_members_differ() -> None:
    assert node_dns_name("demo", "tax_north") == "tax-north.demo.accord.internal"


def test_a_card_must_hold_a_ca_that_issues_leaves_only(world: World) -> None:
    check_ca(certificate_der(world.cas["tax"].certificate), "tax")
    for other in (b"", certificate_der(world.node("tax").certificate)):
        with pytest.raises(VerificationError) as caught:
            check_ca(other, "tax")
        assert caught.value.facts == {"member": "tax", "thing": "tls_ca"}


def test_the_private_key_stays_out_of_repr(world: World) -> None:
    assert "PRIVATE" not in repr(world.cas["tax"])
