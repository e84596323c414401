"""Population: the shoppers of one replication, one row each, one array a trait."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from omnisim.config.segments import Segment
from omnisim.exceptions import ParameterError
from omnisim.population.channels import shift_affinity
from omnisim.population.customer_fit import (
    DEFAULT_SEGMENT,
    FittedCustomers,
    Start,
    fit_transactions,
)
from omnisim.population.customer_table import CustomerTable, read_customer_table
from omnisim.population.draw import (
    AFFINITY_LOADINGS,
    N_TASTES,
    Columns,
    assign_segments,
    draw_demand,
    draw_traits,
    need_score,
)
from omnisim.population.layout import LAYOUT, check_column
from omnisim.population.network import Network, small_world
from omnisim.population.sources import TableLike
from omnisim.population.transactions import Transactions, read_transactions
from omnisim.random import Draws

DAYS_PER_YEAR = 365.0

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False, repr=False)
class Population:
    """Shoppers as a structure of arrays: row *i* of every array is shopper *i*.

    Arrays are C-contiguous and read-only; `dataclasses.replace` makes a checked copy with some of
    them changed. Dtypes and shapes are those of `LAYOUT`.

    Attributes
    ----------
    segment_names : tuple of str
        Names of the segments.
    segment : ndarray of shape (n_shoppers,), int16
        Place in `segment_names`.
    need_rate : ndarray of shape (n_shoppers,), float64, unit: purchases per day
        Rate at which the shopper buys at the siloed firm while alive.
    dropout : ndarray of shape (n_shoppers,), float64, in [0, 1]
        Probability of being lost after a purchase at the siloed firm.
    basket_shape, basket_scale : ndarrays of shape (n_shoppers,), float64
        p and nu of Gamma-Gamma: an order is worth Gamma(shape p) / nu, on average p / nu (money).
    taste : ndarray of shape (n_shoppers, 5), float64
        Unit vectors in the space of product attributes.
    affinity : ndarray of shape (n_shoppers, 3), float64, unit: utils
        Liking of store, website and app, in this order.
    age : ndarray of shape (n_shoppers,), float32, unit: years
    digital : ndarray of shape (n_shoppers,), float64, in (0, 1)
        Digital nativity; falls with age.
    price_sensitivity : ndarray of shape (n_shoppers,), float64
        Multiplier of the weight of price; mean 1.
    distance_km : ndarray of shape (n_shoppers,), float64, unit: km
        Distance to the nearest store.
    privacy : ndarray of shape (n_shoppers,), float64, in (0, 1)
        Privacy concern; consent falls with it.
    n_devices : ndarray of shape (n_shoppers,), int8
        Devices, so cookies; at least 1.
    has_app, has_account, has_card : ndarrays of shape (n_shoppers,), uint8
        Whether the shopper has the app, a web account with e-mail address, a loyalty card.
    email_consent, tracking_consent : ndarrays of shape (n_shoppers,), uint8
        Whether the shopper accepts e-mail, from a firm that has the address, and cookies.
    push_consent, location_consent, mail_consent : ndarrays of shape (n_shoppers,), uint8
        Whether the shopper accepts push messages and being located, given the app, and direct mail,
        given that the firm has the address.
    alive, aware : ndarrays of shape (n_shoppers,), uint8
        Whether, at the start, the shopper is not lost to the firm, and knows it.
    network : Network
        Who talks to whom.
    held_to : ndarray of shape (n_shoppers,), uint8, optional
        Sales channels that the shopper may use: 0 all (the default), 1 stores only, 2 website and
        app only. An intervention on persons, not a trait: the firm stays as it is.

    Raises
    ------
    ParameterError
        If a column has the wrong dtype or shape, or a value out of range.
    """

    segment_names: tuple[str, ...]
    segment: npt.NDArray[np.int16]
    need_rate: Floats
    dropout: Floats
    basket_shape: Floats
    basket_scale: Floats
    taste: Floats
    affinity: Floats
    age: npt.NDArray[np.float32]
    digital: Floats
    price_sensitivity: Floats
    distance_km: Floats
    privacy: Floats
    n_devices: npt.NDArray[np.int8]
    has_app: Flags
    has_account: Flags
    has_card: Flags
    email_consent: Flags
    tracking_consent: Flags
    push_consent: Flags
    location_consent: Flags
    mail_consent: Flags
    alive: Flags
    aware: Flags
    network: Network
    held_to: Flags = field(default_factory=lambda: np.zeros(0, np.uint8))

    def __post_init__(self) -> None:
        n = np.shape(self.segment)[0] if np.ndim(self.segment) else 0
        if n == 0:
            raise ParameterError("population.segment must hold at least one shopper.")
        for name, (dtype, tail) in LAYOUT.items():
            column = check_column(name, getattr(self, name), dtype, (n, *tail))
            object.__setattr__(self, name, column)
        held = self.held_to if len(self.held_to) else np.zeros(n, np.uint8)
        object.__setattr__(self, "held_to", check_column("held_to", held, "uint8", (n,)))
        low, high = int(self.segment.min()), int(self.segment.max())
        if low < 0 or high >= len(self.segment_names):
            raise ParameterError(
                f"population.segment must lie in [0, {len(self.segment_names)}), "
                f"the places in segment_names. Got {low} to {high}."
            )
        if len(self.network) != n:
            raise ParameterError(
                f"population.network must hold {n} shoppers. Got {len(self.network)}."
            )

    @classmethod
    def from_segments(
        cls,
        segments: Mapping[str, Segment],
        n_shoppers: int,
        *,
        draws: Draws,
        mean_degree: int,
        p_rewire: float,
    ) -> Self:
        """Draw a population from the segments of a scenario.

        Every trait is drawn at its own address: adding a shopper changes no other shopper's row.
        See `omnisim.population.draw` for the model of each trait.

        Parameters
        ----------
        segments : mapping of str to Segment
            Shares are weights: each shopper's segment is drawn, not dealt.
        n_shoppers : int
            At least 1.
        draws : Draws
            Random numbers of the replication.
        mean_degree, p_rewire : int, float
            The social network, as in `small_world`.
        """
        members = assign_segments(segments, n_shoppers, draws)
        demand = draw_demand(members, draws)
        score = need_score(members, demand["need_rate"])
        return cls._from_columns(
            members.names,
            {"segment": members.segment, **demand, **draw_traits(members, score, draws)},
            small_world(n_shoppers, mean_degree, p_rewire, draws),
        )

    @classmethod
    def from_fitted(
        cls,
        customers: FittedCustomers,
        n_shoppers: int | None = None,
        *,
        draws: Draws,
        mean_degree: int,
        p_rewire: float,
        segment: Segment = DEFAULT_SEGMENT,
        start: Start = "continuing",
    ) -> Self:
        """Draw shoppers from a fitted customer file; all of them know the firm.

        Demand and, where told, channel utilities are the customers', other traits `segment`'s.

        Parameters
        ----------
        customers : FittedCustomers
            From `fit_transactions`, `read_customer_table` or `read_customers`.
        n_shoppers : int, optional
            By default, or if there are as many customers, shopper i is customer i; otherwise each
            is drawn with replacement.
        draws : Draws
            Random numbers of the replication.
        mean_degree, p_rewire : int, float
            As in `small_world`.
        segment : Segment, default=DEFAULT_SEGMENT
            Traits that the file does not hold.
        start : {"continuing", "cohort"}, default="continuing"
            Whether shoppers are the file's customers as they stand at its end, each drawn from the
            posterior given their own history, or new customers drawn from the fitted distribution.
        """
        demand = customers.draw(n_shoppers, segment=segment, start=start, draws=draws)
        members = demand.members
        traits = draw_traits(members, need_score(members, demand.columns["need_rate"]), draws)
        if demand.by_channel is not None and demand.mean_share is not None:
            prior = np.array([getattr(segment, f"{c}_affinity") for c in AFFINITY_LOADINGS])
            known = demand.by_channel, demand.mean_share
            traits["affinity"] = shift_affinity(traits["affinity"], prior, *known)
        traits["aware"] = np.ones(len(members), dtype=np.uint8)
        return cls._from_columns(
            members.names,
            {"segment": members.segment, **demand.columns, **traits},
            small_world(len(members), mean_degree, p_rewire, draws),
        )

    @classmethod
    def from_transactions(
        cls,
        transactions: Transactions | TableLike,
        n_shoppers: int | None = None,
        *,
        draws: Draws,
        mean_degree: int,
        p_rewire: float,
        segment: Segment = DEFAULT_SEGMENT,
        start: Start = "continuing",
    ) -> Self:
        """Fit BG/NBD and Gamma-Gamma to a transaction log and draw shoppers from the fit.

        Parameters are those of `from_fitted`, but for `transactions`: a log from
        `read_transactions` (cut it with `Transactions.first_days` for a calibration period), or
        whatever that function reads. To draw many populations, fit once with `fit_transactions`.
        """
        log = transactions
        if not isinstance(log, Transactions):
            log = read_transactions(log)
        return cls.from_fitted(
            fit_transactions(log), n_shoppers, draws=draws, mean_degree=mean_degree,
            p_rewire=p_rewire, segment=segment, start=start,
        )  # fmt: skip

    @classmethod
    def from_customers(
        cls,
        customers: CustomerTable | TableLike,
        n_shoppers: int | None = None,
        *,
        draws: Draws,
        mean_degree: int,
        p_rewire: float,
        segment: Segment = DEFAULT_SEGMENT,
        start: Start = "continuing",
    ) -> Self:
        """Draw shoppers from a table of customers with past value, recency and channel.

        Parameters are those of `from_fitted`, but for `customers`: a table from
        `read_customer_table`, or whatever that function reads. What is taken from the file and
        what from `segment` is said in `omnisim.population.customer_table`.
        """
        table = customers
        if not isinstance(table, CustomerTable):
            table = read_customer_table(table)
        return cls.from_fitted(
            table, n_shoppers, draws=draws, mean_degree=mean_degree, p_rewire=p_rewire,
            segment=segment, start=start,
        )  # fmt: skip

    @classmethod
    def _from_columns(cls, names: tuple[str, ...], columns: Columns, network: Network) -> Self:
        arrays = {name: columns[name] for name in LAYOUT}
        return cls(segment_names=names, network=network, **arrays)

    def __len__(self) -> int:
        return int(self.segment.size)

    def __repr__(self) -> str:
        word = "segment" if len(self.segment_names) == 1 else "segments"
        return (
            f"Population({len(self):,} shoppers in {len(self.segment_names)} {word}, "
            f"{self.network.n_ties:,} ties, {self.nbytes / 1e6:.1f} MB)"
        )

    @property
    def nbytes(self) -> int:
        """Size of all arrays in bytes, the network's included."""
        return sum(int(getattr(self, name).nbytes) for name in LAYOUT) + self.network.nbytes

    @property
    def mean_basket(self) -> Floats:
        """Expected value of an order of each shopper, p / nu, shape (n_shoppers,), float64."""
        return self.basket_shape / self.basket_scale

    def to_frame(self) -> pd.DataFrame:
        """Return one row a shopper; ``taste`` and ``affinity`` become numbered or named columns."""
        columns: dict[str, object] = {}
        for column in fields(self):
            if column.name in ("segment_names", "network", "segment", "held_to"):
                continue
            array = getattr(self, column.name)
            if column.name == "taste":
                columns |= {f"taste_{k}": array[:, k] for k in range(array.shape[1])}
            elif column.name == "affinity":
                columns |= {f"{c}_affinity": array[:, k] for k, c in enumerate(AFFINITY_LOADINGS)}
            else:
                columns[column.name] = array
        segment = np.array(self.segment_names, dtype=object)[self.segment]
        names = pd.Categorical(segment, categories=list(self.segment_names))
        return pd.DataFrame({"segment": names, **columns})

    def summary(self) -> pd.DataFrame:
        """Return shoppers, yearly purchases, basket and mean traits by segment and for all."""
        frame = self.to_frame().drop(columns=[f"taste_{k}" for k in range(N_TASTES)])
        frame.insert(1, "purchases_per_year", self.need_rate * DAYS_PER_YEAR)
        frame.insert(2, "mean_basket", self.mean_basket)
        frame = frame.drop(columns=["need_rate", "basket_shape", "basket_scale"])
        by_segment = frame.groupby("segment", observed=False).mean()
        total = frame.drop(columns="segment").mean().to_frame("all").T
        out = pd.concat([by_segment, total]).rename_axis("segment")
        n_by_segment = np.bincount(self.segment, minlength=len(self.segment_names))
        out.insert(0, "n_shoppers", [*n_by_segment.tolist(), len(self)])
        return out
