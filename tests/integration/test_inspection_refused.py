"""Who may not inspect is given nothing, and that is on record; what the commands say."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from accord.cli import exit_codes
from accord.cli.program import start
from accord.client.client import Finished
from accord.client.profile import load_profile
from accord.domain import codec
from accord.domain.errors import (
    AccordError,
    FaultError,
    RefusalError,
    RequestError,
    UnavailableError,
)
from accord.domain.inspection import CONSENT, INSPECTION, Consent, Inspection, Replay
from accord.domain.record import RecordKind
from accord.ledger.gate import Gate
from accord.node.handlers.inspections import seal_replay
from tests.consortium.by_hand import ByHand
from tests.consortium.inspecting import (
    INSPECTOR,
    PARTS,
    SQL,
    answered_run,
    changed,
    consent,
    inspect,
)
from tests.consortium.lab import BUREAU, OWNERS, STATS
from tests.consortium.tables import spread
from tests.consortium.world import LATER, Consortium

QUESTION = SQL.format(table="guarded")


@pytest.fixture(scope="module")
def run(running: Consortium) -> Finished:
    """A run that alpha's officer lets the bureau inspect."""
    return answered_run(running, "guarded")


@pytest.fixture(scope="module")
def running(consortium: Consortium) -> Consortium:
    consortium.add(spread("guarded"))
    return consortium


@pytest.fixture(scope="module")
def handed_over(running: Consortium, run: Finished) -> Replay:
    return running.client(INSPECTOR).fetch_replay(run.question.run_id, "alpha").replay


def test_without_consent_nothing_is_handed_over(running: Consortium, run: Finished) -> None:
    run_id = running.ask(QUESTION).question.run_id
    with running.refused("E-AUD-001", by="alpha") as caught:
        inspect(running, run_id)
    assert caught.value.facts["auditor"] == BUREAU
    assert RecordKind.INSPECT not in running.kinds("alpha", run_id)
    consent(running, "alpha/olga", run_id, STATS)  # another auditor
    with running.refused("E-AUD-001", by="alpha"):
        inspect(running, run_id)
    with running.refused("E-AUD-001", by="beta"):
        inspect(running, run.question.run_id, "beta")


def test_a_consent_ends(running: Consortium) -> None:
    run_id, minute = running.ask(QUESTION).question.run_id, timedelta(minutes=1)
    until = datetime.now(UTC).replace(microsecond=0) + 3 * minute
    consent(running, "alpha/olga", run_id, until=until)
    running.clocks["alpha"].ahead = 4 * minute
    try:
        with running.refused("E-AUD-002", by="alpha") as caught:
            inspect(running, run_id)
        running.clocks["alpha"].ahead = 6 * minute  # the request itself is too old by now
        with running.refused("E-AUD-004", by="alpha"):
            inspect(running, run_id)
    finally:
        running.clocks["alpha"].ahead = timedelta()
    assert caught.value.facts["until"] == codec.format_time(until)


def test_who_is_no_inspector_of_an_auditor_is_refused(running: Consortium, run: Finished) -> None:
    run_id = run.question.run_id
    with running.refused("E-AUD-004", by="gamma"):  # its own node sees to it
        inspect(running, run_id, who="gamma/olga")
    for person in ("ana", "steward"):
        with running.refused("E-AUT-005"):
            inspect(running, run_id, who=f"{BUREAU}/{person}")
    with running.refused("E-AUT-005"):
        consent(running, "alpha/ana", run_id)
    hand, olga = ByHand(running, "gamma"), load_profile(running.lab.profile("gamma/olga"))
    now = datetime.now(UTC).replace(microsecond=0)
    request = olga.signer.sign(INSPECTION, codec.encode(Inspection(1, run_id, "alpha", now)))
    with running.refused("E-AUD-004", by="alpha"):  # and so does the owner
        hand.peers.inspect("alpha", run_id, request, olga.card)
    inspector = load_profile(running.lab.profile(INSPECTOR))
    with pytest.raises(AccordError):  # a card of another member than the one that calls
        hand.peers.inspect("alpha", run_id, request, inspector.card)
    bureau = ByHand(running, BUREAU)
    for_beta = inspector.signer.sign(INSPECTION, codec.encode(Inspection(1, run_id, "beta", now)))
    with running.refused("E-RUN-012", by="alpha"):
        bureau.peers.inspect("alpha", run_id, for_beta, inspector.card)


def test_of_three_owners_one_or_all_are_inspected(running: Consortium) -> None:
    """With two of three, the third one's number is what is left."""
    run_id = running.ask(QUESTION).question.run_id
    consent(running, "alpha/olga", run_id)
    assert inspect(running, run_id, "alpha").differing == ()
    consent(running, "beta/olga", run_id)
    for owner in ("alpha", "beta"):
        with running.refused("E-AUD-003", by=owner) as caught:
            inspect(running, run_id, owner)
        assert caught.value.facts["missing"] == "gamma"
    consent(running, "gamma/olga", run_id, STATS)  # to another auditor: not enough
    with running.refused("E-AUD-003", by="alpha"):
        inspect(running, run_id)
    consent(running, "gamma/steward", run_id)
    for owner in OWNERS:
        assert inspect(running, run_id, owner).differing == ()


def test_an_owner_that_cannot_be_asked_stops_the_others(running: Consortium) -> None:
    run_id = running.ask(QUESTION).question.run_id
    consent(running, "alpha/olga", run_id)
    running.stop_node("gamma")
    try:
        with pytest.raises(UnavailableError) as caught:
            inspect(running, run_id)
    finally:
        running.start_node("gamma")
        running.wait_reachable()
    assert caught.value.facts["member"] == "gamma"
    assert RecordKind.INSPECT not in running.kinds("alpha", run_id)


def test_consents_are_told_to_owners_of_the_run_alone(running: Consortium, run: Finished) -> None:
    run_id = run.question.run_id
    assert len(ByHand(running, "beta").peers.list_consents("alpha", run_id)) == 1
    assert ByHand(running, "beta").peers.list_consents("alpha", bytes(16)) == ()
    with running.refused("E-RUN-011"):
        ByHand(running, BUREAU).peers.list_consents("alpha", run_id)


def test_an_owner_that_tells_of_another_run_is_named(
    running: Consortium, run: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accord.node.handlers.consents import Consents  # noqa: PLC0415 - patched here alone

    strange = Consent(1, bytes(16), "beta", BUREAU, LATER, LATER)
    signed = running.client("beta/olga").profile.signer.sign(CONSENT, codec.encode(strange))
    monkeypatch.setattr(Consents, "told_to", lambda *_: (signed,))
    with running.refused("E-RUN-012", by="alpha") as caught:
        inspect(running, run.question.run_id)
    assert caught.value.facts["thing"] == "consent"


def test_a_record_stands_in_the_log_before_anything_leaves(
    running: Consortium, handed_over: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = running.ask(QUESTION).question.run_id
    consent(running, "alpha/olga", run_id)

    def not_final(*_: object, **__: object) -> None:
        raise UnavailableError("E-LOG-017", member="alpha", index=0)

    with monkeypatch.context() as patch:
        patch.setattr(Gate, "inspect_permit", not_final)
        with running.refused("E-LOG-017", by="alpha"):
            inspect(running, run_id)
    assert RecordKind.INSPECT in running.kinds("alpha", run_id)
    with pytest.raises(FaultError, match="E-INT-001"):
        seal_replay(handed_over, None, None)  # type: ignore[arg-type] # the mistake under test


@pytest.mark.parametrize(
    ("to", "until", "thing"),
    [
        ("gamma", LATER, "--to gamma is no auditor"),
        ("nobody", LATER, "--to nobody is no auditor"),
        (BUREAU, datetime(2020, 1, 1, tzinfo=UTC), "--until is past"),
    ],
)
def test_a_consent_that_could_never_be_used_is_not_registered(
    running: Consortium, run: Finished, to: str, until: datetime, thing: str
) -> None:
    with pytest.raises(RequestError) as caught:
        consent(running, "alpha/olga", run.question.run_id, to, until)
    assert (caught.value.code, caught.value.facts["thing"]) == ("E-AUD-005", thing)
    with pytest.raises(RequestError) as caught:
        consent(running, "alpha/olga", bytes(16))
    assert caught.value.facts["thing"] == "this member has not answered that run"


def test_a_run_that_was_never_answered_cannot_be_inspected(running: Consortium) -> None:
    with pytest.raises(RefusalError):
        running.ask(QUESTION, "another purpose")
    run_id = running.client(f"{STATS}/ana").runs(1)[0].run_id
    with running.refused("E-RUN-011", by="alpha"):
        inspect(running, run_id)


def test_the_commands_say_what_they_do(
    running: Consortium, run: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_id = running.ask(QUESTION).question.run_id

    def typed(*words: str, who: str) -> int:
        return start([*words, "--as", str(running.lab.profile(who))])

    consenting = ("audit", "consent", run_id.hex()[:12], "--to", BUREAU, "--until", "2099-01-01")
    assert typed(*consenting, who="alpha/olga") == exit_codes.DONE
    assert f"{BUREAU} may inspect this member's part of the run" in capsys.readouterr().err
    assert typed("audit", "runs", "--json", who="alpha/olga") == exit_codes.DONE
    (shown, *_) = json.loads(capsys.readouterr().out)["runs"]
    assert shown["consents"] == [{"to": BUREAU, "until": "2099-01-01T00:00:00Z"}]
    assert typed("audit", "runs", who="alpha/steward") == exit_codes.DONE
    assert f"{BUREAU} 2099-01-01T00:00:00Z" in capsys.readouterr().out

    replaying = ("audit", "replay", run_id.hex(), "--owner", "alpha")
    assert typed(*replaying, who=INSPECTOR) == exit_codes.DONE
    said = capsys.readouterr()
    assert said.out.count("✓") == len(PARTS)
    assert "Equal: what alpha sent follows bit for bit" in said.err
    assert run.outcome
    file = tmp_path / "other.accord"
    file.write_bytes(run.outcome.bundle)
    assert typed(*replaying, "--bundle", str(file), who=INSPECTOR) == exit_codes.REFUSED
    assert "E-AUD-006" in capsys.readouterr().err
    changed(running, run_id, lambda own: replace(own, seed=bytes(32)))
    assert typed(*replaying, "--json", who=INSPECTOR) == exit_codes.REFUSED
    shown = json.loads(capsys.readouterr().out)
    assert (shown["equal"], shown["compared"]["seed"]) == (False, False)
    assert typed(*replaying, who=INSPECTOR) == exit_codes.REFUSED
    said = capsys.readouterr()
    assert "✗ the seed is not the one committed to" in said.out
    assert "Not equal" in said.err
    without = ("audit", "replay", run_id.hex(), "--owner", "beta")
    assert typed(*without, who=INSPECTOR) == exit_codes.REFUSED
    assert f"accord audit consent {run_id.hex()} --to {BUREAU}" in capsys.readouterr().err
