"""The tables of the demo consortium: which columns of the CPS file, at which department."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a demo table and where it comes from.

    Attributes:
        source: Column of the CPS file.
        unit: What a value counts, empty for codes.
        coded: Whether the values are codes with a public domain rather than amounts.
    """

    name: str
    source: str
    en: str
    zh: str
    unit: str = "USD"
    coded: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A demo table.

    Attributes:
        served: Source columns; a person has a row if any of them is not zero.
    """

    name: str
    en: str
    zh: str
    parts: tuple[str, ...]
    served: tuple[str, ...]
    columns: tuple[Column, ...]


TAX_OFFICES = ("tax_north", "tax_central", "tax_south")
AGE = Column("age", "age_head", "Age", "年龄", "years")
TABLES = (
    Table(
        "income",
        "Income tax returns",
        "所得税申报",
        TAX_OFFICES,
        ("e00200", "e00900", "e00300", "e00600"),
        (
            Column("region", "fips", "Region (state code)", "地区（州代码）", "", coded=True),
            AGE,
            Column("marital", "MARS", "Filing status", "申报身份（婚姻）", "", coded=True),
            Column("wages", "e00200", "Wages and salaries", "工资薪金"),
            Column("business", "e00900", "Net business income", "经营净收入"),
            Column("interest", "e00300", "Taxable interest", "应税利息"),
            Column("dividends", "e00600", "Ordinary dividends", "普通股息"),
            Column("state_tax", "e18400", "State and local tax paid", "已缴州和地方税"),
            Column("donations", "e19800", "Charitable cash donations", "慈善现金捐赠"),
        ),
    ),
    Table(
        "benefits",
        "Social assistance",
        "社会救助",
        ("civil_affairs",),
        ("snap_ben", "tanf_ben", "ssi_ben", "wic_ben"),
        (
            Column("household", "XTOT", "People in the household", "家庭人数", "persons"),
            Column("children", "nu18", "Children under 18", "未满18岁子女数", "persons"),
            Column("snap", "snap_ben", "Food assistance (SNAP)", "食品补助"),
            Column("tanf", "tanf_ben", "Family assistance (TANF)", "困难家庭补助"),
            Column("ssi", "ssi_ben", "Supplemental security income (SSI)", "补充保障金"),
            Column("wic", "wic_ben", "Mother and child nutrition (WIC)", "母婴营养补助"),
        ),
    ),
    Table(
        "health",
        "Health insurance benefits",
        "医疗保险待遇",
        ("health",),
        ("mcaid_ben", "mcare_ben"),
        (
            AGE,
            Column("mcaid", "mcaid_ben", "Medicaid, insurance value", "医疗救助（保险价值）"),
            Column("mcare", "mcare_ben", "Medicare, insurance value", "老年医保（保险价值）"),
        ),
    ),
    Table(
        "pensions",
        "Pensions and unemployment",
        "养老与失业待遇",
        ("social_security",),
        ("e02400", "e02300", "e01700"),
        (
            Column("pension", "e02400", "Public old-age and survivors pension", "基本养老金"),
            Column("unemployment", "e02300", "Unemployment insurance", "失业保险金"),
            Column("social", "e01700", "Occupational pensions and annuities", "职业养老金与年金"),
        ),
    ),
)
