"""LIKE, ILIKE and their relatives over coded text: decided now, for each public value."""

from collections.abc import Callable

from sqlglot import exp

from accord.query.comparisons import not_a_condition
from accord.query.literals import plain_text
from accord.query.nearest import nearest
from accord.query.plan_rows import Compound, Junction, Predicate
from accord.query.scope import Scope
from accord.query.step_functions import compile_texts
from accord.query.text_functions import like

MAX_PATTERN_CHARACTERS = 1_000


def pattern_condition(scope: Scope, node: exp.Expr) -> Predicate:
    """A condition on a text column by the look of its public values.

    Raises:
        AccordError: E-SQL-022; E-SQL-062 not text; E-SQL-065 no public value looks so;
            E-SQL-018.
    """
    escape = ""
    if isinstance(node, exp.Escape):
        escape, node = plain_text(scope, "ESCAPE", node.expression), node.this
    texts = compile_texts(scope, node.this)
    if texts is None or len(escape) > 1 or not isinstance(node.expression.unnest(), exp.Literal):
        raise not_a_condition(scope, node)
    pattern = plain_text(scope, texts.column.name, node.expression)
    matches = _matcher(scope, node, pattern, escape)
    if not any(matches(str(value)) for value in texts.values):
        hint = nearest(pattern.strip("%"), [str(value) for value in texts.values])
        raise scope.statement.error(
            "E-SQL-065",
            node.expression,
            column=texts.column.name,
            pattern=pattern,
            nearest=hint,
        )
    found = texts.where(lambda value: matches(str(value)))
    return Compound(Junction.NOT, (found,)) if node.args.get("negate") else found


def _matcher(scope: Scope, node: exp.Expr, pattern: str, escape: str) -> Callable[[str], bool]:
    if isinstance(node, exp.StartsWith):
        return lambda text: text.startswith(pattern)
    if isinstance(node, exp.EndsWith):
        return lambda text: text.endswith(pattern)
    if isinstance(node, exp.Contains):
        return lambda text: pattern in text
    try:
        if len(pattern) <= MAX_PATTERN_CHARACTERS:
            return like(pattern, escape, fold=isinstance(node, exp.ILike))
    except ValueError:
        pass
    raise not_a_condition(scope, node)
