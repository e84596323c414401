"""Addresses for random draws that depend on what channels do, not on their names or places.

Random bags and permutations must not change when channels are renamed or rows are put in another
order. So their draws are addressed by keys made of the journeys' counts alone.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

__all__ = ["CanonicalSets", "canonical_sets", "mix", "rounded", "structural_keys"]

Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

Floats = npt.NDArray[np.float64]

DIGITS = 30  # binary digits of an amount that count: sums in another order differ beyond them


@dataclass(frozen=True, eq=False)
class CanonicalSets:
    """Sets of channels in an order, and with channels in an order, that names do not change.

    Parameters
    ----------
    member, offset, amount : ndarray
        As `omnisim.attribution.shapley.coalitions` returns them, with members that are positions in
        `channel`.
    channel : ndarray of shape (n_channels,), int64
        The caller's number of each channel.
    set_key, channel_key : ndarray, uint64
        Addresses of draws, never decreasing. Channels that may be swapped share a key.
    """

    member: Ints
    offset: Ints
    amount: Floats
    channel: Ints
    set_key: Words
    channel_key: Words


def canonical_sets(
    member: Ints, offset: Ints, amount: Floats, n_channels: int, *, told_by: list[int]
) -> CanonicalSets:
    """Order sets and channels by their keys; `told_by` are the amounts that tell sets apart."""
    sets, channels = structural_keys(member, offset, amount[:, told_by], n_channels)
    by_set, by_channel = np.argsort(sets, kind="stable"), np.argsort(channels, kind="stable")
    position = np.argsort(by_channel)
    shape = (len(sets), n_channels)
    ones = np.ones(len(member), dtype=np.int8)
    ordered = sparse.csr_array((ones, position[member], offset), shape=shape)[by_set]
    ordered.sort_indices()
    return CanonicalSets(
        ordered.indices.astype(np.int64),
        ordered.indptr.astype(np.int64),
        amount[by_set],
        by_channel,
        sets[by_set],
        channels[by_channel],
    )


def structural_keys(
    member: Ints, offset: Ints, amount: Floats, n_channels: int
) -> tuple[Words, Words]:
    """Return a key for every set of channels and for every channel.

    Keys are refined in turn: a channel's from the sets it is in, a set's from its channels, until
    no more channels are told apart. Channels that may be swapped without changing the journeys
    have the same key.

    Parameters
    ----------
    member, offset : ndarray, int64
        Distinct sets, as `omnisim.attribution.shapley.coalitions` returns them.
    amount : ndarray of shape (n_sets, n_amounts), float64, >= 0
        What tells sets apart beyond their channels.
    n_channels : int

    Returns
    -------
    set_key : ndarray of shape (n_sets,), uint64
    channel_key : ndarray of shape (n_channels,), uint64

    Notes
    -----
    This is colour refinement of the graph of sets and channels (Weisfeiler and Leman 1968) with the
    64-bit mixing function of SplitMix (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195);
    sums of keys are taken modulo 2**64, so their order does not matter.
    """
    size = np.diff(offset)
    base = mix(size.astype(np.uint64))
    for column in np.ascontiguousarray(amount.T):
        base = mix(base + mix(rounded(column).view(np.uint64)))
    row = np.repeat(np.arange(len(size)), size)
    channel = np.zeros(n_channels, dtype=np.uint64)
    told_apart = 0
    while True:
        sets = mix(base + np.add.reduceat(mix(channel)[member], offset[:-1]))
        met = np.zeros(n_channels, dtype=np.uint64)
        np.add.at(met, member, sets[row])
        channel = mix(channel + mix(met))
        distinct = len(np.unique(channel))
        if distinct == told_apart:
            return sets, channel
        told_apart = distinct


def mix(word: Words) -> Words:
    """Return each word with its bits spread: the finalizer of SplitMix64, a bijection."""
    word = word + np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Words = word ^ (word >> np.uint64(31))
    return mixed


def rounded(amount: Floats) -> Floats:
    """Return amounts to `DIGITS` binary digits; -0 becomes 0."""
    mantissa, exponent = np.frexp(amount)
    scaled = np.round(np.ldexp(mantissa, DIGITS))
    result: Floats = np.ldexp(scaled, exponent - DIGITS) + 0.0
    return result
