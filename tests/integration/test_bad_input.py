"""Bad input gets its code at whoever sent it, a record where it belongs, and no value."""

import os
from pathlib import Path

import pytest

from accord.domain import codec
from accord.domain.errors import RequestError
from accord.domain.record import RecordKind
from accord.domain.signed import Signed
from accord.wire.v1 import run_pb2, run_pb2_grpc, types_pb2
from tests.consortium.by_hand import ByHand
from tests.consortium.lab import BUREAU, OWNERS, STATS
from tests.consortium.tables import PURPOSE, Row, TestTable, people, spread
from tests.consortium.world import ANA, Consortium, refused


@pytest.fixture(scope="module")
def table(consortium: Consortium) -> TestTable:
    return consortium.add(spread("plain"))


# Questions


@pytest.mark.parametrize(
    ("sql", "code", "facts"),
    [
        ("SELECT COUNT(*) FROM plane", "E-SQL-004", {"nearest": "plain"}),
        ("SELECT SUM(profits) FROM plain", "E-SQL-005", {"nearest": "profit"}),
        ("SELECT COUNT(person) FROM plain", "E-SQL-006", {"column": "person"}),
        ("SELECT age, COUNT(*) FROM plain GROUP BY age", "E-SQL-031", {"candidates": "region"}),
        ("SELECT region FROM plain WHERE", "E-SQL-001", {}),
        ("DROP TABLE plain", "E-SQL-040", {}),
        ("SELECT SUM(age) FROM plain QUALIFY true", "E-SQL-029", {}),
    ],
)
def test_a_question_we_do_not_answer_says_why_and_is_recorded(
    consortium: Consortium, table: TestTable, sql: str, code: str, facts: dict[str, str]
) -> None:
    with consortium.refused(code, by=STATS) as caught:
        consortium.ask(sql)
    assert facts.items() <= caught.value.facts.items()
    assert consortium.fields(caught.value.record)["sql"] == sql.encode()


def test_who_is_the_only_guard_cannot_ask(consortium: Consortium, table: TestTable) -> None:
    with consortium.refused("E-RUN-001", by=BUREAU):
        consortium.ask("SELECT COUNT(*) FROM plain", who=f"{BUREAU}/ana")


def test_two_departments_besides_the_asking_one_must_hold_the_table(
    consortium: Consortium,
) -> None:
    consortium.add(spread("pair", parts=OWNERS[:2]), "alpha")
    with consortium.refused("E-RUN-002", by="alpha"):
        consortium.ask("SELECT COUNT(*) FROM pair", who="alpha/ana")


def test_a_table_whose_parts_differ_or_are_missing_cannot_be_asked(
    consortium: Consortium,
) -> None:
    rows = {part: people("mixed", part, 20) for part in OWNERS}
    mixed = TestTable("mixed", rows)
    other = TestTable("mixed", rows, changes={"max = 120": "max = 121"})
    consortium.publish(mixed, "alpha")
    consortium.publish(mixed, "beta")
    for _ in ("gamma is missing", "gamma differs"):
        with consortium.refused("E-NOD-001", by=STATS):
            consortium.ask("SELECT COUNT(*) FROM mixed")
        consortium.publish(other, "gamma")
    states = [s for s in consortium.client(ANA).tables() if s.table.name == "mixed"]
    assert [(s.published, s.differing) for s in states] == [
        (("alpha", "beta"), ("gamma",)),
        (("gamma",), ("alpha", "beta")),
    ]


def test_when_no_cell_may_be_released_the_question_is_refused(consortium: Consortium) -> None:
    consortium.add(spread("few", 2))
    with consortium.refused("E-RUN-014", by=STATS) as caught:
        consortium.ask("SELECT COUNT(*) FROM few")
    run = consortium.client(ANA).runs(1)[0]
    assert run.state == "refused"
    assert consortium.kinds(STATS, run.run_id) == [RecordKind.APPLY, RecordKind.ABORT]
    assert caught.value.facts == {}


# Publishing


def bad_rows(fault: str) -> list[Row]:
    rows = people(f"bad-{fault}", "alpha", 20)
    name, region, age, profit = rows[3]
    rows[3] = {
        "duplicate": (rows[2][0], region, age, profit),
        "bounds": (name, region, 121, profit),
        "domain": (name, "nowhere", age, profit),
        "null": (name, "", age, profit),
        "type": (name, region, age, "a lot"),
    }[fault]
    return rows


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("duplicate", "E-SRC-021"),
        ("bounds", "E-SRC-022"),
        ("domain", "E-SRC-023"),
        ("type", "E-SRC-024"),
        ("null", "E-SRC-025"),
    ],
)
def test_one_bad_row_refuses_the_whole_data_version(
    consortium: Consortium, fault: str, code: str
) -> None:
    bad = TestTable(f"bad{fault}", {"alpha": bad_rows(fault)})
    before = len(consortium.leaves("alpha"))
    with refused(code) as caught:
        consortium.publish(bad, "alpha")
    assert caught.value.facts["rows"] == 1
    assert len(consortium.leaves("alpha")) == before
    assert bad.name not in {state.table.name for state in consortium.client(ANA).tables()}


def test_only_listed_and_known_members_publish_a_part(consortium: Consortium) -> None:
    rows = {part: people("listed", part, 5) for part in (*OWNERS, STATS)}
    with refused("E-NOD-002") as caught:
        consortium.publish(TestTable("listed", rows), STATS)
    assert caught.value.facts["parts"] == ", ".join(OWNERS)
    with refused("E-NOD-004") as caught:
        consortium.publish(TestTable("listed", rows, (*OWNERS, "delta", "zeta")), "alpha")
    assert caught.value.facts["members"] == "delta, zeta"


def test_publishing_anew_is_a_recorded_change_of_the_epoch(consortium: Consortium) -> None:
    table = consortium.add(spread("grown", 20))
    consortium.ask("SELECT COUNT(*) FROM grown")
    table.rows["alpha"].append(("grown-new", "north", 50, ""))  # type: ignore[attr-defined] # made as lists
    path = table.write(consortium.lab.folder / "data/alpha", "alpha")
    done = consortium.client("alpha/steward").publish(path)
    assert (done.rows, done.epoch) == (21, 2)
    assert consortium.fields(done.record)["epoch"] == b"2"
    bundle = consortium.ask("SELECT COUNT(*) FROM grown").bundle
    assert bundle
    assert bundle.answer.rows == (("61",),)


# Sources that changed behind our back


@pytest.mark.parametrize(
    "change", ["a row more", "out of bounds", "another value", "unreadable", "gone"]
)
def test_a_source_that_drifted_is_refused_and_only_its_steward_reads_why(
    consortium: Consortium, change: str
) -> None:
    name = "drift" + "".join(letter for letter in change if letter.isalpha())
    table = consortium.add(spread(name, 20))
    path = consortium.lab.folder / "data/beta" / f"{name}.csv"
    spoil(path, change)
    with consortium.refused("E-SRC-041" if change == "gone" else "E-SRC-040", by="beta") as caught:
        consortium.ask(f"SELECT COUNT(*), SUM(profit) FROM {table.name}")
    assert caught.value.facts == {}
    run = consortium.client(ANA).runs(1)[0]
    found = [one for one in consortium.client("beta/steward").findings() if one.table == name]
    assert [(one.code, one.run_id) for one in found] == [(caught.value.code, run.run_id)]
    expected = {"a row more": "21 rows", "out of bounds": "'age': 1", "another value": "20 rows"}
    assert expected.get(change, name) in found[0].text
    assert not any(one.table == name for one in consortium.client("alpha/steward").findings())
    assert consortium.kinds("beta", run.run_id) == [RecordKind.ACCEPT, RecordKind.REFUSE]


def spoil(path: Path, change: str) -> None:
    lines = path.read_text().splitlines()
    person, region, age, profit = lines[1].split(",")
    match change:
        case "a row more":
            lines.append("new,north,50,")
        case "out of bounds":
            lines[1] = f"{person},{region},500,{profit}"
        case "another value":
            lines[1] = f"{person},{region},{(int(age) + 1) % 100},{profit}"
        case "unreadable":
            lines = ["\0\1\2"]
        case _:
            path.unlink()
            return
    path.write_text("\n".join(lines) + "\n")


# Messages and callers


def test_persons_do_only_what_their_role_may_at_their_own_node(
    consortium: Consortium, table: TestTable
) -> None:
    with refused("E-AUT-005"):
        consortium.client(ANA).grants()
    with refused("E-AUT-005"):
        consortium.client("alpha/steward").ask("SELECT COUNT(*) FROM plain", PURPOSE)
    with refused("E-AUT-005"):
        consortium.client("alpha/ana").revoke(bytes(16))


def test_what_cannot_be_read_is_refused_before_anything_else(
    consortium: Consortium, table: TestTable
) -> None:
    """Each field that holds bytes, filled with bytes that are nothing."""
    hand = ByHand(consortium)
    remote = hand.peers.channels.to("alpha")
    stub = run_pb2_grpc.RunServiceStub(remote.channel)
    header = types_pb2.Header(run_id=os.urandom(16), protocol_version=1)
    noise = os.urandom(99)
    messages = [
        (stub.SendValues, run_pb2.SendValuesRequest(header=header, statement=noise), "E-MSG-001"),
        (stub.SendMask, run_pb2.SendMaskRequest(header=header, release=noise), "E-MSG-001"),
        (
            stub.Decide,
            run_pb2.DecideRequest(header=header, contributions=[noise]),
            "E-MSG-001",
        ),
        (stub.Decide, run_pb2.DecideRequest(header=header, sealed_question=noise), "E-CRY-008"),
    ]
    for method, request, code in messages:
        with refused(code):
            remote.call(method, request, 10)
    with refused("E-CRY-008"):
        list(hand.peers.contribute("alpha", os.urandom(16), noise))


def test_what_no_run_was_begun_for_is_refused(consortium: Consortium, table: TestTable) -> None:
    hand = ByHand(consortium)
    asked = hand.asked(hand.draft("SELECT COUNT(*) FROM plain"))
    statement = consortium.members[BUREAU].sign("statement", b"")
    with refused("E-RUN-011"):
        hand.peers.send_values("alpha", os.urandom(16), statement)
    evidence = hand.contribute(asked, "alpha")
    with refused("E-RUN-011"):
        hand.peers.send_mask(BUREAU, os.urandom(16), evidence.access, ())


def test_a_signed_statement_of_another_shape_is_refused(
    consortium: Consortium, table: TestTable
) -> None:
    """Signed by the right person, and not what the field is for."""
    steward = consortium.client("alpha/steward")
    signed = steward.profile.signer.sign("grant", codec.encode({"no": "grant"}))
    with pytest.raises(RequestError, match="E-MSG-001"):
        codec.decode(Signed, codec.encode(signed)).unsafe_open(TestTable)
    from accord.wire.v1 import person_pb2  # noqa: PLC0415

    request = person_pb2.GrantRequest(
        header=types_pb2.Header(protocol_version=1),
        grant=codec.encode(signed),
        person_card=codec.encode(steward.profile.card),
    )
    with refused("E-MSG-001"):
        steward._remote.call(steward._steward.Grant, request, 10)
