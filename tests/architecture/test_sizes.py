"""A file that no longer fits on a few screens is two files."""

from tests.architecture.house import MIGRATIONS, ROOT, listed, modules, name_of, written_tests

MAX_LINES = 300  # generated code and migrations excepted


def test_no_file_is_longer_than_the_house_allows() -> None:
    others = [
        *ROOT.glob("tools/*.py"),
        *ROOT.glob("ledger/contracts/*.mjs"),
        *ROOT.glob("ledger/contracts/src/*.sol"),
        *ROOT.glob("proto/accord/**/*.proto"),
    ]
    lines = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in (*modules(), *written_tests(), *others)
        if MIGRATIONS not in path.parts
    }

    long = {f"{name}: {count}" for name, count in lines.items() if count > MAX_LINES}

    assert not long, listed(long)
