"""Foster carers as a stock with flows: recruited, left, approved, available, filled.

A register of today's carers counted as tomorrow's is the hidden assumption of
most sufficiency figures. Households leave at a rate, others are recruited at a
rate, and neither rate is known well for one authority: rates are partially
pooled (gamma-Poisson, the region's mean itself in doubt about the nation's),
drawn anew in every future, and drift. Openings and closures that the register
dates are part of those flows, not added to them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from models.forecast import FloatArray

MONTHS_A_YEAR = 12

NEW_MONTHS = 24
"""Months since approval for which a household counts as new."""

_GRID = 81
_GRID_WIDTH = 4.0


@dataclass(frozen=True, slots=True)
class RatePrior:
    """What is known of a yearly rate a household before any register is seen.

    Attributes
    ----------
    mean : float
        National rate, a year a household.
    region_spread : float
        Standard deviation of the logarithm of a region's mean about it.
    shape : float
        Gamma shape of authorities' lasting rates about the region's.
    yearly_shape : float
        Gamma shape of one year's rate about an authority's lasting one.
    drift : float
        Standard deviation of the logarithm that all rates share, a square root of a year.
    """

    mean: float
    region_spread: float
    shape: float
    yearly_shape: float
    drift: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a register shows of one flow.

    Attributes
    ----------
    events : ndarray of float, shape (n_authorities,)
        Households recruited, or that left.
    exposure : ndarray of float, shape (n_authorities,)
        Household-years in which they could be seen; 0 where the register is silent.
    """

    events: FloatArray
    exposure: FloatArray


@dataclass(frozen=True, slots=True)
class CarerStock:
    """Foster households of the register, and what it dates ahead.

    Attributes
    ----------
    new : ndarray of float, shape (n_authorities, NEW_MONTHS)
        Households by full months since approval.
    settled : ndarray of float, shape (n_authorities,)
        Households approved longer ago, or with no date.
    planned_in, planned_out : ndarray of float, shape (n_authorities, horizon)
        Households that open and that close in a month, as dated.
    places : ndarray of float, shape (n_authorities,)
        Approved places a household; `places_spread`, their standard deviation between households.
    places_in, places_out : ndarray of float, shape (n_authorities, horizon)
        Places of `planned_in` and `planned_out`.
    not_available : ndarray of float, shape (n_authorities,)
        Share of approved places that cannot be used today.
    filled : ndarray of float, shape (n_authorities,)
        Share of the other places in which a child lives.
    """

    new: FloatArray
    settled: FloatArray
    planned_in: FloatArray
    planned_out: FloatArray
    places: FloatArray
    places_spread: float
    places_in: FloatArray
    places_out: FloatArray
    not_available: FloatArray
    filled: FloatArray

    @property
    def households(self) -> FloatArray:
        """Households today, shape (n_authorities,)."""
        return np.asarray(self.new.sum(axis=1) + self.settled)


@dataclass(frozen=True, slots=True)
class ShareDrift:
    """How fast the shares of places not available, and filled, wander.

    Attributes
    ----------
    not_available, filled : float
        Standard deviation of the log odds, a square root of a year; half the variance is
        shared by all authorities.
    """

    not_available: float
    filled: float


@dataclass(frozen=True, slots=True)
class CarerPaths:
    """Futures of foster households and places.

    Attributes
    ----------
    households, recruited, left : ndarray, shape (n_paths, n_authorities, horizon)
        At the month's end; in the month, those that the register dates among them.
    approved, not_available, filled, vacant : ndarray, same shape
        Places; the last three sum to the first.
    hazard : ndarray, same shape
        Chance that a settled household leaves in the month.
    registered : ndarray, shape (n_authorities, horizon)
        Approved places with nothing but dated openings and closures.
    available_today : ndarray, shape (n_authorities,)
        Share of approved places that can be used today.
    """

    households: FloatArray
    recruited: FloatArray
    left: FloatArray
    approved: FloatArray
    not_available: FloatArray
    filled: FloatArray
    vacant: FloatArray
    hazard: FloatArray
    registered: FloatArray
    available_today: FloatArray

    @property
    def usable(self) -> FloatArray:
        """Places filled or vacant, shape (n_paths, n_authorities, horizon)."""
        return self.filled + self.vacant

    @property
    def relative(self) -> FloatArray:
        """Usable places over those of the register with nothing but its dated changes.

        Shape (n_paths, n_authorities, horizon): what multiplies usable places of a register;
        1 where there are none.
        """
        registered = self.registered * self.available_today[:, None]
        usable = self.usable
        return np.divide(usable, registered, out=np.ones(usable.shape), where=registered > 0)


def drawn_rates(
    evidence: Evidence, prior: RatePrior, *, n_paths: int, rng: np.random.Generator
) -> FloatArray:
    """Draw each authority's lasting rate from what the nation, the region and it show.

    Parameters
    ----------
    evidence : Evidence
        Of the register.
    prior : RatePrior
        Before it.
    n_paths : int
        Draws.
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    ndarray, shape (n_paths, n_authorities)
        A year a household. Within a draw, authorities share the region's mean,
        whose posterior is taken on a grid.

    Notes
    -----
    An authority's rate varies from year to year beyond Poisson, so its events
    and exposure count for less: both are divided by 1 + expected events /
    yearly shape.
    """
    heavier = 1.0 + prior.mean * evidence.exposure / prior.yearly_shape
    events, exposure = evidence.events / heavier, evidence.exposure / heavier
    score = np.linspace(-_GRID_WIDTH, _GRID_WIDTH, _GRID)
    mean = prior.mean * np.exp(prior.region_spread * score)
    expected = mean[:, None] * exposure
    likelihood = (
        gammaln(events + prior.shape)
        + prior.shape * np.log(prior.shape / (prior.shape + expected))
        + events * np.log(mean[:, None] / (prior.shape + expected))
    ).sum(axis=1)
    log_weight = likelihood - 0.5 * score**2
    weight = np.exp(log_weight - log_weight.max())
    regional = mean[rng.choice(_GRID, size=n_paths, p=weight / weight.sum())][:, None]
    shape = np.broadcast_to(prior.shape + events, (n_paths, len(events)))
    return np.asarray(rng.standard_gamma(shape) / (prior.shape / regional + exposure))


def drawn_carers(
    stock: CarerStock,
    *,
    recruiting: FloatArray,
    leaving: FloatArray,
    recruit_prior: RatePrior,
    leave_prior: RatePrior,
    drift: ShareDrift,
    new_ratio: FloatArray | None = None,
    rng: np.random.Generator,
) -> CarerPaths:
    """Step foster households forward, month by month, in every future.

    Parameters
    ----------
    stock : CarerStock
        The register.
    recruiting, leaving : ndarray, shape (n_paths, n_authorities)
        Lasting rates, a year a household, from `drawn_rates`.
    recruit_prior, leave_prior : RatePrior
        For their yearly and shared variation.
    drift : ShareDrift
        Of the shares of places.
    new_ratio : ndarray, shape (n_paths,), optional
        How much likelier a household in its first `NEW_MONTHS` is to leave; 1 when absent.
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    CarerPaths
        ``households`` change by ``recruited`` less ``left``, exactly, and are never negative.

    Notes
    -----
    Recruitment is drawn at a rate of today's households: a service that
    shrinks does not stop advertising. A flow that the register dates uses up
    what is drawn in that month and after, so that nobody is counted twice.
    """
    n_paths, n_authorities = recruiting.shape
    horizon = stock.planned_in.shape[1]
    shape = (n_paths, n_authorities, horizon)
    came = _varying(recruiting, recruit_prior, horizon, rng) / MONTHS_A_YEAR
    come = rng.poisson(came * stock.households[:, None]).astype(np.float64)
    unplanned_in = _beyond_planned(come, stock.planned_in)
    hazard = np.minimum(_varying(leaving, leave_prior, horizon, rng) / MONTHS_A_YEAR, 0.5)
    ratio = np.ones(n_paths) if new_ratio is None else new_ratio
    households, left = _stepped(stock, unplanned_in, hazard, ratio, rng)
    recruited = unplanned_in + stock.planned_in
    approved = _places(stock, unplanned_in, left - stock.planned_out, rng)
    approved = np.where(households > 0, np.maximum(approved, households), 0.0)
    closed = _wandering(stock.not_available, drift.not_available, shape, rng)
    filled = _wandering(stock.filled, drift.filled, shape, rng)
    usable = approved * (1.0 - closed)
    return CarerPaths(
        households=households,
        recruited=recruited,
        left=left,
        approved=approved,
        not_available=approved - usable,
        filled=usable * filled,
        vacant=usable - usable * filled,
        hazard=hazard,
        registered=_registered(stock),
        available_today=1.0 - stock.not_available,
    )


def with_changes(
    paths: CarerPaths,
    *,
    added: FloatArray,
    lost: FloatArray,
    places_added: FloatArray,
    places_lost: FloatArray,
) -> CarerPaths:
    """Give the same futures with households that a what-if adds and takes away.

    Parameters
    ----------
    paths : CarerPaths
        Of the register as it was: chance is shared, so that differences are the what-if's.
    added, lost : ndarray, shape (n_authorities, horizon)
        Households that the what-if opens and closes in a month.
    places_added, places_lost : ndarray, same shape
        Their places.

    Returns
    -------
    CarerPaths
        Households added leave like others; of those taken away, only as many
        are missed as would have stayed. ``relative`` is to the changed register.
    """
    gone = np.cumsum(paths.hazard, axis=2)

    def more(come: FloatArray, go: FloatArray) -> FloatArray:
        staying = np.cumsum(come * np.exp(gone), axis=2) - np.cumsum(go, axis=1)
        return np.asarray(np.exp(-gone) * staying)

    households = np.maximum(paths.households + more(added, lost), 0.0)
    recruited = paths.recruited + added
    before = (paths.households - paths.recruited + paths.left)[:, :, :1]
    left = recruited - np.diff(households, axis=2, prepend=before)
    approved = np.maximum(paths.approved + more(places_added, places_lost), 0.0)
    share = np.divide(
        paths.usable, paths.approved, out=np.ones_like(approved), where=paths.approved > 0
    )
    filled = np.divide(
        paths.filled, paths.usable, out=np.zeros_like(approved), where=paths.usable > 0
    )
    usable = approved * share
    registered = paths.registered + np.cumsum(places_added - places_lost, axis=1)
    return CarerPaths(
        households=households,
        recruited=recruited,
        left=left,
        approved=approved,
        not_available=approved - usable,
        filled=usable * filled,
        vacant=usable - usable * filled,
        hazard=paths.hazard,
        registered=registered,
        available_today=paths.available_today,
    )


def _registered(stock: CarerStock) -> FloatArray:
    """Places with dated openings and closures alone, shape (n_authorities, horizon)."""
    today = (stock.households * stock.places)[:, None]
    ahead = np.cumsum(stock.places_in - stock.places_out, axis=1)
    return np.asarray(np.maximum(today + ahead, 0.0))


def _varying(
    lasting: FloatArray, prior: RatePrior, horizon: int, rng: np.random.Generator
) -> FloatArray:
    """Rates by month: each year its own level, and a drift that all authorities share."""
    n_paths, n_authorities = lasting.shape
    years = -(-horizon // MONTHS_A_YEAR)
    shape = (n_paths, n_authorities, years)
    yearly = rng.standard_gamma(np.full(shape, prior.yearly_shape)) / prior.yearly_shape
    step = prior.drift / np.sqrt(MONTHS_A_YEAR)
    walk = np.cumsum(step * rng.standard_normal((n_paths, 1, horizon)), axis=2)
    month = np.arange(horizon)
    # A walk of the logarithm raises the mean; half its variance is taken off.
    level = np.exp(walk - 0.5 * step**2 * (month + 1))
    return np.asarray(lasting[:, :, None] * yearly[:, :, month // MONTHS_A_YEAR] * level)


def _beyond_planned(drawn: FloatArray, planned: FloatArray) -> FloatArray:
    """Flow by month beyond what is planned: planned flow uses up the drawn one."""
    ahead = np.cumsum(drawn, axis=2) - np.cumsum(planned, axis=1)
    reached = np.maximum(np.maximum.accumulate(ahead, axis=2), 0.0)
    return np.diff(reached, axis=2, prepend=0.0)


def _stepped(
    stock: CarerStock,
    unplanned_in: FloatArray,
    hazard: FloatArray,
    ratio: FloatArray,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Households at each month's end, and those who left in it."""
    n_paths, n_authorities, horizon = hazard.shape
    new = np.broadcast_to(stock.new, (n_paths, *stock.new.shape)).copy()
    settled = np.broadcast_to(stock.settled, (n_paths, n_authorities)).copy()
    credit = np.zeros((n_paths, n_authorities))
    households, left = np.empty(hazard.shape), np.empty(hazard.shape)
    for month in range(horizon):
        fresh = new.sum(axis=2)
        at_risk = settled + ratio[:, None] * fresh
        drawn = rng.poisson(hazard[:, :, month] * at_risk)
        planned = stock.planned_out[:, month]
        credit += planned
        unplanned = np.maximum(drawn - credit, 0.0)
        credit = np.maximum(credit - drawn, 0.0)
        there = settled + fresh
        # Those who are planned to leave later are still there: the rest can leave today.
        later = stock.planned_out[:, month + 1 :].sum(axis=1)
        gone = np.minimum(unplanned, np.maximum(there - planned - later, 0.0)) + planned
        gone = np.minimum(gone, there)
        from_new = np.divide(
            gone * ratio[:, None] * fresh, at_risk, out=np.zeros_like(gone), where=at_risk > 0
        )
        from_new = np.clip(from_new, gone - settled, fresh)
        kept = np.divide(fresh - from_new, fresh, out=np.zeros_like(fresh), where=fresh > 0)
        new *= kept[:, :, None]
        settled = settled - (gone - from_new) + new[:, :, -1]
        new[:, :, 1:] = new[:, :, :-1]
        new[:, :, 0] = unplanned_in[:, :, month] + stock.planned_in[:, month]
        left[:, :, month] = gone
        households[:, :, month] = there - gone + new[:, :, 0]
    return households, left


def _places(
    stock: CarerStock, came: FloatArray, unplanned_out: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Approved places: those dated as the register has them, others of the usual size."""
    moved = came + np.maximum(unplanned_out, 0.0)
    noise = rng.standard_normal(moved.shape) * np.sqrt(moved) * stock.places_spread
    change = (came - unplanned_out) * stock.places[:, None] + noise
    return np.asarray(np.maximum(_registered(stock) + np.cumsum(change, axis=2), 0.0))


def _wandering(
    share: FloatArray, drift: float, shape: tuple[int, int, int], rng: np.random.Generator
) -> FloatArray:
    """Shares whose log odds walk from today's."""
    step = drift / np.sqrt(2 * MONTHS_A_YEAR)
    steps = rng.standard_normal((shape[0], 1, shape[2])) + rng.standard_normal(shape)
    inside = np.clip(share, 0.01, 0.99)
    odds = np.log(inside / (1.0 - inside))[:, None] + np.cumsum(step * steps, axis=2)
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))
