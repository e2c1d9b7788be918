"""One consortium and one honest bundle per test process; nobody changes either."""

from functools import cache

from accord.domain import codec
from accord.domain.bundle import Bundle
from accord.domain.card import Trust
from accord.domain.signed import Signed
from accord.privacy.parameters import INSECURE_TESTING_KEY_BITS
from accord.verify.bundle import verify_bundle
from accord.verify.report import Report
from tests.simulation.consortium import Consortium
from tests.simulation.run import run_question


@cache
def valley() -> Consortium:
    """The consortium of most tests; its logs grow with every run in it."""
    return Consortium()


@cache
def honest_file() -> bytes:
    """A genuine bundle of `valley`."""
    return run_question(valley())


@cache
def honest_bundle() -> Bundle:
    """What `honest_file` holds."""
    return codec.decode(Signed, honest_file()).unsafe_open(Bundle)


def verify(data: bytes, trust: Trust | None = None) -> Report:
    """Verify, with the small keys of `valley` let through."""
    bits = INSECURE_TESTING_KEY_BITS
    return verify_bundle(data, trust or valley().trust, unsafe_minimum_bits=bits)
