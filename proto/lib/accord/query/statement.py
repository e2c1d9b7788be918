"""SQL text to one SELECT statement, and where in the text a part of it stands.

Parser: sqlglot, DuckDB dialect.  It accepts far more than we answer; everything that
`accord.query.compile` does not know by name is refused there.
"""

from dataclasses import dataclass
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from accord.domain.errors import KINDS, AccordError, Fact, RequestError, catalogue
from accord.domain.text import is_plain, printable

MAX_SQL_CHARACTERS: Final = 20_000
_DIALECT: Final = "duckdb"
_OPENINGS: Final = frozenset({"SELECT", "WITH", "FROM", "("})  # DuckDB has FROM first, too
_SHOWN_CHARACTERS: Final = 40  # of what was typed, in an error


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT and the text it was read from."""

    sql: str
    select: exp.Select

    def error(self, code: str, node: exp.Expr | None, **facts: Fact) -> AccordError:
        """The error ``code``, pointing at ``node``; the catalogue decides its class."""
        line, position = _place(self.sql, node)
        return _error(code, {"line": line, "position": position, **facts})

    def error_at_word(self, code: str, word: str, **facts: Fact) -> AccordError:
        """Like `error`, pointing at the first token ``word``: clauses carry no place."""
        first = word.split(maxsplit=1)[0]
        tokens = sqlglot.tokenize(self.sql, read=_DIALECT)
        start = next((item.start for item in tokens if item.text.upper().split()[:1] == [first]), 0)
        line, position = _line_and_position(self.sql, start)
        return _error(code, {"line": line, "position": position, **facts})

    def word(self, node: exp.Expr, default: str) -> str:
        """The function's name as it was typed, in capitals: VARIANCE stays VARIANCE."""
        start, end = node.meta.get("start"), node.meta.get("end")
        typed = self.sql[start : end + 1].upper() if start is not None and end else ""
        return typed if typed.replace("_", "").isalpha() else default

    @staticmethod
    def too_deep() -> AccordError:
        """The text is longer or more nested than a question may be."""
        return RequestError("E-SQL-003", limit=MAX_SQL_CHARACTERS)


def parse_statement(sql: str) -> Statement:
    """Read exactly one SELECT.

    Raises:
        RequestError: E-SQL-001 not SQL; E-SQL-002 not exactly one SELECT; E-SQL-003
            too long or nested too deeply; E-SQL-040 another statement, or none; E-SQL-042
            a character that cannot be printed.
    """
    if len(sql) > MAX_SQL_CHARACTERS:
        raise Statement.too_deep()
    _check_plain(sql)
    found = [node for node in _parse(sql) if node is not None and type(node) is not exp.Semicolon]
    if len(found) == 1 and isinstance(found[0], exp.Select):
        return Statement(sql, found[0])
    if len(found) == 1 and not isinstance(found[0], exp.SetOperation):
        raise RequestError("E-SQL-040", start=_first_word(sql))
    selects = [select for node in found for select in _joined(node)]
    raise RequestError("E-SQL-002", statements=len(selects))


def _check_plain(sql: str) -> None:
    """Comments reach everybody who reads the question, and so does what stands in them."""
    strange = [place for place, one in enumerate(sql) if not is_plain(one, besides="\n\t")]
    if strange:
        line, position = _line_and_position(sql, strange[0])
        shown = printable(sql[strange[0]])
        raise RequestError("E-SQL-042", line=line, position=position, character=shown)


def _joined(node: exp.Expr) -> list[exp.Expr]:
    """The statements that UNION and the like join; ``node`` itself if it joins none."""
    if isinstance(node, exp.SetOperation):
        return [part for side in (node.this, node.expression) for part in _joined(side)]
    return [node]


def _first_word(sql: str) -> str:
    """The first word, comments left out; empty where an open quote leaves no words."""
    try:
        tokens = sqlglot.tokenize(sql, read=_DIALECT)
    except SqlglotError:
        return ""
    return tokens[0].text[:_SHOWN_CHARACTERS] if tokens else ""


def _error(code: str, facts: dict[str, Fact]) -> AccordError:
    return KINDS[catalogue()[code].kind](code, detail="", record="", **facts)


def _parse(sql: str) -> list[exp.Expr | None]:
    try:
        return list(sqlglot.parse(sql, read=_DIALECT))
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        near = str(first.get("highlight") or "")
        position = max(1, int(first.get("col") or 1) - len(near) + 1)
        line = int(first.get("line") or 1)
    except SqlglotError:  # an unclosed quote or comment: no place is told
        near, line, position = sql.strip()[-20:], sql.count("\n") + 1, 1
    except RecursionError:
        raise Statement.too_deep() from None
    start = _first_word(sql)
    if start and start.upper() not in _OPENINGS:  # a parser trips over SELEC far behind it
        raise RequestError("E-SQL-040", start=start)
    raise RequestError("E-SQL-001", near=near, line=line, position=position)


def _place(sql: str, node: exp.Expr | None) -> tuple[int, int]:
    while node is not None:
        starts = [part.meta["start"] for part in node.walk() if "start" in part.meta]
        if starts:
            return _line_and_position(sql, min(starts))
        node = node.parent
    return 1, 1


def _line_and_position(sql: str, start: int) -> tuple[int, int]:
    before = sql[:start]
    return before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1
