"""A plan in words, one sentence: for dry runs, stewards and the verifier."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from accord.domain.errors import Language
from accord.query.numbers import decimal_text
from accord.query.plan import Comparison, Compound, Condition, Function, Junction, Output, Plan

_SHOWN_LITERALS: Final = 8


@dataclass(frozen=True, slots=True)
class _Words:
    functions: Mapping[Function, str]
    and_: str
    or_: str
    not_: str
    in_: str
    null: str
    more: str
    comma: str
    whole: str
    where: str
    groups: str
    group: str


_ENGLISH: Final = _Words(
    functions={
        Function.COUNT: "the number of rows",
        Function.SUM: "the sum of {0}",
        Function.AVG: "the mean of {0}",
        Function.VAR_POP: "the population variance of {0}",
        Function.VAR_SAMP: "the sample variance of {0}",
        Function.STDDEV_POP: "the population standard deviation of {0}",
        Function.STDDEV_SAMP: "the sample standard deviation of {0}",
    },
    and_=" and ",
    or_=" or ",
    not_="not ({0})",
    in_="{0} is one of {1}",
    null="{0} is NULL",
    more="and {0} more",
    comma=", ",
    whole="From all parts of table {table}{where}: {outputs}{groups}.",
    where=", rows where {0}",
    groups=", for each {0} ({1} groups in all)",
    group=" and ",
)
_CHINESE: Final = _Words(
    functions={
        Function.COUNT: "行数",
        Function.SUM: "{0} 的总和",
        Function.AVG: "{0} 的均值",
        Function.VAR_POP: "{0} 的总体方差",
        Function.VAR_SAMP: "{0} 的样本方差",
        Function.STDDEV_POP: "{0} 的总体标准差",
        Function.STDDEV_SAMP: "{0} 的样本标准差",
    },
    and_=" 且 ",
    or_=" 或 ",
    not_="非 ({0})",
    in_="{0} 属于 {1}",
    null="{0} 为 NULL",
    more="等另外 {0} 个",
    comma="、",
    whole="取表 {table} 的所有部分{where}: {outputs}{groups}。",
    where=", 条件为 {0}",
    groups=", 按 {0} 分组 (共 {1} 组)",
    group="、",
)
_COUNT_OF: Final = {"en": "the number of rows with a value of {0}", "zh": "{0} 非空的行数"}


def describe(plan: Plan, language: Language = "en") -> str:
    """What the plan computes, as one sentence."""
    words = _CHINESE if language == "zh" else _ENGLISH
    shown = [_output(item, words, language) for item in plan.outputs if _computes(item)]
    groups = words.group.join(group.column for group in plan.groups)
    return words.whole.format(
        table=plan.table,
        where=words.where.format(_condition(plan.where, words)) if plan.where else "",
        outputs=words.comma.join(shown),
        groups=words.groups.format(groups, plan.cells) if plan.groups else "",
    )


def _computes(output: Output) -> bool:
    return output.function is not Function.GROUP


def _output(output: Output, words: _Words, language: Language) -> str:
    if output.function is Function.COUNT and output.column:
        return _COUNT_OF[language].format(output.column)
    text = words.functions[output.function].format(output.column)
    return f"{text} ({output.unit})" if output.unit else text


def _condition(condition: Condition | Compound, words: _Words) -> str:
    if isinstance(condition, Condition):
        return _comparison(condition, words)
    parts = [_condition(operand, words) for operand in condition.operands]
    if condition.junction is Junction.NOT:
        return words.not_.format(parts[0])
    joined = [
        f"({part})" if isinstance(operand, Compound) and _joins(operand) else part
        for operand, part in zip(condition.operands, parts, strict=True)
    ]
    return (words.and_ if condition.junction is Junction.AND else words.or_).join(joined)


def _joins(compound: Compound) -> bool:
    return compound.junction is not Junction.NOT


def _comparison(condition: Condition, words: _Words) -> str:
    literals = [_literal(value, condition.scale) for value in condition.literals]
    match condition.operator:
        case Comparison.IS_NULL:
            return words.null.format(condition.column)
        case Comparison.IN:
            return words.in_.format(condition.column, _listed(literals, words))
        case operator:
            return f"{condition.column} {operator.value} {literals[0]}"


def _listed(literals: list[str], words: _Words) -> str:
    shown, rest = literals[:_SHOWN_LITERALS], len(literals) - _SHOWN_LITERALS
    text = words.comma.join(shown)
    return f"{text} {words.more.format(rest)}" if rest > 0 else text


def _literal(value: int | str, scale: int) -> str:
    return f"'{value}'" if isinstance(value, str) else decimal_text(value, scale)
