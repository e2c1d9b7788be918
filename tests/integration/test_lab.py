"""A lab of real keys on disk, and one that really runs."""

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from accord.cli.lab_files import Lab, new_lab
from accord.cli.lab_run import lab_down, lab_tasks, lab_up_detached
from accord.cli.lab_spec import ConsortiumSpec, assign_ports, parse_spec
from accord.client.profile import load_profile
from accord.client.transport import connect
from accord.domain import codec
from accord.domain.errors import AccordError, RefusalError, RequestError, UnavailableError
from accord.domain.ids import PROTOCOL_VERSION
from accord.domain.trust_file import load_trust
from accord.ledger.evm.contract import code_hash
from accord.ledger.evm.embedded.genesis import genesis_hash
from accord.ledger.evm.genesis import GenesisSpec
from accord.node.cards import ModulusCache, load_member_cards, open_person_card
from accord.node.config import load_ledger_config, load_node_config
from accord.node.keys import NodeKeys
from accord.node.pki import caller_identity
from accord.privacy.parameters import INSECURE_TESTING_KEY_BITS as BITS
from accord.wire.v1 import person_pb2, person_pb2_grpc, types_pb2
from tests.unit.cli.processes import of_session, wait_gone
from tests.unit.node.pki_world import NOW

ROOT = Path(__file__).parents[2]


def small_spec() -> ConsortiumSpec:
    title = {"en": "x", "zh": "y"}
    people = [{"id": "ana", "role": "analyst"}, {"id": "sam", "role": "steward"}]
    members = [
        {"id": name, "title": title, "roles": ["owner"], "person": people}
        for name in ("tax", "health")
    ]
    return parse_spec({"name": "small", "member": members}, "")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Weak keys, so for looking at only; a node would refuse them."""
    folder = tmp_path_factory.mktemp("labs") / "lab"
    ports = assign_ports(small_spec(), free=True)
    return new_lab(small_spec(), folder, ports=ports, now=NOW, key_bits=BITS, workers=2)


def test_every_member_has_keys_that_fit_its_trusted_card(lab: Lab) -> None:
    for member in lab.trust.members:
        config = load_node_config(lab.folder / member / "node/node.toml")
        trust = load_trust(config.path(config.trust_file))
        cache = ModulusCache(config.path(config.data_dir), BITS)
        cards, _ = load_member_cards(config.path(config.cards_dir), trust, cache)
        NodeKeys.load(config.path(config.keys_dir)).check_card(cards[member])

        assert trust == lab.trust == load_trust(lab.folder / "trust.json")
        assert set(config.peers) == set(lab.trust.members) - {member}
        assert config.ledger_url == f"http://127.0.0.1:{lab.ports.ledger}"


def test_every_person_has_a_profile_with_a_card_and_a_certificate_of_the_member(lab: Lab) -> None:
    cache = ModulusCache(lab.folder / "tax/node/data", BITS)
    cards, _ = load_member_cards(lab.folder / "tax/node/cards", lab.trust, cache)
    assert set(lab.profiles) == {"tax/ana", "tax/sam", "health/ana", "health/sam"}
    for folder in lab.profiles.values():
        profile = load_profile(folder)
        identity = profile.identity
        card = open_person_card(profile.card, cards[identity.member])

        assert caller_identity(profile.tls_certificate, cards, NOW) == identity
        assert (card.person, card.role) == (identity.person, profile.role)
        assert card.signing_key == profile.signer.public
        assert card.hpke_key == profile.sealing.public_bytes


def test_a_persons_card_does_not_pass_for_another_members(lab: Lab) -> None:
    cache = ModulusCache(lab.folder / "tax/node/data", BITS)
    cards, _ = load_member_cards(lab.folder / "tax/node/cards", lab.trust, cache)
    ana = load_profile(lab.profiles["tax/ana"])
    with pytest.raises(AccordError) as caught:
        open_person_card(ana.card, cards["health"])
    assert caught.value.code == "E-SIG-001"


def test_the_genesis_on_disk_is_the_one_that_is_trusted(lab: Lab) -> None:
    config = load_ledger_config(lab.folder / "ledger/ledger.toml")
    genesis = codec.decode(GenesisSpec, config.path(config.genesis_file).read_bytes())

    assert genesis_hash(genesis) == lab.trust.genesis_hash
    assert [member.card_hash for member in genesis.members] == list(lab.trust.members.values())
    assert lab.trust.code_hash == code_hash()


def test_no_secret_may_be_read_by_others_and_no_node_holds_its_ca_key(lab: Lab) -> None:
    for key in lab.folder.rglob("*.key"):
        assert key.stat().st_mode & 0o077 == 0, key
    assert not list(lab.folder.glob("*/node/**/ca.key"))
    assert lab.folder.stat().st_mode & 0o077 == 0


def test_members_share_no_key(lab: Lab) -> None:
    keys = [path.read_bytes() for path in lab.folder.rglob("*.key")]

    assert len(set(keys)) == len(keys)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x")
    with pytest.raises(RequestError) as caught:
        new_lab(small_spec(), tmp_path)

    assert caught.value.code == "E-LAB-007"
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(RequestError) as caught:
        new_lab(small_spec(), tmp_path / "file/lab")

    assert caught.value.code == "E-LAB-008"


def test_an_interruption_leaves_no_folder(tmp_path: Path) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        new_lab(small_spec(), tmp_path / "lab", progress=interrupt, key_bits=BITS)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_lab_is_named(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        lab_tasks(tmp_path)
    assert (caught.value.code, caught.value.facts["file"]) == ("E-LAB-009", "trust.json")


def test_a_lab_that_does_not_run_cannot_be_stopped(lab: Lab) -> None:
    with pytest.raises(RequestError) as caught:
        lab_down(lab.folder)
    assert caught.value.code == "E-LAB-011"


def test_down_never_touches_a_process_that_got_the_same_id(lab: Lab) -> None:
    """The pid file names this very process, with another start time."""
    text = f'{{"supervisor": [{os.getpid()}, 1], "processes": {{"tax": [{os.getpid()}, 1]}}}}'
    (lab.folder / "lab.pid").write_text(text)
    with pytest.raises(RequestError) as caught:
        lab_down(lab.folder)

    assert caught.value.code == "E-LAB-011"
    assert not (lab.folder / "lab.pid").exists()


def test_weak_keys_do_not_run(lab: Lab) -> None:
    """What the nodes say reaches the person, and nothing is left running."""
    for member in lab.trust.members:
        (lab.folder / member / "node/data/verified-moduli").write_text("")
    with pytest.raises(AccordError) as caught:
        lab_up_detached(lab.folder)

    assert caught.value.code == "E-CRY-001"
    assert not (lab.folder / "lab.pid").exists()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, int]]:
    folder = tmp_path_factory.mktemp("labs") / "lab"
    spec = small_spec()
    lab = new_lab(spec, folder, ports=assign_ports(spec, free=True))
    pid = lab_up_detached(folder)
    yield lab, pid
    if (folder / "lab.pid").exists():
        lab_down(folder)


def status(lab: Lab, person: str, timeout_s: float = 20) -> str:
    remote = connect(load_profile(lab.profiles[person]))
    stub = person_pb2_grpc.StatusServiceStub(remote.channel)
    request = person_pb2.StatusRequest(header=types_pb2.Header(protocol_version=PROTOCOL_VERSION))
    with remote.channel:
        return remote.call(stub.Status, request, timeout_s).member


def test_people_reach_their_own_nodes(running: tuple[Lab, int]) -> None:
    lab, _ = running

    assert status(lab, "tax/ana") == "tax"
    assert status(lab, "health/sam") == "health"


def test_running_processes_keep_their_data_to_themselves(running: tuple[Lab, int]) -> None:
    """The umask of the processes makes it so: not every library asks for a mode."""
    lab, _ = running
    stored = [path for data in lab.folder.rglob("data") for path in (data, *data.rglob("*"))]

    assert {"ledger.sqlite", "node.db-wal"} <= {path.name for path in stored}
    private = [path for path in stored if not path.stat().st_mode & 0o077]
    assert [p.name for p in stored if p not in private] == ["verified-moduli"] * 2


def test_a_profile_pointed_at_another_members_node_does_not_connect(
    running: tuple[Lab, int], tmp_path: Path
) -> None:
    lab, _ = running
    ana = load_profile(lab.profiles["tax/ana"])
    elsewhere = type(ana)(
        **{name: getattr(ana, name) for name in type(ana).__slots__ if name != "node"},
        node=f"127.0.0.1:{lab.ports.nodes['health']}",
    )
    remote = connect(elsewhere)
    stub = person_pb2_grpc.StatusServiceStub(remote.channel)
    with remote.channel, pytest.raises(UnavailableError) as caught:
        remote.call(stub.Status, person_pb2.StatusRequest(), 20)
    assert caught.value.code == "E-NET-003"


def test_a_steward_cannot_ask(running: tuple[Lab, int]) -> None:
    lab, _ = running
    remote = connect(load_profile(lab.profiles["tax/sam"]))
    header = types_pb2.Header(protocol_version=PROTOCOL_VERSION)
    stub = person_pb2_grpc.AnalystServiceStub(remote.channel)
    with remote.channel, pytest.raises(RefusalError) as caught:
        remote.call(stub.ListRuns, person_pb2.ListRunsRequest(header=header), 20)
    assert caught.value.code == "E-AUT-005"


def test_a_request_of_nested_brackets_does_not_end_the_ledger(running: tuple[Lab, int]) -> None:
    """The library of the chain raises the limit that keeps the parser off the end of its stack."""
    lab, _ = running
    for _ in range(2):
        request = urllib.request.Request(
            f"http://127.0.0.1:{lab.ports.ledger}",
            data=b"[" * 200_000,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - as above
            assert b"not JSON" in answer.read()


def test_a_running_lab_is_not_started_twice(running: tuple[Lab, int]) -> None:
    lab, pid = running
    with pytest.raises(RequestError) as caught:
        lab_up_detached(lab.folder)
    assert (caught.value.code, caught.value.facts["pid"]) == ("E-LAB-010", pid)


def test_down_ends_every_process(running: tuple[Lab, int]) -> None:
    lab, pid = running
    processes = of_session(pid)

    assert set(lab_down(lab.folder)) == {"ledger", "tax", "health"}
    assert wait_gone(processes, 10) == set()
    with pytest.raises(UnavailableError) as caught:
        status(lab, "tax/ana", 5)
    assert caught.value.code == "E-NET-001"


def test_ctrl_c_while_keys_are_made_leaves_nothing(tmp_path: Path) -> None:
    """A terminal sends it to the whole group."""
    program = (
        "import sys; from pathlib import Path\n"
        "from tests.integration.test_lab import new_lab, small_spec\n"
        "if __name__ == '__main__':\n"
        "    say = lambda *_: print('made', flush=True)\n"
        "    new_lab(small_spec(), Path(sys.argv[1]), progress=say, workers=1)\n"
    )
    script = tmp_path / "make.py"
    script.write_text(program)
    process = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "lab")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"made\n"
    processes = of_session(process.pid)
    for pid in processes:
        subprocess.run(["kill", "-INT", str(pid)], check=False, stderr=subprocess.DEVNULL)
    process.wait(30)
    process.stdout.close()

    assert wait_gone(processes, 10) == set()
    assert [path.name for path in tmp_path.iterdir()] == ["make.py"]
