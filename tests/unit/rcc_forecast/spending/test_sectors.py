"""Who provides: shares of sectors now, and how they drift."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rcc_forecast.results.futures import KINDS
from rcc_forecast.spending.sectors import SECTORS, mix_odds, sector_mix, shares_of
from tests.builders.spending import AS_OF, AUTHORITIES, some_stays

CODES = AUTHORITIES["local_authority"].tolist()
FOSTER, PRIVATE = KINDS.index("foster"), SECTORS.index("private")


def mix_of(stays: pd.DataFrame):
    return sector_mix(stays, authorities=CODES, kinds=KINDS, as_of=AS_OF)


def ever_more_private() -> pd.DataFrame:
    """Stays that all last, of which more are private the later they began."""
    stays = some_stays(private=0.0)
    year = np.arange(len(stays)) % 8
    provider = np.where(year >= 4, "PR4", "PR1")
    return stays.assign(
        decom=pd.to_datetime([f"{2018 + y}-01-01" for y in year]),
        place_provider=pd.Series(provider, dtype="str"),
    )


def test_children_are_counted_by_who_provides():
    mix = mix_of(some_stays(private=0.5))

    np.testing.assert_array_equal(mix.children[:, FOSTER, PRIVATE], [15, 9, 20])
    np.testing.assert_allclose(mix.share.sum(axis=2), 1.0)


def test_a_mix_that_has_drifted_goes_on_drifting_but_less_surely():
    mix = mix_of(ever_more_private())

    odds = mix_odds(mix, months=36, n_paths=400, rng=np.random.default_rng(1))
    share = shares_of(mix.share[0], odds)[:, FOSTER, PRIVATE]

    assert mix.drift[FOSTER, PRIVATE] > 0
    assert np.median(share[:, -1]) > np.median(share[:, 0]) > mix.share[0, FOSTER, PRIVATE]
    assert share[:, -1].std() > share[:, 0].std()


def test_a_steady_mix_stays_where_it_is():
    mix = mix_of(some_stays(private=0.5))

    share = shares_of(
        mix.share[0], mix_odds(mix, months=36, n_paths=20, rng=np.random.default_rng(1))
    )

    np.testing.assert_allclose(
        share[..., -1], np.broadcast_to(mix.share[0], share.shape[:-1]), rtol=1e-5
    )


def test_returns_of_one_year_show_no_drift():
    mix = mix_of(some_stays(since="2026-01-01"))

    assert mix.years_seen == 0
    assert not mix.drift.any()
