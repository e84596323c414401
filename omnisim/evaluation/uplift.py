"""Qini, uplift and cost curves: what targeting by a prediction gains, for any number of arms.

The convention, called *policy value* here: a curve shows ``V(policy) - V(control)`` per unit of
the log, all units in the denominator, for policies that treat more and more units in the order
that a prediction puts them in. It is estimated by row scores, not by counts within the treated, so
that it holds for several arms, unequal propensities and costs [1]_. For one arm at constant
propensity it is Radcliffe's Qini curve [2]_, divided by the units of the treated arm, but for the
noise of group sizes.

References
----------
.. [1] Sverdrup, Wu, Athey and Wager (2025). Qini curves for multi-armed treatment rules. Journal of
   Computational and Graphical Statistics. arXiv:2306.11979
.. [2] Radcliffe (2007). Using control groups to target on predicted lift. Direct Marketing
   Analytics Journal, 14–21.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from omnisim._validation import as_numbers, check_choice, check_confidence, check_count
from omnisim.evaluation.cross_fit import clusters
from omnisim.evaluation.feedback import LoggedFeedback
from omnisim.evaluation.interval import clustered_error
from omnisim.evaluation.off_policy import Evidence
from omnisim.evaluation.overlap import refuse_or_warn
from omnisim.evaluation.targeting import Upgrades, plan_upgrades
from omnisim.exceptions import ParameterError
from omnisim.provenance import versions

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class UpliftCurve:
    """Gain over the control as more units are treated, in the *policy value* convention.

    Attributes
    ----------
    table : DataFrame
        ``x`` (see `unit`), ``gain`` (reward per unit of the log, over the control), ``std_error``,
        ``ci_low``, ``ci_high`` (normal, pointwise, clustered by shopper) and ``random``, the gain
        of treating as many without looking: the straight line to the end.
    unit : str
        What x is: ``share treated``, in [0, 1], or ``cost``, per unit of the log.
    auuc : float
        Area under the curve over x / max(x).
    qini : float
        Area between the curve and the random line: ``auuc - gain(end) / 2``; 0 for a prediction
        that knows nothing, and below for one that errs.
    qini_error, qini_low, qini_high : float
        Its standard error and normal interval, the ranking taken as given.
    confidence : float
        Coverage of the intervals.
    n : int
        Decisions of the log.
    scores : str
        ``dr`` or ``ips``.
    """

    table: pd.DataFrame
    unit: str
    auuc: float
    qini: float
    qini_error: float
    qini_low: float
    qini_high: float
    confidence: float
    n: int
    scores: str

    def __repr__(self) -> str:
        end = self.table.iloc[-1]
        return (
            f"UpliftCurve: {self.n:,} decisions, gain {end['gain']:.4g} at {self.unit} "
            f"{end['x']:.4g}, by {self.scores} scores\n"
            f"Qini {self.qini:.4g}, {self.confidence:.0%} interval {self.qini_low:.4g} to "
            f"{self.qini_high:.4g}; area under the curve {self.auuc:.4g}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row a point of the curve."""
        return self.table.copy()

    @property
    def provenance(self) -> dict[str, Any]:
        """Versions and settings, as plain JSON values."""
        return {
            "versions": versions(), "convention": "policy value", "scores": self.scores,
            "confidence": self.confidence,
        }  # fmt: skip


def uplift_curve(
    log: LoggedFeedback,
    predicted: npt.ArrayLike,
    *,
    control: str,
    costs: Mapping[str, float] | None = None,
    scores: str = "dr",
    n_points: int = 101,
    confidence: float = 0.95,
) -> UpliftCurve:
    """Estimate what is gained by treating units in the order of a prediction.

    Parameters
    ----------
    log : LoggedFeedback
        Decisions, such as those of a randomised trial.
    predicted : array-like of shape (n, n_actions)
        Predicted mean reward of every action; uplift is its difference from the control's. It must
        not have seen the row's own reward: `CrossFitting.predict` makes such.
    control : str
        The action that is no treatment.
    costs : mapping of str to float, optional
        Cost of every other action per unit treated, above 0; the control costs nothing. Units are
        then treated, or moved to a dearer action, in the order of predicted uplift per cost, along
        the concave hull of each unit's actions [1]_, and only while the prediction gains. Without
        costs every unit gets its best action in the order of its uplift, down to the last unit.
    scores : {"dr", "ips"}, default="dr"
        How a unit's reward under an action is estimated: ``q + 1(taken) (r - q) / propensity``
        with the prediction as q, or with 0.
    n_points : int, default=101
        Points of the curve, evenly spaced in x; at least 2. Areas are exact, whatever it is. Units
        with equal predictions are treated in the same proportion.
    confidence : float, default=0.95
        In (0, 1).

    Returns
    -------
    UpliftCurve

    Raises
    ------
    OverlapError
        If the log holds no evidence about an action that would be taken.
    ParameterError
        If the control is unknown, a cost is missing, or nothing would be treated.

    References
    ----------
    .. [1] Sverdrup, Wu, Athey and Wager (2025). Qini curves for multi-armed treatment rules.
       arXiv:2306.11979
    """
    check_choice("control", control, log.action_names)
    check_choice("scores", scores, ("dr", "ips"))
    check_count("n_points", n_points, minimum=2)
    check_confidence("confidence", confidence)
    q = _checked_prediction(predicted, log)
    zero = log.action_names.index(control)
    steps = plan_upgrades(log, q - q[:, [zero]], zero, costs)
    for target in (steps.final, control):
        refuse_or_warn(Evidence.of(log, target).overlap, stacklevel=2)
    gain = _row_scores(log, q if scores == "dr" else np.zeros_like(q))
    change = gain[steps.row, steps.to] - gain[steps.row, steps.before]
    cluster = np.arange(len(log)) if log.shopper is None else clusters(log.shopper)
    z = float(ndtri(0.5 + confidence / 2))
    table = _curve(steps, change, cluster, n_points, z)
    weight = 1 - steps.middle / steps.total
    auuc, _ = _mean(steps, change * weight, cluster)
    qini, error = _mean(steps, change * (weight - 0.5), cluster)
    return UpliftCurve(
        table, "share treated" if costs is None else "cost", auuc, qini, error, qini - z * error,
        qini + z * error, confidence, len(log), scores,
    )  # fmt: skip


def _checked_prediction(predicted: npt.ArrayLike, log: LoggedFeedback) -> Floats:
    q = as_numbers("predicted", predicted)
    if q.shape != (len(log), log.n_actions) or not np.isfinite(q).all():
        raise ParameterError(
            f"predicted must be finite, of shape {(len(log), log.n_actions)}. "
            f"Got shape {q.shape}, {int((~np.isfinite(q)).sum())} not finite."
        )
    return q


def _row_scores(log: LoggedFeedback, q: Floats) -> Floats:
    """Return the estimated reward of every row under every action, (n, n_actions)."""
    row = np.arange(len(log))
    found = q.copy()
    found[row, log.action] += (log.reward - q[row, log.action]) / log.propensity
    return found


def _mean(steps: Upgrades, change: Floats, cluster: Ints) -> tuple[float, float]:
    """Return the mean over all rows of what the upgrades add, and its standard error."""
    by_row = np.bincount(steps.row, change, minlength=steps.n_rows).astype(np.float64)
    mean = float(by_row.mean())
    return mean, clustered_error(by_row - mean, cluster)


def _curve(steps: Upgrades, change: Floats, cluster: Ints, n_points: int, z: float) -> pd.DataFrame:
    """Return the gain at evenly spaced points, with its standard error."""
    x = np.linspace(0.0, steps.total, n_points)
    n, size = steps.n_rows, np.bincount(cluster)
    done = np.zeros(len(size))  # sums by cluster of all blocks before the current one
    gain, error = np.zeros(n_points), np.zeros(n_points)
    block, first, last = -1, 0, 0
    part = done
    for k in range(n_points):
        at = min(int(np.searchsorted(steps.block_end, x[k], side="left")), steps.n_blocks - 1)
        if at != block:
            done = done + _by_cluster(steps, change, cluster, slice(first, steps.block_first[at]))
            first, last = steps.block_first[at], steps.block_first[at + 1]
            part, block = _by_cluster(steps, change, cluster, slice(first, last)), at
        begin = steps.block_end[at - 1] if at else 0.0
        share = min((x[k] - begin) / (steps.block_end[at] - begin), 1.0)
        total = done + share * part
        gain[k] = total.sum() / n
        g = len(size)
        spread = np.square(total - gain[k] * size).sum()
        error[k] = np.sqrt(g / (g - 1) * spread) / n if g > 1 else np.nan
    return pd.DataFrame({
        "x": x, "gain": gain, "std_error": error, "ci_low": gain - z * error,
        "ci_high": gain + z * error, "random": gain[-1] * x / steps.total,
    })  # fmt: skip


def _by_cluster(steps: Upgrades, change: Floats, cluster: Ints, part: slice) -> Floats:
    """Return what some upgrades add to each cluster."""
    n_clusters = int(cluster.max()) + 1
    found = np.bincount(cluster[steps.row[part]], change[part], minlength=n_clusters)
    return np.asarray(found, dtype=np.float64)
