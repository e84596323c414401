"""The omnichannel premium by hand, and on the CDNOW cohort (facts.md R1)."""

import math
import pathlib

import numpy as np
import pytest

from omnisim.evaluation import omnichannel_premium
from omnisim.exceptions import ParameterError
from omnisim.population import read_transactions
from omnisim.random import Draws

DRAWS = Draws(1)


def test_ratio_by_hand() -> None:
    # shopper 0 buys in two channels for 30, shoppers 1 and 2 in one for 10 and 20
    found = omnichannel_premium(
        np.array([0, 0, 1, 2]), np.array([0, 1, 0, 1]), np.array([10.0, 20, 10, 20]), draws=DRAWS
    )
    assert found.naive == 2
    assert found.share_multichannel == pytest.approx(1 / 3)


@pytest.mark.parametrize("channel", [[0, 0, 0], [0, 0, 1]])
def test_a_group_that_is_empty_has_no_ratio(channel: list[int]) -> None:
    shopper = np.array([0, 1, 2]) if channel == [0, 0, 0] else np.array([0, 0, 0])
    found = omnichannel_premium(shopper, np.array(channel), np.ones(3), draws=DRAWS)
    assert math.isnan(found.naive)


def test_nobody_bought() -> None:
    none = np.empty(0, dtype=int)
    assert math.isnan(omnichannel_premium(none, none, np.empty(0), draws=DRAWS).naive)


def test_lengths_must_agree() -> None:
    with pytest.raises(ParameterError, match="one length"):
        omnichannel_premium(np.zeros(2, int), np.zeros(3, int), np.zeros(2), draws=DRAWS)


def test_without_any_effect_cdnow_shows_the_published_premium(data_dir: pathlib.Path) -> None:
    """Random labels, P(online) 0.13 and 0.5: R1 gives 4.29 and 5.37 over 20 replications."""
    log = read_transactions(data_dir / "cdnow" / "CDNOW_master.txt").to_arrow()
    shopper = np.unique(log["customer"].to_numpy(zero_copy_only=False), return_inverse=True)[1]
    value = log["value"].to_numpy()
    for share, published in ((0.13, 4.29), (0.5, 5.37)):
        labels = (Draws(3).uniform(99, np.arange(len(value))) < share).astype(int)
        found = omnichannel_premium(shopper, labels, value, draws=DRAWS)
        assert found.naive == pytest.approx(published, rel=0.05)
        assert found.permuted == pytest.approx(published, rel=0.05)
