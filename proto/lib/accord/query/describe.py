"""A plan in words, one sentence: for dry runs, stewards and the verifier.

Said is what is computed and opened, not how its columns are named: every aggregate once,
also of those that stand only in HAVING or ORDER BY.
"""

from accord.domain.catalogue import Table
from accord.domain.errors import Language
from accord.query.describe_terms import condition_text, listed, term_text
from accord.query.describe_words import CHINESE, ENGLISH, Voice
from accord.query.expressions import aggregates_of, expressions_of
from accord.query.functions import CROSS, OLS
from accord.query.numbers import decimal_text
from accord.query.plan import Plan
from accord.query.plan_answer import (
    Aggregate,
    Expression,
    Function,
    Grouping,
    Label,
    Number,
    Operation,
    Operator,
    Piece,
    Text,
)

_CALLS = frozenset(
    {Operator.ABS, Operator.SQRT, Operator.ROUND, Operator.COALESCE, Operator.NULLIF}
)


def describe(plan: Plan, language: Language = "en", table: Table | None = None) -> str:
    """What the plan computes, as one sentence.

    Args:
        plan: Checked.
        language: Of the sentence.
        table: Without it, arithmetic of columns is named but not spelt out: a plan does not
            say how many digits after the point its columns have.
    """
    scales = {} if table is None else {column.name: column.scale for column in table.columns}
    voice = Voice(CHINESE if language == "zh" else ENGLISH, scales)
    return voice.words.whole.format(
        table=plan.table,
        where=voice.words.where.format(condition_text(plan.where, voice)) if plan.where else "",
        outputs=voice.words.comma.join(_computed(plan, voice)),
        groups=_groups(plan, voice),
        rows=_rows(plan, voice),
    )


def _computed(plan: Plan, voice: Voice) -> list[str]:
    """Every aggregate in words, with the unit of an output that shows it as it is."""
    units = {output.expression: output.unit for output in plan.outputs}
    found: dict[str, None] = {}
    for expression in expressions_of(plan):
        for aggregate in aggregates_of(expression):
            unit = "" if aggregate.function in OLS else units.get(aggregate, "")
            text = _aggregate(plan, aggregate, voice)
            found[f"{text} ({unit})" if unit else text] = None
    return list(found)


def _aggregate(plan: Plan, aggregate: Aggregate, voice: Voice) -> str:
    function = aggregate.function
    if function in OLS:
        function = Function.OLS_COEFFICIENT
    if function in CROSS:
        function = Function.CHI_SQUARE
    texts = [_piece(plan, function, piece, voice) for piece in aggregate.pieces]
    if len(texts) == 1:
        return texts[0]
    return voice.words.joined_arms.format(voice.words.comma.join(texts))


def _piece(plan: Plan, function: Function, piece: Piece, voice: Voice) -> str:
    """One arm; of CASE only its argument, for the function is said once."""
    count = plan.measures[piece.moments[0]]
    arm = None if count.arm is None else condition_text(plan.arms[count.arm], voice)
    variables = [term_text(plan.terms[index], voice) for index in piece.terms]
    if function is Function.OLS_COEFFICIENT:
        variables = [variables[0], voice.words.comma.join(variables[1:])]
    if function is Function.COUNT and count.present:
        text = voice.words.count_of.format(voice.words.comma.join(count.present))
    else:
        text = voice.words.functions[function].format(*variables)
    return text if arm is None else voice.words.per_arm.format(arm, text)


def _groups(plan: Plan, voice: Voice) -> str:
    if not plan.groups:
        return ""
    names = voice.words.group.join(group.name for group in plan.groups)
    if plan.cross:
        return voice.words.cross.format(names, plan.cells)
    finest, *coarser = plan.sets
    text = voice.words.groups.format(names, plan.cells)
    if not coarser:
        return text
    over = [plan.groups[group].name for group in finest if group not in coarser[-1]]
    return text + voice.words.margins.format(voice.words.group.join(over))


def _rows(plan: Plan, voice: Voice) -> str:
    """HAVING, ORDER BY and LIMIT: what of the released rows is shown, and in which order."""
    text = ""
    if plan.having is not None:
        text += voice.words.having.format(_expression(plan, plan.having, voice))
    if plan.order:
        items = [
            voice.words.descending.format(shown) if item.descending else shown
            for item in plan.order
            for shown in [_expression(plan, item.expression, voice)]
        ]
        text += voice.words.order.format(listed(items, voice))
    if plan.limit is not None:
        text += voice.words.limit.format(plan.limit)
    if plan.offset:
        text += voice.words.offset.format(plan.offset)
    return text


def _expression(plan: Plan, expression: Expression, voice: Voice) -> str:
    match expression:
        case Aggregate():
            return _aggregate(plan, expression, voice)
        case Label(group=place):
            return plan.groups[place].name
        case Grouping(over=place):
            return f"GROUPING({plan.groups[place].name})"
        case Number(value=value, scale=scale):
            return decimal_text(value, scale)
        case Text(value=value):
            return f"'{value}'"
        case Operation():
            return _operation(plan, expression, voice)


def _operation(plan: Plan, operation: Operation, voice: Voice) -> str:
    parts = [_expression(plan, operand, voice) for operand in operation.operands]
    operator = operation.operator
    words = voice.words
    before = {Operator.NOT: words.not_, Operator.IS_NULL: words.null, Operator.NEGATE: "-{0}"}
    if operator in before:
        return before[operator].format(parts[0])
    if operator in _CALLS:
        return f"{operator.value.upper()}({', '.join(parts)})"
    between = {Operator.AND: words.and_, Operator.OR: words.or_}
    return f"({between.get(operator, f' {operator.value} ').join(parts)})"
