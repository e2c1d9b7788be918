"""The moments of an aggregate over all its arms, on one scale: integers, exact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from accord.query.functions import Factors, moment_factors
from accord.query.plan import Aggregate, Piece, Plan, Term


@dataclass(frozen=True, slots=True)
class Pooled:
    """What a function is computed from.

    Attributes:
        n: Number of rows.
        scales: Per variable.
        sums: Per variable, of its values times 10**scale.
        products: By two variables (the first not after the second), of their products
            times 10**(sum of both scales).
    """

    n: int
    scales: tuple[int, ...]
    sums: tuple[int, ...]
    products: Mapping[Factors, int]

    def spread(self, first: int, second: int) -> int:
        """n**2 times the population covariance, times 10**(sum of both scales)."""
        return self.n * self.products[first, second] - self.sums[first] * self.sums[second]


def pool(plan: Plan, aggregate: Aggregate, sums: Sequence[int]) -> Pooled:
    """The moments of one released cell.

    Args:
        plan: Checked by `accord.query.shape.check_plan`.
        aggregate: Of ``plan``.
        sums: One per measure of the plan.
    """
    variables = len(aggregate.pieces[0].terms)
    factors = moment_factors(aggregate.function, variables)
    scales = tuple(_scale(plan, aggregate, place) for place in range(variables))
    totals = dict.fromkeys(factors, 0)
    for piece in aggregate.pieces:
        terms = [plan.terms[index] for index in piece.terms]
        for each, value in _unshifted(piece, factors, terms, sums).items():
            lift = sum(scales[place] - terms[place].scale for place in each)
            totals[each] += value * 10**lift
    return Pooled(
        n=totals[()],
        scales=scales,
        sums=tuple(totals[place,] for place in range(variables)),
        products={each: value for each, value in totals.items() if len(each) > 1},
    )


def _scale(plan: Plan, aggregate: Aggregate, place: int) -> int:
    return max(plan.terms[piece.terms[place]].scale for piece in aggregate.pieces)


def _unshifted(
    piece: Piece, factors: Sequence[Factors], terms: Sequence[Term], sums: Sequence[int]
) -> dict[Factors, int]:
    """Sums of the terms themselves, from sums of what they are above their minimum.

    With a = a' + p and b = b' + q: the sum of ab is that of a'b', q times that of a', p
    times that of b', and n times pq.
    """
    above = {each: sums[moment] for each, moment in zip(factors, piece.moments, strict=True)}
    count, found = above[()], {}
    for each, value in above.items():
        lows = [terms[place].minimum for place in each]
        crossed = 0
        if len(each) > 1:
            crossed = above[each[0],] * lows[1] + above[each[1],] * lows[0]
        found[each] = value + crossed + (count * prod(lows) if each else 0)
    return found
