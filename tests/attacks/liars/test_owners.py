"""Owners that answer twice, say one thing and sign another, or lie about their rows."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from accord.domain import codec
from accord.domain.answer import WITHHELD
from accord.domain.bundle import RecordEvidence
from accord.domain.contribution import Counts, Values, digest_of
from accord.domain.record import RecordKind
from accord.domain.run import COUNTS, VALUES, Asked, OwnerEvidence, ValuesEvidence
from accord.domain.signed import Signed
from accord.node.handlers.contribute import Contribute
from accord.node.handlers.proofs import FetchProof
from accord.node.handlers.values import SendValues
from accord.node.member import Member
from accord.node.runs import OWNER, OwnerRun
from accord.node.store import repository
from accord.privacy.packing import pack
from accord.privacy.sealing import seal
from accord.privacy.tally.context import TallyContext
from accord.privacy.tally.layouts import count_layout
from accord.verify.bundle import verify_bundle
from accord.verify.report import Report
from accord.wire.v1 import types_pb2 as wire
from tests.attacks.liars.lies import adding, answers, owner_lies
from tests.consortium.by_hand import ByHand, question_of, run_of
from tests.consortium.lab import BUREAU, OWNERS, STATS
from tests.consortium.tables import TestTable, spread
from tests.consortium.world import ANA, Consortium, Finished

SQL = "SELECT COUNT(*), SUM(age) FROM answered"
Message = wire.Progress | OwnerEvidence


@pytest.fixture(scope="module", autouse=True)
def table(consortium: Consortium) -> TestTable:
    """Sixty people everywhere, and two at alpha in a region of their own."""
    table = spread("answered")
    table.rows["alpha"].extend(  # type: ignore[attr-defined] # made as lists
        [("answered-tiny-1", "tiny", 44, "5.00"), ("answered-tiny-2", "tiny", 45, "6.00")]
    )
    return consortium.add(table)


def last_run(consortium: Consortium) -> bytes:
    return consortium.client(ANA).runs(1)[0].run_id


def verified(consortium: Consortium, done: Finished) -> Report:
    assert done.outcome
    return verify_bundle(done.outcome.bundle, consortium.client(ANA).profile.trust)


def assert_nothing_notices(consortium: Consortium, done: Finished) -> None:
    assert verified(consortium, done).failed is None


def second_counts(consortium: Consortium, asked: Asked, owner: str) -> OwnerEvidence:
    """Ten rows more, under a second access record that is final as well."""
    member, first = consortium.members[owner], run_kept(consortium, owner, run_of(asked))
    honest = codec.decode(Signed, first.counts).unsafe_open(Counts)
    key = member.encryption_key(BUREAU)
    other = adding(10)(honest, key.n, None)
    fields = {
        **consortium.fields(f"{owner}#{first.access}"),
        "counts": digest_of(other.ciphertexts),
    }
    access = appended(member, RecordKind.ACCESS, fields, asked)
    member.gate.wait_final(access, 30)
    signed = codec.encode(member.sign(COUNTS, other))
    sealed = seal(member.cards[BUREAU].hpke_key, signed, b"counts/" + run_of(asked))
    return OwnerEvidence(
        owner, member.evidence_at(first.accept), member.evidence_at(access), sealed
    )


def run_kept(consortium: Consortium, owner: str, run_id: bytes) -> OwnerRun:
    with consortium.members[owner].database.read() as session:
        stored = repository.find_run(session, run_id, OWNER)
    assert stored
    return codec.decode(OwnerRun, stored.body)


def appended(member: Member, kind: RecordKind, fields: dict[str, bytes], asked: Asked) -> int:
    with member.database.write() as session:
        return member.append(session, kind, fields, question_of(asked)).leaf_index


def test_two_counts_of_one_run(consortium: Consortium) -> None:
    """The guard takes those that it is shown first; both records stay in the owner's log."""
    hand = ByHand(consortium)
    asked = hand.asked(hand.draft(SQL))
    alpha, *rest = hand.contribute_all(asked)
    other = second_counts(consortium, asked, "alpha")

    hand.decide(asked, (other, *rest))

    with consortium.refused("E-RUN-009", by=BUREAU):
        hand.decide(asked, (alpha, *rest))
    assert consortium.kinds("alpha", run_of(asked)).count(RecordKind.ACCESS) == 2


def other_values(given: ValuesEvidence, member: Member) -> Signed:
    """One more in the first sum, signed as honestly as the first time."""
    n = member.encryption_key(STATS).n
    return member.sign(VALUES, adding(1)(given.values.unsafe_open(Values), n, None))


def test_other_values_than_those_on_record(consortium: Consortium) -> None:
    """The owner is named, before any release record: it signed both."""

    def lie(given: ValuesEvidence, member: Member, _: int) -> ValuesEvidence:
        lies = member.name == "beta"
        return replace(given, values=other_values(given, member)) if lies else given

    with answers(SendValues, "__call__", lie), consortium.refused("E-RUN-012", by=STATS) as caught:
        consortium.ask(SQL)

    assert caught.value.facts == {"member": "beta", "thing": "contributed record"}
    run_id = last_run(consortium)
    assert consortium.kinds(STATS, run_id) == [RecordKind.APPLY, RecordKind.ABORT]


def test_two_values_of_one_run(consortium: Consortium) -> None:
    """A second contributed record for second values: the answer names one, the log has both."""

    def lie(given: ValuesEvidence, member: Member, _: int) -> ValuesEvidence:
        if member.name != "beta":
            return given
        values = other_values(given, member)
        run_id = values.unsafe_open(Values).run_id
        index = next(
            leaf.leaf_index
            for leaf in consortium.leaves("beta", run_id)
            if leaf.kind is RecordKind.CONTRIBUTED
        )
        digest = digest_of(values.unsafe_open(Values).ciphertexts)
        fields = {**consortium.fields(f"beta#{index}"), "values": digest}
        asked = run_kept(consortium, "beta", run_id).asked
        second = appended(member, RecordKind.CONTRIBUTED, fields, asked)
        return ValuesEvidence(values, member.evidence_at(second))

    with answers(SendValues, "__call__", lie):
        done = consortium.ask(SQL)

    assert_nothing_notices(consortium, done)
    kinds = consortium.kinds("beta", done.question.run_id)
    assert kinds.count(RecordKind.CONTRIBUTED) >= 2


def test_a_proof_that_does_not_hold_at_the_second_look(
    consortium: Consortium, table: TestTable
) -> None:
    """Asked for the proof, after the answer: what was released stays as it is."""
    lied: list[str] = []

    def lie(given: RecordEvidence, member: Member, times: int) -> RecordEvidence:
        del times
        if member.name != "beta" or given.proof is None:
            return given
        lied.append(member.name)
        return replace(given, proof=replace(given.proof, leaf_index=given.proof.leaf_index + 1))

    with answers(FetchProof, "__call__", lie):
        done = consortium.ask(SQL)

    assert lied == ["beta"]
    assert_nothing_notices(consortium, done)
    truth = next(iter(table.truth(SQL).values()))
    assert done.bundle.answer.rows == (tuple(map(str, truth)),)  # type: ignore[union-attr] # answered


def told(stage: wire.Stage, member: str = "beta", record: str = "") -> wire.Progress:
    return wire.Progress(member=member, stage=stage, record=record)


PROGRESS = {
    "another member refuses": told(wire.STAGE_REFUSED, "gamma"),
    "another member's step": told(wire.STAGE_GRANTED, "gamma"),
    "a step of the guard": told(wire.STAGE_DECIDED),
    "a step that there is not": told(99),  # type: ignore[arg-type] # what the wire lets through
    "another member's record": told(wire.STAGE_GRANTED, record="gamma#1"),
    "a record that commands the screen": told(wire.STAGE_GRANTED, record="beta#1\x1b[2J"),
    "nothing": wire.Progress(),
}


def refuses_progress(consortium: Consortium, lie: Callable[..., Iterator[Message]]) -> None:
    with answers(Contribute, "__call__", lie), consortium.refused("E-RUN-012", by=STATS) as caught:
        consortium.ask(SQL)
    assert caught.value.facts == {"member": "beta", "thing": "progress"}
    steps = consortium.client(ANA).show_run(last_run(consortium)).steps
    assert {step.member for step in steps if step.refusal} == {"beta", STATS}


@pytest.mark.parametrize("name", PROGRESS)
def test_progress_that_is_not_the_owners(consortium: Consortium, name: str) -> None:
    def lie(honest: Iterator[Message], member: Member, _: int) -> Iterator[Message]:
        if member.name == "beta":
            yield PROGRESS[name]
        yield from honest

    refuses_progress(consortium, lie)


def test_progress_without_end(consortium: Consortium) -> None:
    """Every step is kept and shown; a step told twice ends the run."""

    def lie(honest: Iterator[Message], member: Member, _: int) -> Iterator[Message]:
        while member.name == "beta":
            yield told(wire.STAGE_GRANTED)
        yield from honest

    refuses_progress(consortium, lie)


def test_evidence_of_another_owner(consortium: Consortium) -> None:
    def lie(honest: Iterator[Message], member: Member, _: int) -> Iterator[Message]:
        for message in honest:
            lies = isinstance(message, OwnerEvidence) and member.name == "beta"
            yield replace(message, owner="gamma") if lies else message

    with answers(Contribute, "__call__", lie), consortium.refused("E-RUN-012", by=STATS) as caught:
        consortium.ask(SQL)
    assert caught.value.facts["member"] == "beta"


def claiming(rows: int) -> Callable[..., Counts]:
    """In the last cell, ``rows`` more behind every count, and a part in it."""

    def lie(counts: Counts, n: int, context: TallyContext) -> Counts:
        layout, terms = count_layout(context, n), len(context.plan.counts)
        before = [0] * (terms + 3) * (context.plan.cells - 1)
        (more,) = pack(layout, [*before, *[rows] * terms, 1, 0, 0])
        (none,) = pack(layout, [*before, *[0] * terms, 0, 0, 0])
        return adding(more - none)(counts, n, context)

    return lie


def test_rows_that_do_not_exist(consortium: Consortium) -> None:
    """Two people of alpha's become a group because beta says so: the count beside it is two."""
    with owner_lies("beta", counts=claiming(50)):
        done = consortium.ask("SELECT region, SUM(age) FROM answered GROUP BY region")

    assert done.bundle.answer.rows[3] == ("tiny", "89")  # type: ignore[union-attr] # answered
    failed = verified(consortium, done).failed
    assert failed
    assert (failed.number, failed.code) == (14, "E-VER-114")


def test_a_part_in_a_cell_that_one_owner_feeds_alone(consortium: Consortium) -> None:
    """Nobody notices: what is released is alpha's own sum."""
    alone = spread("alone")
    alone.rows["alpha"].extend((f"alone-{n}", "tiny", 30 + n, "5.00") for n in range(40))  # type: ignore[attr-defined]
    consortium.add(alone)
    sql = "SELECT region, SUM(age) FROM alone GROUP BY region"
    honest = consortium.ask(sql)

    with owner_lies("beta", counts=claiming(0)):
        done = consortium.ask(sql)

    assert honest.bundle.answer.rows[3] == ("tiny", WITHHELD)  # type: ignore[union-attr] # answered
    assert done.bundle.answer.rows[3] == ("tiny", str(sum(range(30, 70))))  # type: ignore[union-attr]
    assert_nothing_notices(consortium, done)


def test_values_that_are_not_those_of_the_rows(consortium: Consortium, table: TestTable) -> None:
    """Nobody notices: *by inspection only*, as the bundle says."""
    with owner_lies("beta", values=adding(1)):
        done = consortium.ask(SQL)

    rows, ages = next(iter(table.truth(SQL).values()))
    assert done.bundle.answer.rows in (((str(rows + 1), str(ages)),), ((str(rows), str(ages + 1)),))  # type: ignore[union-attr]
    assert_nothing_notices(consortium, done)
    assert set(OWNERS) == set(done.question.owners)
