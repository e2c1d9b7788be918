"""Coverage-guided search for an input that breaks a reader: ``make fuzz``.

    python -m tests.fuzz.guided CORPUS [libFuzzer options]

The first byte of an input chooses the reader.  atheris watches which branches of the
project's code an input takes and keeps those that take new ones.
"""

import sys
from pathlib import Path

import atheris  # type: ignore[import-not-found]

with atheris.instrument_imports(include=["accord.domain", "accord.ledger", "accord.query"]):
    from tests.fuzz.targets import targets

OPTIONS = ("-rss_limit_mb=1500", "-malloc_limit_mb=256", "-timeout=20", "-max_len=8192")


def one_input(data: bytes) -> None:
    """What libFuzzer calls."""
    if data:
        targets()[data[0] % len(targets())].try_on(data[1:])


def write_seeds(corpus: Path) -> None:
    """The genuine inputs, as files that libFuzzer starts from."""
    corpus.mkdir(parents=True, exist_ok=True)
    for number, target in enumerate(targets()):
        for place, seed in enumerate(target.seeds()):
            (corpus / f"{number}-{place}").write_bytes(bytes([number]) + seed)


def main() -> None:
    """Fuzz until an option says to stop."""
    corpus = Path(sys.argv[1])
    write_seeds(corpus)
    atheris.Setup([sys.argv[0], *OPTIONS, *sys.argv[2:], str(corpus)], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
