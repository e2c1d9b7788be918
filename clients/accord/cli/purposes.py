"""What a person says a question or a grant is for."""

from accord.domain.errors import RequestError


def check_purpose(purpose: str) -> None:
    """Check that there is one: nobody could be held to an empty purpose.

    Raises:
        RequestError: E-CLI-013; it is empty.
    """
    if not purpose.strip():
        raise RequestError("E-CLI-013")
