"""Terms and conditions in words: algebra as people write it."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from accord.query.derived import EPOCH
from accord.query.describe_words import Voice
from accord.query.numbers import decimal_text
from accord.query.plan_rows import (
    Comparison,
    Compound,
    Condition,
    Junction,
    Monomial,
    Predicate,
    Relation,
    Term,
)

_SHOWN_LITERALS: Final = 8


def term_text(term: Term, voice: Voice) -> str:
    """Such as ``wages + 2*age``; a column of its own as its name."""
    if term.columns and not voice.scales:
        if len(term.columns) == len(term.monomials) == 1 and term.monomials[0].coefficient == 1:
            return term.columns[0]
        return voice.words.made_of.format(voice.words.comma.join(term.columns))
    return "".join(_signed(term, voice)) or "0"


def condition_text(condition: Predicate, voice: Voice) -> str:
    """A condition; connectives below connectives stand in parentheses."""
    if isinstance(condition, Condition):
        return _comparison(condition, voice)
    if isinstance(condition, Relation):
        literal = decimal_text(condition.literal, condition.term.scale)
        return f"{term_text(condition.term, voice)} {condition.operator.value} {literal}"
    parts = [condition_text(operand, voice) for operand in condition.operands]
    match condition.junction:
        case Junction.NOT:
            return voice.words.not_.format(parts[0])
        case Junction.IS_TRUE:
            return parts[0]
    joined = [
        f"({part})" if isinstance(operand, Compound) and _joins(operand) else part
        for operand, part in zip(condition.operands, parts, strict=True)
    ]
    if not joined:
        return "TRUE" if condition.junction is Junction.AND else "FALSE"
    return (voice.words.and_ if condition.junction is Junction.AND else voice.words.or_).join(
        joined
    )


def listed(texts: list[str], voice: Voice) -> str:
    """The first few, and how many there are besides."""
    shown, rest = texts[:_SHOWN_LITERALS], len(texts) - _SHOWN_LITERALS
    text = voice.words.comma.join(shown)
    return f"{text} {voice.words.more.format(rest)}" if rest > 0 else text


def _signed(term: Term, voice: Voice) -> Iterator[str]:
    for place, monomial in enumerate(term.monomials):
        sign = "-" if monomial.coefficient < 0 else "+" if place else ""
        yield f" {sign} " if place else sign
        yield _monomial(monomial, term.scale, voice)


def _monomial(monomial: Monomial, scale: int, voice: Voice) -> str:
    """Its coefficient over the columns' own numbers, not over scaled integers."""
    factors, digits = [], scale
    for power in monomial.powers:
        digits -= voice.scales.get(power.column, 0) * power.exponent
        factors.append(power.column if power.exponent == 1 else f"{power.column}^{power.exponent}")
    size = abs(monomial.coefficient) * 10 ** max(0, -digits)
    text = decimal_text(size, max(0, digits))
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "*".join(factors if text == "1" and factors else [text, *factors])


def _joins(compound: Compound) -> bool:
    if compound.junction is Junction.IS_TRUE:
        inner = compound.operands[0]
        return isinstance(inner, Compound) and _joins(inner)
    return compound.junction is not Junction.NOT


def _comparison(condition: Condition, voice: Voice) -> str:
    literals = [_literal(value, condition) for value in condition.literals]
    match condition.operator:
        case Comparison.IS_NULL:
            return voice.words.null.format(condition.column)
        case Comparison.IN:
            return voice.words.in_.format(condition.column, listed(literals, voice))
        case operator:
            return f"{condition.column} {operator.value} {literals[0]}"


def _literal(value: int | str, condition: Condition) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    if condition.date:
        return _day(value)
    return decimal_text(value, condition.scale)


def _day(value: int) -> str:
    """A day outside the calendar is a number: hostile plans are described as well."""
    try:
        return date.fromordinal(EPOCH + value).isoformat()
    except (ValueError, OverflowError):
        return str(value)
