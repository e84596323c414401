"""The omnichannel premium: what it looks like, and what it is without any effect (facts.md R1).

Customers who bought in several channels spend more than those who bought in one, even where the
channel of every purchase is drawn at random: one needs at least two purchases to be multichannel,
so heavy buyers are selected. The permuted premium shows how much of the naive one that explains.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnisim._validation import check_count
from omnisim.exceptions import ParameterError
from omnisim.random import Draws, Stream


@dataclass(frozen=True)
class Premium:
    """Mean value of multichannel over that of single-channel buyers, observed and permuted.

    Attributes
    ----------
    naive : float
        Ratio as a firm would report it; NaN if either group is empty.
    permuted : float
        Mean ratio after permuting channel labels over purchases: no effect, no preference.
    share_multichannel : float in [0, 1]
        Share of the buyers who bought in more than one channel.
    """

    naive: float
    permuted: float
    share_multichannel: float


def omnichannel_premium(
    shopper: NDArray[np.integer],
    channel: NDArray[np.integer],
    value: NDArray[np.float64],
    *,
    draws: Draws,
    n_permutations: int = 5,
) -> Premium:
    """Compare buyers in several channels with buyers in one.

    Parameters
    ----------
    shopper, channel : ndarray of shape (n_purchases,), integer
        Who bought, and where.
    value : ndarray of shape (n_purchases,), float64
        Money paid.
    draws : Draws
        Random numbers of the permutations.
    n_permutations : int, default=5
        Permutations to average; at least 1.

    Returns
    -------
    Premium

    References
    ----------
    .. [1] facts.md R1 and D7.6: the ratio after permuting labels keeps each person's number of
       purchases, so it is the part of the premium that is exposure alone.
    """
    check_count("n_permutations", n_permutations)
    if not len(shopper) == len(channel) == len(value):
        raise ParameterError(
            "shopper, channel and value must have one length. "
            f"Got {len(shopper)}, {len(channel)} and {len(value)}."
        )
    if len(shopper) == 0:
        return Premium(float("nan"), float("nan"), 0.0)
    _, row = np.unique(shopper, return_inverse=True)
    naive, share = _ratio(row, channel, value)
    places = np.arange(len(channel))
    permuted = [
        _ratio(row, channel[np.argsort(draws.uniform(Stream.PERMUTE, places, step=k))], value)[0]
        for k in range(n_permutations)
    ]
    return Premium(naive, float(np.mean(permuted)), share)


def _ratio(
    row: NDArray[np.integer], channel: NDArray[np.integer], value: NDArray[np.float64]
) -> tuple[float, float]:
    """Return (mean value of multichannel / of single-channel buyers, share of the former)."""
    n = int(row.max()) + 1
    low = np.full(n, np.iinfo(np.int64).max)
    high = np.full(n, -1)
    np.minimum.at(low, row, channel)
    np.maximum.at(high, row, channel)
    multi = low < high
    total = np.bincount(row, weights=value, minlength=n)
    share = float(multi.mean())
    if share in (0.0, 1.0):
        return float("nan"), share
    return float(total[multi].mean() / total[~multi].mean()), share
