"""The image is without root and secrets; compose, configurations and consortium fit each other.

No engine is needed: what is checked is the text.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from accord.cli.lab_spec import assign_ports, load_spec
from accord.node.config import LedgerConfig, NodeConfig, load_ledger_config, load_node_config
from tests.architecture.house import ROOT, pyproject

DOCKER = ROOT / "docker"
LEDGER = "ledger"


@cache
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


@cache
def consortium() -> dict[str, int]:
    """Port per member."""
    ports = assign_ports(load_spec(DOCKER / "consortium.toml"))
    return dict(ports.nodes)


def instructions() -> list[tuple[str, str]]:
    text = (DOCKER / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines]


def config(member: str) -> NodeConfig:
    return load_node_config(DOCKER / f"config/{member}.toml")


def ledger_config() -> LedgerConfig:
    return load_ledger_config(DOCKER / "config/ledger.toml")


SERVICES = sorted(compose()["services"])
MEMBERS = sorted(consortium())


def test_one_service_for_the_ledger_and_one_for_each_of_four_members() -> None:
    assert sorted([*MEMBERS, LEDGER]) == SERVICES
    assert len(MEMBERS) == 4


def test_image_runs_without_root() -> None:
    users = [value for name, value in instructions() if name == "USER"]
    last_stage = max(i for i, (name, _) in enumerate(instructions()) if name == "FROM")

    assert users
    assert not re.match(r"(root|0)(:|$)", users[-1])
    assert any(name == "USER" for name, _ in instructions()[last_stage:])


def test_image_takes_in_only_named_folders_that_exist() -> None:
    copied = [
        value.split()[:-1]
        for name, value in instructions()
        if name in ("COPY", "ADD") and not value.startswith("--from")
    ]
    roots = pyproject()["tool"]["hatch"]["build"]["targets"]["wheel"]["dev-mode-dirs"]
    sources = {Path(source) for group in copied for source in group}

    assert all((ROOT / source).exists() and source != Path() for source in sources)
    assert all(any((Path(root) / "accord").is_relative_to(s) for s in sources) for root in roots)


def test_image_has_a_python_that_is_new_enough_and_no_secret() -> None:
    bases = [value.split()[0] for name, value in instructions() if name == "FROM"]
    words = " ".join(value for name, value in instructions() if name in ("ENV", "ARG"))

    assert {re.match(r"python:3\.(\d+)-slim", base) is not None for base in bases} == {True}
    assert not re.search(r"(?i)secret|password|token|_key", words)


@pytest.mark.parametrize("name", SERVICES)
def test_service_has_no_root_no_privilege_and_says_how_it_is(name: str) -> None:
    service = compose()["services"][name]
    user = re.sub(r"\$\{\w+:-(\d+)\}", r"\1", service["user"])

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["read_only"] is True
    assert "privileged" not in service
    assert "network_mode" not in service
    assert service["healthcheck"]["test"][0] == "CMD"
    assert (DOCKER / service["build"]["context"] / service["build"]["dockerfile"]).exists()


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_published_on_the_loopback_address_or_not_at_all(name: str) -> None:
    expected = [] if name == LEDGER else [f"127.0.0.1:{(p := consortium()[name])}:{p}"]

    assert compose()["services"][name].get("ports", []) == expected


@pytest.mark.parametrize("name", SERVICES)
def test_service_sees_the_folder_of_its_own_member_and_no_other(name: str) -> None:
    mounts = [mount.split(":") for mount in compose()["services"][name]["volumes"]]
    sources = {mount[0]: mount[1:] for mount in mounts}
    inside = f"/etc/accord/{'ledger' if name == LEDGER else 'node'}.toml"

    assert sources.pop(f"./config/{name}.toml") == [inside, "ro"]
    # Of a member only what its node needs: its CA's key and its people stay outside.
    own = f"./lab/{name}" if name == LEDGER else f"./lab/{name}/node"
    assert sources.pop(own) == ["/accord"]
    assert all(source == f"./data/{name}" and "ro" in how for source, how in sources.items())
    assert compose()["services"][name]["command"][-1] == inside


@pytest.mark.parametrize("member", MEMBERS)
def test_configuration_of_a_member_fits_consortium_and_compose(member: str) -> None:
    node = config(member)
    others = {other: f"{other}:{port}" for other, port in consortium().items() if other != member}

    assert node.member == member
    assert node.listen == f"0.0.0.0:{consortium()[member]}"
    assert dict(node.peers) == others
    assert node.ledger_url == f"http://{ledger_config().listen}"
    assert str(consortium()[member]) in compose()["services"][member]["healthcheck"]["test"][-1]


def test_ledger_listens_under_the_name_that_its_callers_use() -> None:
    assert ledger_config().listen.rpartition(":")[0] == LEDGER
    assert compose()["services"][LEDGER]["hostname"] == LEDGER
    assert all(
        compose()["services"][member]["depends_on"][LEDGER]["condition"] == "service_healthy"
        for member in MEMBERS
    )


def test_image_is_tagged_with_the_version() -> None:
    tags = {service["image"] for service in compose()["services"].values()}

    assert tags == {f"accord:{pyproject()['project']['version']}"}
