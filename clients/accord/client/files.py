"""Files a person names, and what is never done to them."""

from pathlib import Path

from accord.domain.errors import RequestError


def check_new(path: Path) -> None:
    """Check, before anything is asked for, that a file to be written does not exist yet.

    Raises:
        RequestError: E-CLI-014; it does.
    """
    if path.exists() or path.is_symlink():
        raise RequestError("E-CLI-014", file=str(path))


def write_new_file(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet: what a person has edited is not replaced.

    Raises:
        RequestError: E-CLI-014 it exists; E-CLI-003 it cannot be written.
    """
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise RequestError("E-CLI-014", file=str(path)) from None
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise RequestError("E-CLI-003", file=str(path), problem=problem) from None
