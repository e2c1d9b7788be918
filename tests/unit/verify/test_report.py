"""What a reader is told, in both languages."""

import re
from pathlib import Path

import pytest

import accord.verify.bundle
from accord.domain.bundle import BY_INSPECTION_ONLY
from accord.domain.errors import VerificationError, catalogue
from accord.domain.record import DISCLOSED, RecordKind
from accord.verify.bundle import verify_bundle
from accord.verify.checks.table import CHECKS
from accord.verify.report import Check, fault_words
from tests.simulation.cached import honest_file, valley, verify
from tests.simulation.run import Run, seal

ROOT = Path(accord.verify.bundle.__file__).parents[3]
SOURCES = tuple((ROOT / "clients/accord/verify").rglob("*.py"))
UNANCHORED = (RecordKind.GUARD, RecordKind.CONTRIBUTED)  # nobody waits for these
DOCS = ROOT / "docs/bundle.md"


def test_a_valid_bundle_shows_question_answer_and_evidence() -> None:
    verified = verify(honest_file()).verified

    assert verified is not None
    assert verified.question.purpose == "pension review 2026"
    assert verified.answer.columns[:2] == ("region", "COUNT(*)")
    assert [row[0] for row in verified.answer.rows] == ["east", "hills", "shore"]
    assert verified.answer.withheld == 1
    assert (verified.records, verified.anchored) == (12, 9)
    assert verified.released_in_block >= 4
    assert verified.recompiled
    assert verified.by_inspection_only == BY_INSPECTION_ONLY


def test_a_requester_that_is_an_owner_gets_a_valid_bundle_too() -> None:
    """Its rows are in the answer, not in the counts that the guard decided on."""
    run = Run(valley(), requester="west")

    report = verify(seal(valley(), run.bundle(), "west"))

    assert report.failed is None
    assert report.verified is not None
    assert report.verified.question.requester == "west"


def test_an_invalid_bundle_shows_no_answer() -> None:
    report = verify_bundle(honest_file(), valley().trust)  # 512-bit keys: refused by default

    assert report.verified is None
    assert not report.valid
    assert report.failed is not None
    assert report.failed.error is not None
    assert (report.failed.number, report.failed.error.code) == (2, "E-CRY-001")
    assert "512 bits" in report.failed.sentence("en")


@pytest.mark.parametrize("check", verify(honest_file()).checks, ids=lambda check: check.name)
def test_a_passed_check_says_what_holds(check: Check) -> None:
    assert check.passed
    for language in ("en", "zh"):
        assert check.sentence(language) == catalogue()[check.code].sentences[language].rule


@pytest.mark.parametrize("fault", sorted(fault_words()))
def test_every_fault_has_words_in_both_languages(fault: str) -> None:
    check = Check(
        6, "records", "E-VER-106", VerificationError("E-VER-106", subject="x", fault=fault)
    )

    assert set(fault_words()[fault]) == {"en", "zh"}
    assert fault_words()[fault]["en"] in check.sentence("en")
    assert re.search("[\u4e00-\u9fff]", fault_words()[fault]["zh"])
    assert fault_words()[fault]["zh"] in check.sentence("zh")


def test_faults_in_the_code_are_those_with_words() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    calls = r"(?:_expect\w*|_of_\w+\.error|_expect\w*\.error)\((?:[^()]|\([^()]*\))*?"
    found = set(re.findall(calls + r',\s+"([a-z_]+)",?\s*\)', source))
    for prefix in re.findall(r'f"([a-z_]+)_\{', source):
        found |= {f"{prefix}_{kind}" for kind in DISCLOSED}

    needless = {f"un{word}_{kind}" for word in ("proven", "anchored") for kind in UNANCHORED}
    assert found - needless == set(fault_words())


def test_only_faults_are_put_into_words() -> None:
    """A record's field may be called like a fault."""
    error = VerificationError("E-REC-001", field="counts", member="west", index=1)

    assert "field counts" in Check(6, "records", "E-VER-106", error).sentence()


def test_names_from_the_file_cannot_reach_the_terminal_raw() -> None:
    error = VerificationError("E-VER-106", subject="\x1b]0;owned\x07", fault="commitments")

    sentence = Check(6, "records", "E-VER-106", error).sentence()

    assert sentence.isprintable()
    assert "owned" in sentence


def test_the_docs_number_and_name_the_checks_as_the_code_does() -> None:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)

    assert rows == [(str(check.number), check.name) for check in CHECKS]
    assert [check.code for check in CHECKS] == [f"E-VER-{100 + c.number}" for c in CHECKS]


def test_the_docs_repeat_what_stays_by_inspection_only() -> None:
    text = " ".join(DOCS.read_text(encoding="utf-8").replace("\n> ", " ").split())

    assert BY_INSPECTION_ONLY in text
