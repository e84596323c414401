"""Credits against costs."""

from collections.abc import Mapping
from numbers import Real

import numpy as np
import pandas as pd

from omnisim._validation import suggest
from omnisim.attribution.base import AttributionModel, check_model
from omnisim.exceptions import ParameterError

__all__ = ["budget_table"]


def budget_table(model: AttributionModel, costs: Mapping[str, float]) -> pd.DataFrame:
    """Set what channels are credited with against what they cost.

    Parameters
    ----------
    model : AttributionModel
        Fitted.
    costs : mapping of str to float
        Cost of each channel over the time of the journeys, >= 0, in the unit of the value. Channels
        that are not there cost nothing.

    Returns
    -------
    DataFrame
        By channel: ``cost``, ``credit`` and ``value_credit``; ``cpa``, cost per credited
        conversion; ``roas``, credited value per unit of cost; ``share_of_cost``,
        ``share_of_credit`` and ``share_of_value``; ``budget``, the whole cost divided among the
        channels that cost anything, in proportion to their value credits (to their credits where no
        value is known), a negative one counting as 0. Ratios with nothing below the line are NaN,
        and so is ``roas`` where no value is known.

    Raises
    ------
    ParameterError
        If a channel is unknown or a cost is negative.

    Notes
    -----
    All of this is book-keeping. Credit is not incremental, and even true average returns do not say
    what the next unit of money would bring.

    Examples
    --------
    >>> from omnisim.attribution import LastTouch
    >>> paths = {"path": ["ad > mail"], "n_conversions": [4], "value": [200.0]}
    >>> budget_table(LastTouch().fit(paths), {"mail": 50.0}).loc["mail", "roas"].item()
    4.0
    """
    check_model("model", model)
    if not isinstance(costs, Mapping):
        raise ParameterError(f"costs must map channels to what they cost. Got {costs!r}.")
    credit, value = model.credit_, model.value_credit_
    for name, amount in costs.items():
        if name not in credit.index:
            raise ParameterError(
                f"costs names an unknown channel {name!r}.{suggest(str(name), credit.index)}"
            )
        if not isinstance(amount, Real) or not 0 <= amount < np.inf:
            raise ParameterError(f"costs[{name!r}] must be finite and >= 0. Got {amount!r}.")
    cost = pd.Series(costs, dtype=np.float64).reindex(credit.index).fillna(0.0)
    basis = (value if value.sum() > 0 else credit).where(cost > 0, 0.0).clip(lower=0.0)
    return pd.DataFrame(
        {
            "cost": cost,
            "credit": credit,
            "value_credit": value,
            "cpa": _over(cost, credit),
            "roas": _over(value, cost) if value.any() else np.nan,
            "share_of_cost": cost / (cost.sum() or np.nan),
            "share_of_credit": credit / credit.sum(),
            "share_of_value": value / (value.sum() or np.nan),
            "budget": cost.sum() * basis / (basis.sum() or np.nan),
        }
    )


def _over(a: pd.Series, b: pd.Series) -> pd.Series:
    ratio: pd.Series = a / b.where(b > 0)
    return ratio
