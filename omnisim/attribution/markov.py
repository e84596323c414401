"""Attribution by removal effects of an absorbing Markov chain."""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from omnisim._validation import check_choice, check_count, check_flag, check_nonnegative
from omnisim.attribution.base import (
    AttributionModel,
    as_journeys,
    channel_pairs,
    check_conversions,
    normalize,
)
from omnisim.attribution.chain import Chain, count_chain
from omnisim.attribution.removal import absorption, removal_effects
from omnisim.exceptions import OmnisimWarning, ParameterError, TableError
from omnisim.journeys import Journeys

__all__ = ["MarkovAttribution"]

MATRIX_STATES = 2000
ROUNDING = 1e-12  # of a sum of removal effects, which are shares


class MarkovAttribution(AttributionModel):
    """Credit channels by their removal effect on an absorbing Markov chain.

    The removal effect of a channel is the share of conversions lost when every step into it leads
    to the null state instead. It is solved, not simulated. Credits are the conversions seen,
    divided in proportion to the removal effects [1]_.

    Parameters
    ----------
    order : int, default=1
        Touchpoints that make one state, at least 1. The first states of a path are shorter. States
        grow as n_channels ** order, but only those that occur are kept.
    use_nulls : bool, default=True
        Whether journeys without a conversion count. Without them every path of the chain converts,
        and a removal effect is the share of paths that meet the channel.
    repeats : {"keep", "collapse"}, default="keep"
        Whether a channel that follows itself makes a step. At order 1 this changes nothing: a step
        from a state to itself alters neither where a path ends nor what it meets.
    removal : {"null", "redistribute"}, default="null"
        Where the steps into a removed channel go: to the null state, or to the other steps from the
        same state in proportion. By redistribution a channel that converts worse than the others
        has a negative removal effect, and then a negative credit. Where the effects do not sum to
        more than 0, rounding aside, nothing can be divided in their proportion: credits are NaN,
        with a warning.
    value_by : {"value", "conversions"}, default="value"
        What divides the value: the value that each removal loses, or the conversions.
    smoothing : float, default=0.0
        Steps that the chain of the next lower order is worth in a state; 0 leaves the counts as
        they are. See the notes.

    Attributes
    ----------
    credit_ : Series of shape (n_channels,), float64, unit: conversions
        Sums to the conversions seen in `fit`; non-negative where removal leads to null.
    value_credit_ : Series of shape (n_channels,), float64
        Value seen in `fit`, divided in proportion to `value_removal_effect_`, or to
        `removal_effect_` where `value_by` says so.
    removal_effect_ : Series of shape (n_channels,), float64
        Share of conversions lost when the channel is removed: in [0, 1] where it leads to the null
        state, at most 1 by redistribution.
    value_removal_effect_ : Series of shape (n_channels,), float64
        Share of value lost, in the same limits; a conversion is worth the mean value of those that
        end in its state.
    p_conversion_ : float
        Probability that a path of the chain converts: conversions over journeys.
    error_bound_ : float
        No removal effect of conversions is further from the solution of the chain's equations,
        rounding aside. 0 where they were solved by factorisation.
    chain_ : Chain
        The counts, with those that smoothing adds.

    Raises
    ------
    TableError
        In `fit`, if the table cannot be read or there is no conversion.
    ParameterError
        In `fit`, if a parameter is out of range.

    Notes
    -----
    `touchpoint_share` divides a journey in proportion to the removal effects of its channels,
    evenly over the touchpoints of each channel. Summed over journeys this is not `credit_`, which
    divides all conversions at once.

    Probabilities are shares of the counts: a step that was never seen has none. Where a high order
    leaves few journeys a state, smoothing draws the steps from a state s towards those of all
    states s' that differ in the oldest channel alone,
    ``p(x | s) = (n(s, x) + smoothing * n(s', x) / n(s')) / (n(s) + smoothing)`` [2]_; at order 1
    towards the steps from anywhere. It goes back one order, where `choose_order`, which must
    predict states that it never saw, goes back through all of them; so the chain keeps to states
    that occur. A very large number gives the chain of the lower order. `bootstrap` says how sure
    the credits are.

    Packages differ in convention; these options give the others. The example shows what each one
    changes.

    - *What a null weighs.* As many journeys as are counted, like a conversion; ``use_nulls=False``
      leaves them out, as packages do that are given no column of nulls.
    - *What removal means.* Steps into the channel go to the null state [1]_, which
      marketing-attribution-models 2.1 solves at order 1 and ChannelAttribution 2.2 and pychattr 0.2
      simulate; ``removal="redistribute"`` spreads them over the other steps.
    - *How value is shared.* By the value that removal loses, where a conversion from a state is
      worth the mean of those seen there; ``value_by="conversions"`` gives each channel the same
      share of the value as of the conversions.
    - *Whether a self-loop counts.* It does; ``repeats="collapse"`` drops it, which changes nothing
      at order 1.

    References
    ----------
    .. [1] Anderl, Becker, von Wangenheim and Schumann (2016). Mapping the customer journey.
       International Journal of Research in Marketing 33(3), 457–474.
       doi:10.1016/j.ijresmar.2016.03.001
    .. [2] MacKay and Peto (1995). A hierarchical Dirichlet language model. Natural Language
       Engineering 1(3), 289–308.

    Examples
    --------
    >>> paths = {"path": ["a > b", "b", "a"], "n_conversions": [1, 1, 0], "n_nulls": [0, 0, 2]}
    >>> MarkovAttribution().fit(paths).removal_effect_.round(3).to_dict()
    {'a': 0.5, 'b': 1.0}

    >>> paths = {"path": ["a > a > b", "b > a > a > c", "c > a", "a > b"],
    ...          "n_conversions": [2, 1, 1, 3], "n_nulls": [4, 1, 2, 1],
    ...          "value": [60.0, 10.0, 10.0, 30.0]}
    >>> def credits(order=1, **options):
    ...     model = MarkovAttribution(order, **options).fit(paths)
    ...     return [*model.credit_.round(2).tolist(), *model.value_credit_.round(1).tolist()]
    >>> credits()  # conversions of a, b and c, then their value
    [3.01, 2.82, 1.17, 46.6, 48.2, 15.2]
    >>> credits(use_nulls=False)
    [3.11, 2.88, 1.01, 48.0, 49.3, 12.7]
    >>> credits(removal="redistribute")
    [-4.06, 10.5, 0.57, 20.8, 99.9, -10.6]
    >>> credits(value_by="conversions")
    [3.01, 2.82, 1.17, 47.4, 44.3, 18.4]
    >>> credits(repeats="collapse") == credits()
    True
    >>> credits(2), credits(2, repeats="collapse")
    ([3.44, 2.58, 0.98, 54.4, 45.7, 9.9], [3.27, 2.8, 0.93, 52.6, 47.8, 9.6])
    """

    removal_effect_: pd.Series
    value_removal_effect_: pd.Series
    p_conversion_: float
    error_bound_: float
    chain_: Chain

    def __init__(
        self,
        order: int = 1,
        *,
        use_nulls: bool = True,
        repeats: str = "keep",
        removal: str = "null",
        value_by: str = "value",
        smoothing: float = 0.0,
    ) -> None:
        self.order = order
        self.use_nulls = use_nulls
        self.repeats = repeats
        self.removal = removal
        self.value_by = value_by
        self.smoothing = smoothing

    def fit(self, X: Any, y: None = None) -> Self:
        """Count the chain and solve for the removal effects.

        Parameters
        ----------
        X : Journeys or table of paths
            Anything that `Journeys.from_paths` reads.
        y : None
            Ignored.

        Returns
        -------
        MarkovAttribution
            Itself.
        """
        order = check_count("order", self.order)
        use_nulls = check_flag("use_nulls", self.use_nulls)
        journeys = check_conversions(as_journeys(X))
        return self.fit_chain(
            count_chain(journeys, order, use_nulls=use_nulls, repeats=self.repeats)
        )

    def fit_chain(self, chain: Chain) -> Self:
        """Solve a chain that was counted elsewhere, such as over a file or a cluster.

        Parameters
        ----------
        chain : Chain
            Of this model's order, and counted with its `use_nulls` and `repeats`.

        Returns
        -------
        MarkovAttribution
            Itself.
        """
        if not isinstance(chain, Chain):
            raise ParameterError(
                f"chain must be a Chain, as `count_stream` returns. Got {chain!r}."
            )
        check_choice("removal", self.removal, ("null", "redistribute"))
        check_choice("value_by", self.value_by, ("value", "conversions"))
        check_count("order", self.order)
        for name in ("order", "use_nulls", "repeats"):
            mine, counted = getattr(self, name), getattr(chain, name)
            if mine != counted:
                raise ParameterError(
                    f"chain must have been counted with the model's {name}, {mine!r}. Got one with "
                    f"{counted!r}."
                )
        if not chain.to_conversion.any():
            raise TableError("There is no conversion in the chain to divide among the channels.")
        self.__dict__.pop("transition_matrix_", None)
        total, total_value = float(chain.to_conversion.sum()), float(chain.value.sum())
        if check_nonnegative("smoothing", self.smoothing) > 0:
            chain = chain.smoothed(self.smoothing)
        removal = removal_effects(chain, removal=self.removal)
        self.chain_ = chain
        self.p_conversion_ = removal.p_conversion
        self.error_bound_ = removal.error_bound
        effect = removal.lost_conversion / removal.p_conversion
        worth = removal.expected_value
        value_effect = removal.lost_value / worth if worth > 0 else np.zeros_like(effect)
        index = pd.Index(chain.channel_names, name="channel")
        self.removal_effect_ = pd.Series(effect, index=index, name="removal_effect")
        self.value_removal_effect_ = pd.Series(
            value_effect, index=index, name="value_removal_effect"
        )
        noise = len(effect) * removal.error_bound + ROUNDING
        self.credit_ = _divide(total, noise, self.removal_effect_, "credit")
        by = self.value_removal_effect_ if self.value_by == "value" else self.removal_effect_
        self.value_credit_ = _divide(total_value, noise, by, "value_credit")
        self.n_features_in_ = len(chain.channel_names)
        return self

    def touchpoint_share(self, journeys: Journeys) -> npt.NDArray[np.float64]:
        """Return each touchpoint's share of its journey; see the class's notes."""
        effect = self.removal_effect_.reindex(journeys.channel_names).fillna(0.0).clip(lower=0.0)
        _, channel, pair, count = channel_pairs(journeys)
        return normalize((effect.to_numpy()[channel] / count)[pair], journeys)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a channel: credits, shares and removal effects."""
        frame = super().to_frame()
        return frame.assign(
            removal_effect=self.removal_effect_, value_removal_effect=self.value_removal_effect_
        )

    @cached_property
    def transition_matrix_(self) -> pd.DataFrame:
        """Transition probabilities, (n_states + 3, n_states + 3): start, states, both ends."""
        chain = self.chain_
        if chain.n_states > MATRIX_STATES:
            raise ParameterError(
                f"transition_matrix_ is for at most {MATRIX_STATES:,} states. This chain has "
                f"{chain.n_states:,}; use transitions()."
            )
        names = chain.node_names()
        n = len(names)
        matrix = np.zeros((n, n))
        matrix[0, 1:-2] = chain.p_start
        matrix[1:-2, 1:-2] = chain.transition.toarray()
        matrix[1:-2, -2] = chain.p_conversion
        matrix[1:-2, -1] = chain.to_null / chain.visits
        matrix[-2, -2] = matrix[-1, -1] = 1.0
        return pd.DataFrame(matrix, index=names, columns=names)

    def states(self) -> pd.DataFrame:
        """Return what the chain does from each state.

        Returns
        -------
        DataFrame
            By state: ``visits``, expected a path; ``stationary``, the share of all touchpoints in
            the long run, where a new path follows each that ends; ``p_reached``, that a path meets
            the state; ``p_conversion``, that it converts from there; ``steps``, expected
            touchpoints from there to the end, itself included; ``value``, expected from there.
        """
        visits, reached, ahead = absorption(self.chain_)
        return pd.DataFrame(
            {
                "visits": visits,
                "stationary": visits / visits.sum(),
                "p_reached": reached,
                "p_conversion": ahead[:, 0],
                "steps": ahead[:, 2],
                "value": ahead[:, 1],
            },
            index=pd.Index(self.chain_.node_names()[1:-2], name="state"),
        )

    def transitions(self) -> pd.DataFrame:
        """Return the transitions that occur: from, to, count and probability, one a row."""
        chain = self.chain_
        names = np.array(chain.node_names(), dtype=object)
        n = chain.n_states
        inner = chain.count.tocoo()
        began, converted, ended = (
            np.flatnonzero(a) for a in (chain.start, chain.to_conversion, chain.to_null)
        )
        source = np.concatenate([np.zeros(len(began), dtype=np.int64), inner.row + 1,
                                 converted + 1, ended + 1])  # fmt: skip
        target = np.concatenate([began + 1, inner.col + 1, np.full(len(converted), n + 1),
                                 np.full(len(ended), n + 2)])  # fmt: skip
        count = np.concatenate([chain.start[began], inner.data, chain.to_conversion[converted],
                                chain.to_null[ended]])  # fmt: skip
        left = np.concatenate([[chain.start.sum()], chain.visits])
        return pd.DataFrame({
            "source": names[source],
            "target": names[target],
            "count": count,
            "probability": count / left[source],
        })  # fmt: skip


def _divide(total: float, noise: float, effect: pd.Series, name: str) -> pd.Series:
    """Divide `total` in proportion to `effect`; NaN where its sum is not above its noise."""
    whole = float(effect.sum())
    if total > 0 and not whole > noise:
        warnings.warn(
            f"{name} is NaN: the removal effects sum to {whole:.3g} and must sum to more than 0, "
            "rounding aside, to divide anything. Use removal='null'; the effects themselves are in "
            "removal_effect_.",
            OmnisimWarning,
            stacklevel=4,
        )
        return pd.Series(np.nan, index=effect.index, name=name)
    credit: pd.Series = (effect * (total / whole if total > 0 else 0.0)).rename(name)
    return credit
