"""The words of `accord.query.describe` in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from accord.query.plan_answer import Function


@dataclass(frozen=True, slots=True)
class Words:
    """Templates; ``{0}`` is what the phrase is about."""

    functions: Mapping[Function, str]
    count_of: str
    joined_arms: str
    per_arm: str
    made_of: str
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
    margins: str
    cross: str
    having: str
    order: str
    descending: str
    limit: str
    offset: str


@dataclass(frozen=True, slots=True)
class Voice:
    """How a plan is put into words.

    Attributes:
        scales: Digits after the point by column; empty if the table is not at hand.
    """

    words: Words
    scales: Mapping[str, int]


ENGLISH: Final = Words(
    functions={
        Function.COUNT: "the number of rows",
        Function.SUM: "the sum of {0}",
        Function.AVG: "the mean of {0}",
        Function.VAR_POP: "the population variance of {0}",
        Function.VAR_SAMP: "the sample variance of {0}",
        Function.STDDEV_POP: "the population standard deviation of {0}",
        Function.STDDEV_SAMP: "the sample standard deviation of {0}",
        Function.COVAR_POP: "the population covariance of {0} and {1}",
        Function.COVAR_SAMP: "the sample covariance of {0} and {1}",
        Function.CORR: "the correlation of {0} and {1}",
        Function.REGR_SLOPE: "the slope of {0} on {1}",
        Function.REGR_INTERCEPT: "the intercept of {0} on {1}",
        Function.REGR_R2: "R2 of {0} on {1}",
        Function.REGR_COUNT: "the number of rows with both {0} and {1}",
        Function.REGR_AVGX: "the mean of {1} where {0} is known",
        Function.REGR_AVGY: "the mean of {0} where {1} is known",
        Function.REGR_SXX: "the sum of squared deviations of {1} where {0} is known",
        Function.REGR_SYY: "the sum of squared deviations of {0} where {1} is known",
        Function.REGR_SXY: "the sum of products of deviations of {0} and {1}",
        Function.OLS_COEFFICIENT: "the regression of {0} on {1}",
        Function.CHI_SQUARE: "the chi-square test of independence",
    },
    count_of="the number of rows with a value of {0}",
    joined_arms="by cases ({0})",
    per_arm="{1} where {0}",
    made_of="an expression of {0}",
    and_=" and ",
    or_=" or ",
    not_="not ({0})",
    in_="{0} is one of {1}",
    null="{0} is NULL",
    more="and {0} more",
    comma=", ",
    whole="From all parts of table {table}{where}: {outputs}{groups}{rows}.",
    where=", rows where {0}",
    groups=", for each {0} ({1} groups in all)",
    group=" and ",
    margins=", with margins over {0}",
    cross=", over the cross table of {0} ({1} cells)",
    having="; rows are shown where {0}",
    order="; in the order of {0}",
    descending="{0} falling",
    limit="; {0} rows at most",
    offset="; after the first {0}",
)
CHINESE: Final = Words(
    functions={
        Function.COUNT: "行数",
        Function.SUM: "{0} 的总和",
        Function.AVG: "{0} 的均值",
        Function.VAR_POP: "{0} 的总体方差",
        Function.VAR_SAMP: "{0} 的样本方差",
        Function.STDDEV_POP: "{0} 的总体标准差",
        Function.STDDEV_SAMP: "{0} 的样本标准差",
        Function.COVAR_POP: "{0} 与 {1} 的总体协方差",
        Function.COVAR_SAMP: "{0} 与 {1} 的样本协方差",
        Function.CORR: "{0} 与 {1} 的相关系数",
        Function.REGR_SLOPE: "{0} 对 {1} 的回归斜率",
        Function.REGR_INTERCEPT: "{0} 对 {1} 的回归截距",
        Function.REGR_R2: "{0} 对 {1} 的决定系数",
        Function.REGR_COUNT: "{0} 与 {1} 均非空的行数",
        Function.REGR_AVGX: "{0} 非空时 {1} 的均值",
        Function.REGR_AVGY: "{1} 非空时 {0} 的均值",
        Function.REGR_SXX: "{0} 非空时 {1} 的离差平方和",
        Function.REGR_SYY: "{1} 非空时 {0} 的离差平方和",
        Function.REGR_SXY: "{0} 与 {1} 的离差乘积和",
        Function.OLS_COEFFICIENT: "{0} 对 {1} 的回归",
        Function.CHI_SQUARE: "独立性卡方检验",
    },
    count_of="{0} 非空的行数",
    joined_arms="分情形 ({0})",
    per_arm="条件 {0} 时取 {1}",
    made_of="由 {0} 组成的表达式",
    and_=" 且 ",
    or_=" 或 ",
    not_="非 ({0})",
    in_="{0} 属于 {1}",
    null="{0} 为 NULL",
    more="等另外 {0} 个",
    comma="、",
    whole="取表 {table} 的所有部分{where}: {outputs}{groups}{rows}。",
    where=", 条件为 {0}",
    groups=", 按 {0} 分组 (共 {1} 组)",
    group="、",
    margins=", 含 {0} 的合计",
    cross=", 基于 {0} 的列联表 (共 {1} 格)",
    having="; 只显示满足 {0} 的行",
    order="; 按 {0} 排序",
    descending="{0} 降序",
    limit="; 至多 {0} 行",
    offset="; 略去前 {0} 行",
)
