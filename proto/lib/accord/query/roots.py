"""Square roots that round as the exact ones would."""

from fractions import Fraction
from math import isqrt
from typing import Final

ROOT_DIGITS: Final = 60


def square_root(value: Fraction) -> Fraction:
    """The square root, within 10**-60; exact where it has at most 60 digits.

    An inexact root lies strictly between two multiples of 10**-60 and is given as the
    middle of them: rounding it to fewer digits gives what rounding the exact root gives,
    for it can neither become a tie nor cease to be one.

    Pre-condition: ``value`` is not negative.
    """
    target = value * 100**ROOT_DIGITS
    floor = isqrt(target.numerator // target.denominator)
    inexact = floor * floor != target
    return Fraction(2 * floor + inexact, 2 * 10**ROOT_DIGITS)
