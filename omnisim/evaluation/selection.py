"""Which of several alternatives is best, if paired replications can tell."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr

from omnisim._validation import as_numbers, check_confidence, check_mapping
from omnisim.exceptions import ParameterError


@dataclass(frozen=True, repr=False)
class Selection:
    """The alternative with the highest mean, and how sure it is.

    Attributes
    ----------
    best : str
        The highest mean; the first one on a tie.
    is_sure : bool
        Whether the evidence carries the choice at the probability asked for.
    p_best : float
        Lower bound of the probability that it is truly the best, in [0, 1].
    p_worse : dict of str to float
        Probability that it is in truth worse than each of the others.
    probability : float
        The probability asked for.
    """

    best: str
    is_sure: bool
    p_best: float
    p_worse: dict[str, float]
    probability: float

    def __repr__(self) -> str:
        """Return the choice in a line."""
        verdict = "selected" if self.is_sure else "no evidence"
        return f"Selection: {self.best!r} {verdict}, best with probability >= {self.p_best:.3f}"


def select_best(values: Mapping[str, ArrayLike], *, probability: float = 0.95) -> Selection:
    """Select the alternative with the highest mean over paired replications.

    Against each of the k - 1 others, ``p = P(T > mean / standard error)`` of the paired difference
    with Student's T of n - 1 degrees of freedom: under a vague prior the posterior probability that
    the other is better. By Bonferroni the choice is right with probability ``1 - sum p`` at least.
    It is sure if every p is at most ``(1 - probability) / (k - 1)``. Then, for any truth, the
    chance to select an alternative that is not better than a given one is at most
    ``1 - probability``.

    Parameters
    ----------
    values : mapping of str to array-like of shape (n_replications,)
        Replication k shares its luck among all; at least two alternatives and two replications.
    probability : float, default=0.95
        Probability of correct selection asked for, in (0, 1).

    Raises
    ------
    ParameterError
        If they are no finite numbers by name, there are too few, or their lengths differ.

    References
    ----------
    .. [1] Chick and Inoue (2001). New procedures to select the best simulated system using common
       random numbers. Management Science 47(8), 1133-1149. doi:10.1287/mnsc.47.8.1133.10229

    Examples
    --------
    >>> select_best({"a": [1.0, 2.0, 3.0], "b": [3.0, 4.1, 5.0]})
    Selection: 'b' selected, best with probability >= 1.000
    """
    check_confidence("probability", probability)
    check_mapping("values", values, "numbers")
    arrays = {name: as_numbers(f"values[{name!r}]", value) for name, value in values.items()}
    shapes = {array.shape for array in arrays.values()}
    if len(arrays) < 2 or len(shapes) > 1 or len(min(shapes)) != 1 or min(shapes)[0] < 2:
        raise ParameterError(
            "values must hold at least two alternatives of one number of replications, 2 or more. "
            f"Got { ({name: array.shape for name, array in arrays.items()}) }."
        )
    wrong = [name for name, array in arrays.items() if not np.isfinite(array).all()]
    if wrong:
        raise ParameterError(
            f"values must be finite. Got NaN or infinity in {wrong}: leave out what has no value, "
            "or the replication in all alternatives."
        )
    best = max(arrays, key=lambda name: float(arrays[name].mean()))
    p_worse = {
        name: _p_worse(arrays[best] - array) for name, array in arrays.items() if name != best
    }
    limit = (1 - probability) / len(p_worse)
    is_sure = max(p_worse.values()) <= limit
    return Selection(best, is_sure, max(0.0, 1 - sum(p_worse.values())), p_worse, probability)


def _p_worse(gap: np.ndarray) -> float:
    """Return the chance that the true mean of `gap` is negative."""
    mean, error = float(gap.mean()), float(gap.std(ddof=1)) / len(gap) ** 0.5
    if error == 0:
        return 0.0 if mean > 0 else 0.5
    return float(stdtr(len(gap) - 1, -mean / error))
