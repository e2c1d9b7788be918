"""Which caller may call which method; what is not listed is denied.

Nodes speak to nodes of any member.  Persons speak to the node of their own member only,
each role to its own service, so a certificate never does two jobs.
"""

from collections.abc import Mapping
from typing import Final

from accord.domain.errors import RefusalError
from accord.domain.ids import Identity, PersonRole
from accord.domain.inspection import CONSENTING_ROLES, INSPECTING_ROLES

NODE: Final = "node"
_EVERY_PERSON: Final = frozenset(map(str, PersonRole))
_NODES: Final = frozenset({NODE})
_ANALYST: Final = frozenset({str(PersonRole.ANALYST)})
_STEWARD: Final = frozenset({str(PersonRole.STEWARD)})
_CONSENTING: Final = frozenset(map(str, CONSENTING_ROLES))
_INSPECTING: Final = frozenset(map(str, INSPECTING_ROLES))
_WIRE: Final = "/accord.wire.v1."

ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    f"{_WIRE}RunService/FetchPairKey": _NODES,
    f"{_WIRE}RunService/FindGrant": _NODES,
    f"{_WIRE}RunService/Contribute": _NODES,
    f"{_WIRE}RunService/Decide": _NODES,
    f"{_WIRE}RunService/SendValues": _NODES,
    f"{_WIRE}RunService/SendMask": _NODES,
    f"{_WIRE}RunService/FetchProof": _NODES,
    f"{_WIRE}RunService/Abort": _NODES,
    f"{_WIRE}CatalogueService/ListOffers": _NODES,
    f"{_WIRE}AnalystService/Draft": _ANALYST,
    f"{_WIRE}AnalystService/Ask": _ANALYST,
    f"{_WIRE}AnalystService/ListRuns": _ANALYST,
    f"{_WIRE}AnalystService/ShowRun": _ANALYST,
    f"{_WIRE}AnalystService/CancelRun": _ANALYST,
    f"{_WIRE}AnalystService/ResumeRun": _ANALYST,
    f"{_WIRE}StewardService/Publish": _STEWARD,
    f"{_WIRE}StewardService/Grant": _STEWARD,
    f"{_WIRE}StewardService/ListGrants": _STEWARD,
    f"{_WIRE}StewardService/Revoke": _STEWARD,
    f"{_WIRE}StewardService/ListFindings": _STEWARD,
    f"{_WIRE}AuditService/ListAnswered": _CONSENTING,
    f"{_WIRE}AuditService/Consent": _CONSENTING,
    f"{_WIRE}AuditService/Replay": _INSPECTING,
    f"{_WIRE}InspectionService/ListConsents": _NODES,
    f"{_WIRE}InspectionService/Inspect": _NODES,
    f"{_WIRE}StatusService/Status": _EVERY_PERSON,
    f"{_WIRE}StatusService/ListTables": _EVERY_PERSON,
    "/grpc.health.v1.Health/Check": _NODES | _EVERY_PERSON,
}


def check_allowed(method: str, caller: Identity, member: str) -> None:
    """Check that ``caller`` may call ``method`` at the node of ``member``.

    Raises:
        RefusalError: E-AUT-005 the role may not; E-AUT-006 a person of another member.
    """
    if caller.person and caller.member != member:
        raise RefusalError("E-AUT-006", name=caller.uri, member=member)
    role = caller.role if caller.person else NODE
    allowed = ALLOWED.get(method, frozenset())
    if role not in allowed:
        facts = {"role": role, "roles": ", ".join(sorted(allowed)) or "-"}
        raise RefusalError("E-AUT-005", **facts, method=method.rpartition(".")[2])
