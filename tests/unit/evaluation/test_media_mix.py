"""Media-mix regression: exact on made data, silent where nothing varies."""

import numpy as np
import pytest

from omnisim.evaluation.media_mix import media_mix_credit
from omnisim.exceptions import ParameterError

RNG = np.random.default_rng(3)


def test_it_finds_what_was_put_in() -> None:
    shown = RNG.uniform(0, 10, (52, 2))
    outcome = 100 + shown @ [2.0, 0.5]
    np.testing.assert_allclose(
        media_mix_credit(outcome, shown), shown.sum(axis=0) * [2.0, 0.5], rtol=1e-9
    )


def test_it_finds_what_carries_over() -> None:
    shown = RNG.uniform(0, 10, (52, 1))
    stock, level = np.empty(52), 0.0
    for week in range(52):
        level = 0.6 * level + shown[week, 0]
        stock[week] = level
    found = media_mix_credit(5 + 3 * stock, shown, kept=0.6)
    np.testing.assert_allclose(found, 3 * stock.sum())
    np.testing.assert_allclose(media_mix_credit(5 + 3 * stock, shown, kept=None), found)


def test_a_medium_without_variation_and_one_that_harms_get_nothing() -> None:
    shown = np.column_stack([np.full(30, 4.0), RNG.uniform(0, 1, 30)])
    credit = media_mix_credit(10 - shown[:, 1], shown)
    np.testing.assert_array_equal(credit, [0.0, 0.0])


@pytest.mark.parametrize("n_weeks", [3, 5])
def test_too_few_weeks_are_refused(n_weeks: int) -> None:
    with pytest.raises(ParameterError, match="weeks"):
        media_mix_credit(np.ones(n_weeks), np.ones((n_weeks, 2)))
