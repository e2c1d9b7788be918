"""consortium.toml: what is taken, and the rule that each refusal names."""

from pathlib import Path
from typing import Any

import pytest

from accord.cli.lab_spec import assign_ports, load_spec, parse_spec
from accord.domain.errors import RequestError
from accord.domain.ids import MemberRole, PersonRole


def member(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "title": {"en": name, "zh": name}, **more}


def spec(**more: Any) -> dict[str, Any]:
    return {"name": "demo", "member": [member("tax"), member("health")], **more}


def refusal(values: dict[str, Any]) -> RequestError:
    with pytest.raises(RequestError) as caught:
        parse_spec(values, "consortium.toml")
    return caught.value


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "consortium.toml"
    file.write_text(
        'name = "demo"\nvotes_needed = 2\n[ledger]\nport = 9000\n'
        '[[member]]\nid = "tax"\ntitle.en = "Tax"\ntitle.zh = "税务"\nroles = ["owner", "guard"]\n'
        'port = 9001\n[[member.person]]\nid = "ana"\nrole = "analyst"\n'
        '[[member]]\nid = "health"\ntitle.en = "Health"\ntitle.zh = "卫生"\n'
    )
    read = load_spec(file)

    assert [each.id for each in read.member] == ["tax", "health"]
    assert read.member[0].roles == (MemberRole.OWNER, MemberRole.GUARD)
    assert read.member[0].person[0].role is PersonRole.ANALYST
    assert assign_ports(read).nodes == {"tax": 9001, "health": 7402}


def test_more_than_half_must_vote_unless_said_otherwise() -> None:
    assert parse_spec(spec(), "").votes == 2
    assert parse_spec(spec(votes_needed=1), "").votes == 1


def test_ports_count_up_from_7400() -> None:
    ports = assign_ports(parse_spec(spec(), ""))

    assert (ports.ledger, ports.nodes) == (7400, {"tax": 7401, "health": 7402})


def test_free_ports_are_distinct_and_give_way_to_named_ones() -> None:
    named = spec(member=[member("tax", port=9001), member("health")])
    ports = assign_ports(parse_spec(named, ""), free=True)

    assert ports.nodes["tax"] == 9001
    assert len({ports.ledger, *ports.nodes.values()}) == 3


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (spec(member=[member("tax")]), "E-LAB-001"),
        (spec(member=[member("tax"), member("tax")]), "E-LAB-002"),
        (spec(member=[member("ledger"), member("tax")]), "E-LAB-004"),
        (spec(member=[member("a", port=9000), member("b", port=9000)]), "E-LAB-005"),
        (spec(member=[member("a", port=9000), member("b")], ledger={"port": 9000}), "E-LAB-005"),
        (spec(votes_needed=0), "E-LAB-006"),
        (spec(votes_needed=3), "E-LAB-006"),
        (spec(votes_needed=-1), "E-LAB-006"),
    ],
)
def test_a_rule_between_values_is_named(values: dict[str, Any], code: str) -> None:
    assert refusal(values).code == code


def test_a_port_given_and_a_port_counted_may_not_meet() -> None:
    values = parse_spec(spec(member=[member("a"), member("b", port=7401)]), "")
    with pytest.raises(RequestError) as caught:
        assign_ports(values)
    assert caught.value.facts == {"port": 7401, "first": "a", "second": "b"}


@pytest.mark.parametrize("second", ["steward", "analyst"])
def test_a_person_has_one_role_and_an_administrator_no_other(second: str) -> None:
    persons = [{"id": "ana", "role": "administrator"}, {"id": "ana", "role": second}]
    error = refusal(spec(member=[member("tax", person=persons), member("health")]))

    assert error.code == "E-LAB-003"
    assert error.facts == {"person": "tax/ana", "first": "administrator", "second": second}


@pytest.mark.parametrize("name", ["node", "ca"])
def test_a_person_may_not_be_called_like_a_folder_of_the_member(name: str) -> None:
    persons = [{"id": name, "role": "analyst"}]

    assert refusal(spec(member=[member("tax", person=persons), member("b")])).code == "E-LAB-004"


@pytest.mark.parametrize(
    ("values", "code", "key"),
    [
        ({"name": "demo"}, "E-CFG-004", "member"),
        (spec(name="No Name"), "E-CFG-005", "name"),
        (spec(member=[member("Tax-1"), member("b")]), "E-CFG-005", "member.0.id"),
        (spec(member=[{"id": "tax"}, member("b")]), "E-CFG-004", "member.0.title"),
        (spec(member=[member("a", rolls=[]), member("b")]), "E-CFG-003", "member.0.rolls"),
        (spec(member=[member("a", roles=["king"]), member("b")]), "E-CFG-005", "member.0.roles.0"),
        (spec(member=[member("a", port=0), member("b")]), "E-CFG-005", "member.0.port"),
        (spec(ledger={"kind": "besu"}), "E-CFG-005", "ledger.kind"),
    ],
)
def test_a_wrong_form_names_the_key(values: dict[str, Any], code: str, key: str) -> None:
    error = refusal(values)

    assert (error.code, error.facts["key"]) == (code, key)


def test_a_misspelt_key_of_a_member_gets_the_nearest_one() -> None:
    values = spec(member=[member("a", rolls=[]), member("b")])

    assert refusal(values).facts["near"] == "roles"
