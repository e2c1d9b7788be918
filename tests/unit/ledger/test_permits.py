import re
from contextlib import suppress
from pathlib import Path

import pytest

from accord.domain.errors import AccordError, FaultError
from accord.domain.record import RecordKind
from accord.ledger.permits import AccessPermit, InspectPermit, SendPermit
from tests.fakes.ledger import RUN, Member
from tests.fakes.permits import permit_for_tests, send_permit_for_tests

LEDGER = Path(__file__).parents[3] / "ledger" / "accord" / "ledger"


def test_an_accept_record_gives_the_permit_to_measure() -> None:
    permit = permit_for_tests(RUN)
    assert (permit.run_id, permit.leaf_index, permit.member) == (RUN, 0, "tax_north")


def test_a_final_access_record_gives_the_permit_to_send() -> None:
    permit = send_permit_for_tests(RUN)
    assert (permit.run_id, permit.leaf_index, permit.member) == (RUN, 0, "tax_north")


@pytest.mark.parametrize("kind", [AccessPermit, SendPermit, InspectPermit])
def test_nobody_else_makes_a_permit(
    kind: type[AccessPermit | SendPermit | InspectPermit],
) -> None:
    with pytest.raises(FaultError, match="E-LOG-001"):
        kind(RUN, 0, "tax_north", object())  # type: ignore[arg-type]  # the forgery under test
    with pytest.raises(TypeError):
        kind(RUN, 0, "tax_north")  # type: ignore[call-arg]  # the same


def test_only_the_gate_takes_the_mint() -> None:
    users = {
        path.name for path in LEDGER.rglob("*.py") if re.search(r"\b_MINT\b", path.read_text())
    }
    assert users == {"permits.py", "gate.py"}


def test_a_record_that_was_rolled_back_gives_no_permit(any_database_url: str) -> None:
    member = Member(any_database_url)
    with suppress(RuntimeError), member.units.write() as unit:
        appended = member.log.append(unit.log, RecordKind.ACCEPT, {}, run_id=RUN)
        assert appended.leaf_index == 0
        raise RuntimeError("the business change failed")
    with pytest.raises(AccordError, match="E-LOG-009"):
        member.gate.access_permit(0)


def test_a_record_of_another_kind_gives_no_permit(any_database_url: str) -> None:
    member = Member(any_database_url)
    refused, nowhere = member.append(RecordKind.REFUSE), member.append(RecordKind.ACCEPT, b"")
    for appended in (refused, nowhere):
        with pytest.raises(FaultError, match="E-LOG-016"):
            member.gate.access_permit(appended.leaf_index)
    with pytest.raises(FaultError, match="E-LOG-016"):
        member.gate.send_permit(refused.leaf_index, timeout_s=0.0)


def test_an_inspect_record_that_is_not_final_gives_no_permit(any_database_url: str) -> None:
    member = Member(any_database_url)
    with pytest.raises(AccordError, match="E-LOG-017"):
        member.gate.inspect_permit(member.append(RecordKind.INSPECT).leaf_index, timeout_s=0.0)
    with pytest.raises(FaultError, match="E-LOG-016"):
        member.gate.inspect_permit(member.append(RecordKind.ACCESS).leaf_index, timeout_s=0.0)


def test_an_access_record_that_is_not_final_gives_no_permit(any_database_url: str) -> None:
    member = Member(any_database_url)
    with pytest.raises(AccordError, match="E-LOG-017"):
        member.gate.send_permit(member.append().leaf_index, timeout_s=0.0)
