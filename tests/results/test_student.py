"""Quantiles of Student's t against R's qt()."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.results.student import quantile, share_beyond

QT = {  # R 4.2.2: format(qt(c(.9, .975), df), digits = 16)
    1: (3.077683537175254, 12.70620473617469),
    2: (1.885618083164127, 4.302652729749462),
    3: (1.637744353696209, 3.182446305283708),
    4: (1.533206274058943, 2.776445105197793),
    5: (1.47588404882448, 2.570581835636314),
    10: (1.372183641110336, 2.228138851986274),
    30: (1.310415025391396, 2.042272456301238),
    100: (1.290074761346512, 1.983971518523552),
    999: (1.282399570037398, 1.962341461133449),
    5000: (1.281720905335719, 1.960438551706507),
}


@pytest.mark.parametrize("df", QT)
def test_known_values(df: int) -> None:
    assert (quantile(0.9, df), quantile(0.975, df)) == pytest.approx(QT[df], abs=1e-12)


def test_the_series_and_the_expansion_meet() -> None:
    assert quantile(0.975, 1000) - quantile(0.975, 1001) == pytest.approx(2.3755e-6, rel=1e-3)
    assert quantile(0.975, 10**7) == pytest.approx(1.959963984540054, abs=1e-6)


def test_the_median_is_zero() -> None:
    assert quantile(0.5, 7) == pytest.approx(0, abs=1e-12)


@settings(deadline=None)  # the machine is shared
@given(st.integers(1, 3000), st.floats(0.55, 0.999))
def test_more_degrees_of_freedom_reach_less_far(df: int, p: float) -> None:
    assert quantile(p, df + 1) <= quantile(p, df)


@pytest.mark.parametrize(("p", "df"), [(0.4, 5), (1.0, 5), (0.9, 0)])
def test_what_has_no_quantile(p: float, df: int) -> None:
    with pytest.raises(ValueError, match="no t quantile"):
        quantile(p, df)


@pytest.mark.parametrize("df", [1, 2, 5, 30, 999])
def test_the_share_beyond_a_quantile_is_what_it_leaves(df: int) -> None:
    assert share_beyond(quantile(0.975, df), df) == pytest.approx(0.05, abs=1e-12)
    assert share_beyond(0.0, df) == 1.0
    assert share_beyond(1e9, df) == pytest.approx(0.0, abs=1e-8)


def test_the_normal_stands_in_where_nobody_sees_the_difference() -> None:
    assert share_beyond(1.96, 1001) == pytest.approx(share_beyond(1.96, 1000), abs=3e-4)
