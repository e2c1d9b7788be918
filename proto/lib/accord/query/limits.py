"""How large a plan may be, so that reading a hostile one costs what its length says.

The compiler refuses questions beyond these with its own sentences; readers refuse plans.
"""

from typing import Final

MAX_SUM: Final = 2**127 - 1  # owners sum in signed 128-bit integers (DuckDB HUGEINT)
MAX_NUMBERS: Final = 4_000  # counts, or sums, per cell
MAX_ALL_NUMBERS: Final = 2**21  # counts and sums of all cells: owners encrypt them
MAX_GROUPS: Final = 16
MAX_TERMS: Final = 256
MAX_ARMS: Final = 256
MAX_OUTPUTS: Final = 512
MAX_REGRESSORS: Final = 8
MAX_CROSS_PLACES: Final = 1_024  # rows, or columns, of a cross table

MAX_MONOMIALS: Final = 256
MAX_DEGREE: Final = 16  # of one monomial, all its powers together
# Of what is summed; with its products, four: sums of n powers say the values of n rows.
MAX_SUMMED_DEGREE: Final = 2
MAX_COEFFICIENT: Final = 2**256
MAX_TERM_SCALE: Final = 36

MAX_PREDICATE_NODES: Final = 20_000  # of WHERE, arms and cases together
MAX_REACHED: Final = 2**27  # these nodes, times the longest domain they may cut
MAX_EXPRESSION_NODES: Final = 256  # of one output, HAVING or ORDER BY item
MAX_SCALE: Final = 18  # digits of a literal, and of ROUND
MAX_LITERAL: Final = 2**256
MAX_EVALUATIONS: Final = 2**24  # nodes of all expressions, times cells
CONDITION_WORK: Final = 2_000  # what a condition number takes, in simple functions
