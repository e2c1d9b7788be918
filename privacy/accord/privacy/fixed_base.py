"""Powers of one fixed base, faster the more of them are needed.

A table holds base**(d * 2**(w i)) for every digit d of every place i; a power is then one
multiplication per place.  Building it costs about 2**w multiplications per place, so the
window w follows from the number of powers it will serve: Brickell, Gordon, McCurley,
Wilson, EUROCRYPT 1992.

The table is read at places that depend on the exponent: whoever shares caches with the
process may learn about it.
"""

from typing import Final

from accord.privacy import arithmetic
from accord.privacy.parameters import MAX_WINDOW

_PLAIN_COST: Final = 1.2
"""Multiplications per exponent bit of a power without a table, measured."""


def window_for(exponent_bits: int, powers: int) -> int:
    """The window with the fewest multiplications in all; 0 means no table pays."""

    def cost(window: int) -> float:
        if window == 0:
            return _PLAIN_COST * exponent_bits * powers
        places = -(-exponent_bits // window)
        return float(places * ((1 << window) - 1 + powers))

    return min(range(MAX_WINDOW + 1), key=cost)


class FixedBase:
    """Raises one base to many exponents of at most ``exponent_bits`` bits."""

    def __init__(self, base: int, modulus: int, exponent_bits: int, powers: int) -> None:
        self._base = base
        self._modulus = arithmetic.big(modulus)
        self._exponent_bits = exponent_bits
        self._window = window_for(exponent_bits, powers)
        self._table = self._build() if self._window else []

    def power(self, exponent: int) -> int:
        """``base**exponent`` modulo the modulus.

        Raises:
            ValueError: the exponent is negative or too long.
        """
        if exponent < 0 or exponent.bit_length() > self._exponent_bits:
            raise ValueError("exponent out of range")
        if not self._window:
            return arithmetic.power(self._base, exponent, self._modulus)
        product, digit_mask = arithmetic.big(1), (1 << self._window) - 1
        for row in self._table:
            product = product * row[exponent & digit_mask] % self._modulus
            exponent >>= self._window
        return int(product)

    def _build(self) -> list[list[int]]:
        table, unit = [], arithmetic.big(self._base)
        for _ in range(-(-self._exponent_bits // self._window)):
            row = [arithmetic.big(1)]
            for _ in range((1 << self._window) - 1):
                row.append(row[-1] * unit % self._modulus)
            table.append(row)
            unit = row[-1] * unit % self._modulus
        return table
