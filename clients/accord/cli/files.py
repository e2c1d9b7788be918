"""Reading and writing the files a person names, with errors a person can use."""

from pathlib import Path

from accord.domain.errors import RequestError


def read_file(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        RequestError: E-CLI-002; it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise RequestError("E-CLI-002", file=str(path), problem=_problem(error)) from None


def check_readable(path: Path) -> None:
    """Check that a file can be opened, where only its name goes on.

    Raises:
        RequestError: E-CLI-002; it cannot.
    """
    try:
        with path.open("rb"):
            return
    except OSError as error:
        raise RequestError("E-CLI-002", file=str(path), problem=_problem(error)) from None


def write_file(path: Path, data: bytes) -> None:
    """Write a file, replacing it.

    Raises:
        RequestError: E-CLI-003; it cannot be written.
    """
    try:
        path.write_bytes(data)
    except OSError as error:
        raise RequestError("E-CLI-003", file=str(path), problem=_problem(error)) from None


def _problem(error: OSError) -> str:
    return error.strerror or type(error).__name__
