"""What a plan says of single rows: numbers that they have, and conditions that they meet.

Part of the format of `accord.query.plan`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Comparison(StrEnum):
    """Operators between a column or term and literals."""

    EQUAL = "="
    NOT_EQUAL = "<>"
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    IN = "in"
    IS_NULL = "is null"


class Junction(StrEnum):
    """Connectives of conditions, with SQL's three-valued logic.

    AND and OR take any number of operands (an empty AND is true, an empty OR false), the
    others one.
    """

    AND = "and"
    OR = "or"
    NOT = "not"
    IS_TRUE = "is true"  # unknown counts as false


@dataclass(frozen=True, slots=True)
class Power:
    """``column ** exponent``; the exponent is at least 1."""

    column: str
    exponent: int


@dataclass(frozen=True, slots=True)
class Monomial:
    """``coefficient * product of powers``; powers sorted by column, none for a constant."""

    coefficient: int
    powers: tuple[Power, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A number that each row has: a polynomial of its columns.

    Attributes:
        monomials: Over scaled integers, sorted by their powers, no two with equal powers;
            empty for zero.
        columns: All columns it was written with, sorted: NULL in one of them makes the
            term NULL, also where its coefficient has become zero.
        scale: The number is the polynomial divided by 10**scale.
        minimum: Of the polynomial, by interval arithmetic from the columns' bounds.
        maximum: Likewise.
    """

    monomials: tuple[Monomial, ...]
    columns: tuple[str, ...]
    scale: int
    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Condition:
    """``column OPERATOR literals``.

    Attributes:
        literals: Integers (scaled, or days) or text; one for a comparison, several for
            IN, none for IS NULL.  A literal finer than the column's scale is folded away
            by the compiler (``age > 59.5`` becomes ``age >= 60``).
        scale: Digits after the point of the column, so that a plan can be put into
            words without its table.
        date: Whether the literals are days.
    """

    column: str
    operator: Comparison
    literals: tuple[int | str, ...]
    scale: int = 0
    date: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """``term OPERATOR literal``: columns compared with each other, or arithmetic of them.

    Attributes:
        operator: None of IN and IS NULL.
        literal: On the scale of the term.
    """

    term: Term
    operator: Comparison
    literal: int


@dataclass(frozen=True, slots=True)
class Compound:
    """A connective over conditions."""

    junction: Junction
    operands: tuple["Condition | Relation | Compound", ...]


Predicate: TypeAlias = Condition | Relation | Compound
