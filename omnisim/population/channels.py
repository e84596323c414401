"""What the channel labels of a customer file say about liking store, website and app."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omnisim._validation import check_choice
from omnisim.exceptions import TableError
from omnisim.population.columns import read_labels, refuse_row
from omnisim.population.sources import Source

Floats = npt.NDArray[np.float64]
ChannelNames: TypeAlias = Mapping[str, str]

CHANNELS = ("store", "website", "app")
CHANNEL_NAMES: ChannelNames = {
    **dict.fromkeys(("store", "stores", "shop", "retail", "pos", "offline", "in_store", "phone",
                     "telephone", "catalog", "catalogue", "mail"), "store"),
    **dict.fromkeys(("website", "web", "online", "site", "internet", "e_commerce", "ecommerce",
                     "desktop"), "website"),
    **dict.fromkeys(("app", "mobile_app", "mobile"), "app"),
    **dict.fromkeys(("multichannel", "both", "multi", "omnichannel"), "store+website"),
}  # fmt: skip
"""Common labels, in lower case. What is not online (phone, catalogue) counts as the store."""

PRIOR_PURCHASES = 2.0
"""Purchases that the mean share weighs as much as, in the shares of a customer; an assumption."""


def read_channels(source: Source, table: pa.Table, column: str, extra: ChannelNames) -> Floats:
    """Return the channels that each row's label names, as shares of shape (n_rows, 3).

    A label that names several channels (``"Multichannel"``) counts for each in equal parts.

    Raises
    ------
    TableError
        If a label is not known.
    ParameterError
        If `extra` maps to something else than ``"store"``, ``"website"``, ``"app"`` or several of
        them joined by ``+``.
    """
    codes, labels = read_labels(source, table, column)
    known = dict(CHANNEL_NAMES) | {_plain(label): meaning for label, meaning in extra.items()}
    shares = np.zeros((len(labels), len(CHANNELS)))
    for place, label in enumerate(labels):
        if _plain(label) not in known:
            listed = ", ".join(sorted(known))
            refuse_row(source, column, int((codes == place).argmax()), label,
                       f"must be a known channel ({listed}) or be given a meaning "
                       "in channel_names")  # fmt: skip
        parts = known[_plain(label)].split("+")
        for part in parts:
            check_choice("channel", part, CHANNELS)
            shares[place, CHANNELS.index(part)] += 1 / len(parts)
    return shares[codes]


def shift_affinity(affinity: Floats, prior: Floats, by_channel: Floats, mean: Floats) -> Floats:
    """Move shoppers' drawn channel utilities to what their purchases show.

    A shopper's share of purchases in channel c, smoothed towards the mean share of the file as by a
    Dirichlet prior of weight k = `PRIOR_PURCHASES`, is ``s_c = (n_c + k m_c) / (n + k)``. The
    utility becomes ``prior_c + sqrt(k / (n + k)) (affinity_c - prior_c) + log(s_c / m_c)``: the
    segment's shift, the drawn deviation, smaller where more is known, and the log of the share
    against the mean. Channels in which the file holds no purchase tell nothing and keep the draw.

    Parameters
    ----------
    affinity : ndarray of shape (n_shoppers, 3), unit: utils
        Drawn from the segment.
    prior : ndarray of shape (3,), unit: utils
        The segment's shifts.
    by_channel : ndarray of shape (n_shoppers, 3)
        Purchases of each shopper by channel.
    mean : ndarray of shape (3,)
        Shares of the channels in the file, summing to 1.
    """
    n = by_channel.sum(axis=1, keepdims=True)
    weight = PRIOR_PURCHASES / (n + PRIOR_PURCHASES)
    seen = mean > 0
    ratio = np.ones_like(affinity)
    ratio[:, seen] = (1 - weight) * by_channel[:, seen] / np.where(n > 0, n, 1) / mean[seen]
    ratio[:, seen] += weight
    shrink = np.where(seen, np.sqrt(weight), 1.0)
    return np.asarray(prior + shrink * (affinity - prior) + np.log(ratio))


def mean_shares(by_channel: Floats) -> Floats:
    """Return the share of each channel in all purchases, shape (3,).

    Raises
    ------
    TableError
        If there is no purchase.
    """
    total = by_channel.sum()
    if not total > 0:
        raise TableError("The customers must hold purchases to tell channels apart. Got none.")
    return np.asarray(by_channel.sum(axis=0) / total)


def _plain(label: str) -> str:
    return label.strip().lower().replace(" ", "_").replace("-", "_")
