"""Verify an evidence bundle: one file, one trust file, no network, no account, no key."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from accord.domain import codec
from accord.domain.bundle import BUNDLE_VERSION, Bundle
from accord.domain.card import Trust
from accord.domain.errors import AccordError, RequestError
from accord.domain.ids import parse_identity
from accord.domain.record import RecordKind
from accord.domain.run import BUNDLE
from accord.domain.signed import Signed
from accord.privacy.parameters import KEY_BITS
from accord.verify.checks.plan import can_recompile
from accord.verify.checks.table import CHECKS, NumberedCheck
from accord.verify.evidence import Evidence, anchored_block, anchored_head, open_evidence
from accord.verify.report import Check, Report, Verified

MAX_BUNDLE_BYTES: Final = 64 * 1024 * 1024


def verify_bundle(data: bytes, trust: Trust, *, unsafe_minimum_bits: int = KEY_BITS) -> Report:
    """Run the numbered checks, up to the first that fails.

    Args:
        data: The bytes of the file.
        trust: What the reader got by a way of its own.
        unsafe_minimum_bits: Least size of the requester's modulus; smaller is breakable,
            and only tests have reason to pass it.

    Raises:
        RequestError: E-VER-001 not a bundle; E-VER-002 of another format version;
            E-VER-003 of another consortium than the trust file.  Nothing can be decided.
    """
    envelope, bundle = _open_file(data, trust)
    with ThreadPoolExecutor(os.cpu_count(), "powers") as near:
        try:
            evidence = open_evidence(envelope, bundle, trust, unsafe_minimum_bits, near)
        except AccordError as error:  # a statement inside has no reading, or several
            return Report((_result(CHECKS[0], error),), None)
        return _report(evidence)


def _report(evidence: Evidence) -> Report:
    checks: list[Check] = []
    for check in CHECKS:
        checks.append(_run(check, evidence))
        if not checks[-1].passed:
            return Report(tuple(checks), None)
    return Report(tuple(checks), _describe(evidence))


def _open_file(data: bytes, trust: Trust) -> tuple[Signed, Bundle]:
    if len(data) > MAX_BUNDLE_BYTES:
        raise RequestError("E-VER-001", detail=f"{len(data)} bytes")
    try:
        envelope = codec.decode(Signed, data)
        bundle = envelope.unsafe_open(Bundle)
        consortium = parse_identity(envelope.signer).consortium
    except RequestError as error:
        raise RequestError("E-VER-001", detail=error.detail) from None
    if envelope.kind != BUNDLE:
        raise RequestError("E-VER-001", detail=f"kind {envelope.kind!r}")
    if bundle.version != BUNDLE_VERSION:
        raise RequestError("E-VER-002", version=bundle.version, expected=BUNDLE_VERSION)
    if consortium != trust.consortium:
        raise RequestError("E-VER-003", bundle=consortium, trust=trust.consortium)
    return envelope, bundle


def _run(check: NumberedCheck, evidence: Evidence) -> Check:
    try:
        check.run(evidence)
    except AccordError as error:
        return _result(check, error)
    return _result(check, None)


def _result(check: NumberedCheck, error: AccordError | None) -> Check:
    return Check(check.number, check.name, check.code, error)


def _describe(evidence: Evidence) -> Verified:
    heads = [anchored_head(evidence, item) for item in evidence.records]
    release = anchored_block(evidence, RecordKind.RELEASE, evidence.question.requester)
    return Verified(
        question=evidence.question,
        plan=evidence.plan,
        table=evidence.bundle.table,
        answer=evidence.bundle.answer,
        released_in_block=release.block_number,
        released_at=release.block_time,
        records=len(heads),
        anchored=sum(head is not None for head in heads),
        recompiled=can_recompile(),
        by_inspection_only=evidence.bundle.by_inspection_only,
    )
