"""Powers of one fixed base, faster the more of them are needed.

The exponent is written as rows of equal length, one below the other; a table holds, for
every possible column, the product of the base's powers that the column selects.  A power
is then one multiplication per column.  Columns are shared out to blocks, each with a table
of its own, so that only as many squarings remain as one block has columns: Lim, Lee, "More
Flexible Exponentiation with Precomputation", CRYPTO 1994.  For the same table it needs
fewer multiplications than one window per digit does: 142 for 1536 bits and 2**15 numbers.

The table is read at places that depend on the exponent: whoever shares caches with the
process may learn about it.
"""

from dataclasses import dataclass
from typing import Final

from accord.privacy import arithmetic
from accord.privacy.parameters import MAX_TABLE_NUMBERS

_PLAIN_COST: Final = 1.2
"""Multiplications per exponent bit of a power without a table, measured."""

_MAX_TEETH: Final = MAX_TABLE_NUMBERS.bit_length() - 1


@dataclass(frozen=True, slots=True)
class Comb:
    """How an exponent is cut up.

    Attributes:
        teeth: Rows; a column has as many bits.
        blocks: Tables that share the columns; 0 means that no table pays.
    """

    teeth: int
    blocks: int

    @property
    def numbers(self) -> int:
        """Size of all tables."""
        return self.blocks << self.teeth

    def columns(self, exponent_bits: int) -> int:
        """Columns of one block."""
        return -(-exponent_bits // (self.teeth * self.blocks))

    def cost(self, exponent_bits: int, powers: int) -> float:
        """Multiplications for the tables and ``powers`` powers."""
        if not self.blocks:
            return _PLAIN_COST * exponent_bits * powers
        columns = self.columns(exponent_bits)
        return exponent_bits + self.numbers + powers * columns * (self.blocks + 1)


PLAIN: Final = Comb(0, 0)


def comb_for(exponent_bits: int, powers: int) -> Comb:
    """The comb with the fewest multiplications in all, within `MAX_TABLE_NUMBERS`."""
    combs = (
        Comb(teeth, 1 << doublings)
        for teeth in range(1, _MAX_TEETH + 1)
        for doublings in range(_MAX_TEETH + 1 - teeth)
    )
    return min((PLAIN, *combs), key=lambda comb: comb.cost(exponent_bits, powers))


class FixedBase:
    """Raises one base to many exponents of at most ``exponent_bits`` bits."""

    def __init__(self, base: int, modulus: int, exponent_bits: int, powers: int) -> None:
        self._base = base
        self._modulus = arithmetic.big(modulus)
        self._exponent_bits = exponent_bits
        self._comb = comb_for(exponent_bits, powers)
        self._tables = self._build() if self._comb.blocks else []

    def power(self, exponent: int) -> int:
        """``base**exponent`` modulo the modulus.

        Raises:
            ValueError: the exponent is negative or too long.
        """
        if exponent < 0 or exponent.bit_length() > self._exponent_bits:
            raise ValueError("exponent out of range")
        if not self._tables:
            return arithmetic.power(self._base, exponent, self._modulus)
        columns, modulus = self._columns, self._modulus
        row = columns * self._comb.blocks
        # Text, since a strided slice of it collects a column faster than shifts do.
        bits = format(exponent, f"0{row * self._comb.teeth}b")
        product = arithmetic.big(1)
        for place in range(columns):  # from the highest column of every block down
            product = product * product % modulus
            for block, table in enumerate(self._tables, 1):
                column = bits[row - block * columns + place :: row]
                product = product * table[int(column, 2)] % modulus
        return int(product)

    @property
    def _columns(self) -> int:
        return self._comb.columns(self._exponent_bits)

    def _build(self) -> list[list[int]]:
        """Per block the products of base**(2**(row * tooth + block * columns))."""
        teeth, blocks = range(self._comb.teeth), self._comb.blocks
        starts, unit = [], arithmetic.big(self._base)
        for _ in range(self._comb.teeth * blocks):
            starts.append(unit)
            unit = arithmetic.power(unit, 1 << self._columns, self._modulus)
        return [
            self._products([starts[tooth * blocks + block] for tooth in teeth])
            for block in range(blocks)
        ]

    def _products(self, factors: list[int]) -> list[int]:
        """The product of every subset, at the number whose bits name the subset."""
        products = [arithmetic.big(1)]
        for factor in map(arithmetic.big, factors):
            products += [product * factor % self._modulus for product in products]
        return products
