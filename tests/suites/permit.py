"""An access permit without a log, for tests of what needs one."""

from accord.ledger import permits


def permit_for_tests() -> permits.AccessPermit:
    return permits.AccessPermit(b"\0" * 16, 0, "member", permits._MINT)
