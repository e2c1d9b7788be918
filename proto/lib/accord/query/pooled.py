"""The moments of an aggregate over all its arms, on one scale: integers, exact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accord.query.functions import Factors, moment_factors
from accord.query.plan import Plan
from accord.query.plan_answer import Aggregate, Piece


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


@dataclass(frozen=True, slots=True)
class _Sum:
    """One variable over one arm: (sum above the minimum + n * minimum) * lift."""

    moment: int
    count: int
    minimum: int
    lift: int

    def of(self, sums: Sequence[int]) -> int:
        return (sums[self.moment] + sums[self.count] * self.minimum) * self.lift


@dataclass(frozen=True, slots=True)
class _Product:
    """With a = a' + p and b = b' + q: sums of a'b' + q a' + p b' + pq, times the lift."""

    moment: int
    first: _Sum
    second: _Sum

    def of(self, sums: Sequence[int]) -> int:
        first, second = self.first, self.second
        p, q = first.minimum, second.minimum
        value = sums[self.moment] + q * sums[first.moment] + p * sums[second.moment]
        return (value + p * q * sums[first.count]) * first.lift * second.lift


@dataclass(frozen=True, slots=True)
class Pooling:
    """How the moments of one aggregate are pooled: the same in every cell.

    Attributes:
        counts: Places of the counts, one per arm.
        scales: As in `Pooled`.
        sums: Per variable, one per arm.
        products: Per two variables, one per arm.
    """

    counts: tuple[int, ...]
    scales: tuple[int, ...]
    sums: tuple[tuple[_Sum, ...], ...]
    products: Mapping[Factors, tuple[_Product, ...]]

    def pool(self, sums: Sequence[int]) -> Pooled:
        """The moments of one released cell, from one sum per measure of the plan."""
        return Pooled(
            n=sum(sums[place] for place in self.counts),
            scales=self.scales,
            sums=tuple(sum(arm.of(sums) for arm in arms) for arms in self.sums),
            products={
                pair: sum(arm.of(sums) for arm in arms) for pair, arms in self.products.items()
            },
        )


def pooling_of(plan: Plan, aggregate: Aggregate) -> Pooling:
    """The pooling of an aggregate of a plan that `accord.query.shape.check_plan` has checked."""
    places = range(len(aggregate.pieces[0].terms))
    scales = tuple(
        max(plan.terms[piece.terms[place]].scale for piece in aggregate.pieces) for place in places
    )
    factors = moment_factors(aggregate.function, len(places))
    arms = [_sums_of(plan, piece, scales) for piece in aggregate.pieces]
    return Pooling(
        counts=tuple(piece.moments[0] for piece in aggregate.pieces),
        scales=scales,
        sums=tuple(tuple(arm[place] for arm in arms) for place in places),
        products={
            pair: tuple(
                _Product(piece.moments[at], arm[pair[0]], arm[pair[1]])
                for piece, arm in zip(aggregate.pieces, arms, strict=True)
            )
            for at, pair in enumerate(factors)
            if len(pair) > 1
        },
    )


def _sums_of(plan: Plan, piece: Piece, scales: Sequence[int]) -> tuple[_Sum, ...]:
    """Moments begin with the count and the variables, in order."""
    terms = [plan.terms[index] for index in piece.terms]
    return tuple(
        _Sum(piece.moments[1 + place], piece.moments[0], term.minimum, 10 ** (scale - term.scale))
        for place, (term, scale) in enumerate(zip(terms, scales, strict=True))
    )
