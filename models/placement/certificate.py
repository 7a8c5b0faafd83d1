"""What the prices prove, ready for a separate verifier.

The bound is added up in whole hundredths over every eligible home, so that a
separate verifier, with its own code and the raw tables, comes to the same
number.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.placement.problem import FloatArray
from models.placement.search import Priced


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit on the whole plan in a certificate.

    Attributes
    ----------
    name : str
    price : float
        Hundredths of a point for each unit.
    limit : int
    """

    name: str
    price: float
    limit: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """Prices, and the bound they prove.

    Attributes
    ----------
    home : ndarray of float, shape (n_homes, 3)
        Whole hundredths of a point for each, each two and each three places taken.
    limits : tuple of Limit
    bound : int
        Hundredths of a point.
    """

    home: FloatArray
    limits: tuple[Limit, ...]
    bound: int


def certify(priced: Priced) -> Certificate:
    """Give the certificate of a solution.

    Parameters
    ----------
    priced : Priced
    """
    limits = tuple(
        Limit(rule.name, float(price), int(rule.limit))
        for rule, price in zip(priced.market.rules, priced.prices.side, strict=True)
    )
    return Certificate(priced.prices.home, limits, priced.solution.bound)
