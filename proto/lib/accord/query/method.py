"""The method note of an answer: what was computed, how, and what is taken on trust."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from accord.domain.answer import WITHHELD, Answer
from accord.domain.catalogue import Table
from accord.domain.errors import Language
from accord.query.condition_number import HIGH_CONDITION
from accord.query.describe import describe
from accord.query.functions import OLS
from accord.query.plan import Plan
from accord.query.plan_answer import Aggregate, Function

_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "minimum": "Every number shown rests on at least {minimum} rows that are not the "
        "asker's own, at two owners or more unless the only one agreed.",
        "withheld": "{withheld} of {cells} groups are withheld; a group without rows looks "
        "the same.",
        "left_out": "Withheld groups are not among the rows: HAVING and LIMIT see released "
        "ones only.",
        "exact": "Sums are exact; every other number is exact arithmetic over them, rounded "
        "half to even once to the digits shown.",
        "condition": "{name}: the condition number is above {limit}, so the data hardly tell "
        "the regressors apart; small changes of them move the coefficients much.",
        "singular": "{name}: the regressors determine each other, or there are too few rows; "
        "there is no single regression.",
        "errors": "Standard errors hold for independent errors of equal variance.",
        "chi_square": "The chi-square tail holds approximately, if expected counts are not small.",
        "inspection": "That each owner counted its true rows, and that the guard opened no "
        "count to anybody, is by inspection only.",
    },
    "zh": {
        "minimum": "所示各数至少基于 {minimum} 行非提问方自有的记录, 且来自两个以上数据方, "
        "除非唯一的数据方同意。",
        "withheld": "{cells} 组中有 {withheld} 组不公布; 没有记录的组看起来相同。",
        "left_out": "不公布的组不在所列行中: HAVING 与 LIMIT 只作用于已公布的组。",
        "exact": "总和精确; 其余各数由其精确算出, 仅按所示位数作一次四舍六入五成双。",
        "condition": "{name}: 条件数大于 {limit}, 数据难以区分各自变量; 自变量的微小变动会使"
        "系数大幅变动。",
        "singular": "{name}: 自变量彼此线性相关, 或记录过少, 回归不唯一。",
        "errors": "标准误以误差独立且方差相等为前提。",
        "chi_square": "卡方尾概率为近似值, 期望频数不宜过小。",
        "inspection": "各数据方是否如实统计其记录、把关方是否未向任何人透露计数, 只能靠现场检查。",
    },
}


def method_note(
    plan: Plan,
    answer: Answer,
    minimum: int,
    language: Language = "en",
    table: Table | None = None,
) -> tuple[str, ...]:
    """One sentence each, the most important first.

    Args:
        plan: Checked.
        answer: Of this plan.
        minimum: Rows behind every released cell, as the question has it.
        language: Of the sentences.
        table: Lets arithmetic of columns be spelt out.
    """
    words = _WORDS[language]
    facts = {"minimum": minimum, "withheld": answer.withheld, "cells": plan.cells}
    keys = ["minimum"]
    if answer.withheld:
        keys.append("withheld")
        if plan.having is not None or plan.limit is not None or plan.offset:
            keys.append("left_out")
    keys.append("exact")
    return (
        describe(plan, language, table),
        *(words[key].format(**facts) for key in keys),
        *_warnings(plan, answer, words),
        words["inspection"],
    )


def _warnings(plan: Plan, answer: Answer, words: Mapping[str, str]) -> Iterator[str]:
    functions = {
        output.expression.function
        for output in plan.outputs
        if isinstance(output.expression, Aggregate)
    }
    for place, output in enumerate(plan.outputs):
        expression = output.expression
        if isinstance(expression, Aggregate) and expression.function is Function.OLS_CONDITION:
            cells = [row[place] for row in answer.rows]
            key = _regression_warning(cells)
            if key:
                yield words[key].format(name=output.name, limit=HIGH_CONDITION)
    if functions & OLS:
        yield words["errors"]
    if Function.CHI_SQUARE_P in functions:
        yield words["chi_square"]


def _regression_warning(cells: list[str | None]) -> str:
    if None in cells:
        return "singular"
    shown = [Decimal(cell) for cell in cells if cell is not None and cell != WITHHELD]
    return "condition" if max(shown, default=Decimal(0)) > HIGH_CONDITION else ""
