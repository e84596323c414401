"""RollOuts: what orders of bringing capabilities in are worth, and how the tables are made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from omnisim.evaluation.transition import WEEKS_PER_YEAR, Floats

ARROW = " > "


class Flows(NamedTuple):
    """One order in every draw."""

    order: tuple[str, ...]
    chosen_by: float  # mean NPV over the draws by which orders are ranked, EUR
    npv: Floats  # by step and draw, EUR
    npv_priors: Floats  # by draw, with the values at their means, EUR
    npv_noise: Floats  # by draw, with the priors at their medians, EUR
    cost: Floats  # by draw, discounted, EUR
    payback_weeks: Floats  # by draw
    start_weeks: Sequence[float]  # by step, the mean


@dataclass(frozen=True, repr=False)
class RollOuts:
    """What each order of bringing capabilities in is worth to the whole firm.

    Attributes
    ----------
    orders : DataFrame
        One row an order, the best first and the worst last, by the mean over draws of their own,
        `npv_chosen`: order (names joined by " > "), npv_chosen, and over other draws, so that the
        choice flatters no order: npv, npv_low, npv_high (million EUR; mean and central range),
        cost, cost_low, cost_high (million EUR: investments, consultants and running costs,
        discounted), p_loss (share of the draws with an NPV below zero), p_loss_priors (the same
        with the values of coalitions at their means), p_loss_noise (with every prior at its
        median), noise_share (of the variance of the NPV, what is due to the error of replications;
        the rest is due to priors), payback_years (median; inf where it is never), p_best (share of
        the draws in which it is the best of these orders), behind, behind_low, behind_high (million
        EUR behind the first, over the same draws).
    steps : DataFrame
        One row an order and step: order, step, capability, start_years (mean), npv, npv_low,
        npv_high (million EUR that this step adds), p_loss.
    draws : DataFrame
        One row a draw and order: draw, order, npv.
    confidence : float
        Share of the draws between low and high.
    provenance : mapping
        How the result was made.
    """

    orders: pd.DataFrame
    steps: pd.DataFrame
    draws: pd.DataFrame
    confidence: float
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return the best order and its chances."""
        best = self.orders.iloc[0]
        return (
            f"RollOuts of {len(self.orders)} orders; the best on average: {best['order']}\n"
            f"NPV {best['npv']:+.2f} million EUR ({self.confidence:.0%} of draws from "
            f"{best['npv_low']:+.2f} to {best['npv_high']:+.2f}), below zero with probability "
            f"{best['p_loss']:.2f}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return `orders` as a new frame."""
        return self.orders.copy()


def summarise_orders(
    found: Sequence[Flows], *, confidence: float, made: Mapping[str, Any]
) -> RollOuts:
    """Turn all orders into one result, the best first by what they were ranked by."""
    ranked = sorted(found, key=lambda flows: -flows.chosen_by)
    npv = np.stack([flows.npv.sum(axis=0) for flows in ranked]) / 1e6
    p_best = np.bincount(npv.argmax(axis=0), minlength=len(npv)) / npv.shape[1]
    labels = [ARROW.join(flows.order) for flows in ranked]
    orders = pd.DataFrame(
        [
            {"order": labels[k], "npv_chosen": flows.chosen_by / 1e6,
             **_spread("npv", npv[k], confidence),
             **_spread("cost", flows.cost / 1e6, confidence), **_risk(flows, npv[k]),
             "payback_years": float(np.median(flows.payback_weeks)) / WEEKS_PER_YEAR,
             "p_best": float(p_best[k]), **_spread("behind", npv[0] - npv[k], confidence)}
            for k, flows in enumerate(ranked)
        ]
    )  # fmt: skip
    steps = pd.DataFrame(
        [
            {"order": label, "step": s, "capability": name,
             "start_years": flows.start_weeks[s] / WEEKS_PER_YEAR,
             **_spread("npv", flows.npv[s] / 1e6, confidence),
             "p_loss": float((flows.npv[s] < 0).mean())}
            for label, flows in zip(labels, ranked, strict=True)
            for s, name in enumerate(flows.order)
        ]
    )  # fmt: skip
    n_draws = npv.shape[1]
    draws = pd.DataFrame({
        "draw": np.tile(np.arange(n_draws), len(npv)),
        "order": np.repeat(np.array(labels, dtype=object), n_draws),
        "npv": npv.ravel(),
    })  # fmt: skip
    return RollOuts(orders, steps, draws, confidence, made)


def _risk(flows: Flows, npv: Floats) -> dict[str, float]:
    """Return the chance of a loss, and what priors and noise have to do with it.

    Given the priors, the error of the values has mean zero and the NPV is linear in it. So the NPV
    with the values at their means is the conditional mean, and the rest is uncorrelated with it.
    """
    by_priors = float((flows.npv_priors / 1e6).var())
    by_noise = float((npv - flows.npv_priors / 1e6).var())
    whole = by_priors + by_noise
    return {
        "p_loss": float((npv < 0).mean()),
        "p_loss_priors": float((flows.npv_priors < 0).mean()),
        "p_loss_noise": float((flows.npv_noise < 0).mean()),
        "noise_share": by_noise / whole if whole > 0 else float("nan"),
    }


def _spread(name: str, values: Floats, confidence: float) -> dict[str, float]:
    tail = (1 - confidence) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return {name: float(values.mean()), f"{name}_low": float(low), f"{name}_high": float(high)}
