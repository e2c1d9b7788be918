"""Small consortia for tests: short keys, fixed randomness, every role at hand."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from accord.domain.answer import CellMoments
from accord.domain.contribution import Counts, GuardStatement, Opening, Values
from accord.privacy.paillier import DecryptionKey, generate_key
from accord.privacy.pair_keys import PairSecret
from accord.privacy.parameters import INSECURE_TESTING_KEY_BITS
from accord.privacy.tally.context import TallyContext
from accord.privacy.tally.encryption import Secrets
from accord.privacy.tally.guard import GuardTally, Verdict
from accord.privacy.tally.owner import NOTHING, OwnerInput, OwnerTally, Said
from accord.privacy.tally.requester import Partial, RequesterTally
from accord.privacy.tally.specification import Transcript, run_tally
from accord.privacy.work import WORK_INLINE, Work
from accord.query.plan import PLAN_VERSION, CountKind, CountTerm, Extract, Group, Measure, Plan
from accord.query.plan_rows import Monomial, Power, Predicate, Term

WAGES = Term((Monomial(1, (Power("wages", 1),)),), ("wages",), 0, 0, 10**6)
ROWS = CountTerm(CountKind.ROWS)
PRESENT = CountTerm(CountKind.PRESENT, None, ("wages",))
SUPPORT = CountTerm(CountKind.SUPPORT, None, ("wages",), (0,), (0,))
HEADROOM = CountTerm(CountKind.HEADROOM, None, ("wages",), (0,), (10**6,))
COUNT_ROWS = Measure(None, (), (), 1)
COUNT_VALUES = Measure(None, ("wages",), (), 1)


def stream(seed: str) -> Callable[[int], bytes]:
    """Reproducible bytes, never the same twice."""
    drawn = 0

    def random_bytes(size: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return hashlib.shake_256(f"{seed}/{drawn}".encode()).digest(size)

    return random_bytes


@cache
def key(name: str, bits: int = INSECURE_TESTING_KEY_BITS) -> DecryptionKey:
    return generate_key(stream(name), bits)


def make_plan(
    cells: int,
    *,
    counts: Sequence[CountTerm] = (ROWS, SUPPORT),
    bounds: Sequence[int] = (1, 10**6),
    max_rows: int = 1024,
) -> Plan:
    measures = tuple(
        Measure(None, ("wages",) if i else (), (0,) * min(i, 2), b) for i, b in enumerate(bounds)
    )
    return plan_of(counts, measures, places=(cells,), max_rows=max_rows)


def plan_of(
    counts: Sequence[CountTerm],
    measures: Sequence[Measure],
    *,
    places: Sequence[int] = (),
    sets: tuple[tuple[int, ...], ...] = (),
    arms: Sequence[Predicate] = (),
    max_rows: int = 1024,
) -> Plan:
    """A plan by its numbers; ``places`` says how many each group has."""
    groups = tuple(
        Group(name, (name,), tuple(map(str, range(size))), tuple(range(size)))
        for name, size in zip("abc", places, strict=False)
    )
    return Plan(
        version=PLAN_VERSION,
        table="income",
        columns=("a", "wages"),
        where=None,
        groups=groups,
        sets=sets or (tuple(range(len(groups))),),
        terms=(WAGES,),
        arms=tuple(arms),
        measures=tuple(measures),
        counts=tuple(counts),
        outputs=(),
        having=None,
        order=(),
        limit=None,
        offset=0,
        cross=False,
        max_rows=max_rows,
    )


@dataclass(frozen=True)
class Run:
    """Everything said in one run."""

    counts: Mapping[str, Counts]
    verdict: Verdict
    values: Mapping[str, Values]
    partial: Partial
    mask: Values
    openings: tuple[Opening, ...]
    moments: tuple[CellMoments, ...]

    @property
    def statement(self) -> GuardStatement:
        return self.verdict.statement


@dataclass(frozen=True)
class Parties:
    """One run's parties; extracts map an owner to (counts, moments) per cell."""

    context: TallyContext
    inputs: Mapping[str, OwnerInput]
    guard_key: DecryptionKey
    requester_key: DecryptionKey
    work: Work = WORK_INLINE

    def secrets(self, own: str) -> Secrets:
        context = self.context
        pair_keys = {
            other: PairSecret(hashlib.sha256("/".join(sorted((own, other))).encode()).digest())
            for other in context.value_ring
            if other != own
        }
        seed = hashlib.sha256(context.run_id + own.encode()).digest()
        return Secrets(
            seed,
            {
                other: secret.run_key(context.run_id, context.roster)
                for other, secret in pair_keys.items()
            },
        )

    def owner(self, own: str, said: Said = NOTHING) -> OwnerTally:
        return OwnerTally(
            self.context,
            self.inputs[own],
            self.secrets(own),
            guard_key=self.guard_key.encryption_key,
            requester_key=self.requester_key.encryption_key,
            said=said,
            work=self.work,
        )

    def guard(self, **state: object) -> GuardTally:
        return GuardTally(
            self.context,
            self.guard_key,
            self.secrets(self.context.guard),
            requester_key=self.requester_key.encryption_key,
            work=self.work,
            **state,
        )

    def requester(self) -> RequesterTally:
        return RequesterTally(self.context, self.requester_key, self.work)

    @property
    def data_versions(self) -> dict[str, bytes]:
        return {owner: own.data_version for owner, own in self.inputs.items()}

    def counts(self) -> dict[str, Counts]:
        return {owner: self.owner(owner).counts() for owner in self.context.count_ring}

    def run(self) -> Run:
        counts, guard, requester = self.counts(), self.guard(), self.requester()
        verdict = guard.decide(counts, self.data_versions)
        decision = verdict.statement.decision
        values = {owner: self.owner(owner).values(decision) for owner in self.context.owners}
        partial = requester.add(values, verdict.statement)
        mask = guard.mask(verdict.statement)
        openings, moments = requester.open(partial, mask, verdict.statement)
        return Run(counts, verdict, values, partial, mask, openings, moments)

    def specify(self) -> Transcript:
        secrets = {member: self.secrets(member) for member in self.context.value_ring}
        return run_tally(self.context, self.inputs, secrets, self.guard_key, self.requester_key)

    def with_work(self, work: Work) -> "Parties":
        return replace(self, work=work)

    def with_run(self, number: int) -> "Parties":
        return replace(self, context=replace(self.context, run_id=number.to_bytes(16)))


Cells = Sequence[tuple[Sequence[int], Sequence[int]]]


def make_parties(
    cells: Mapping[str, Cells],
    *,
    plan: Plan | None = None,
    requester: str = "statistics",
    minimum: int = 10,
    single_source: Sequence[str] = (),
    vetoes: Mapping[str, frozenset[int]] | None = None,
    bits: int = INSECURE_TESTING_KEY_BITS,
) -> Parties:
    """Parties of a run; ``cells`` maps an owner to (counts, moments) per cell."""
    context = TallyContext(
        version=1,
        run_id=bytes(16),
        question=hashlib.sha256(b"question").digest(),
        owners=tuple(cells),
        guard="bureau",
        requester=requester,
        plan=plan or make_plan(len(next(iter(cells.values())))),
        minimum=minimum,
    )
    inputs = {
        owner: OwnerInput(
            owner=owner,
            extract=Extract(
                tuple(tuple(counts) for counts, _ in rows),
                tuple(tuple(moments) for _, moments in rows),
            ),
            data_version=hashlib.sha256(owner.encode()).digest(),
            single_source=owner in single_source,
            vetoes=(vetoes or {}).get(owner, frozenset()),
        )
        for owner, rows in cells.items()
    }
    return Parties(context, inputs, key("guard", bits), key("requester", bits))


def uniform_cells(count: int, rows: int, total: int) -> Cells:
    """``count`` equal cells with ``rows`` rows and a sum of ``total``."""
    return [((rows, rows), (rows, total))] * count


def three_owners(rows: int = 20, total: int = 5000, cells: int = 2) -> dict[str, Cells]:
    return {name: uniform_cells(cells, rows, total) for name in ("north", "south", "west")}
