"""The customers whom retention follows: a cohort that is fixed before anything is counted."""

import numpy as np
from numpy.typing import NDArray

from omnisim.schema import Event
from omnisim.simulation import SimulationResult

Flags = NDArray[np.bool_]


def customers_of(run: SimulationResult) -> Flags:
    """Return who is a customer at the end of the burn-in.

    These are the shoppers who have bought in the burn-in and have not been lost by its end, or came
    back. Which shoppers they are depends on the firm: to compare firms follow `common_customers`.

    Returns
    -------
    ndarray of shape (n_shoppers,), bool
    """
    events = run.events.slice(0, run.events.num_rows - run.counted_events.num_rows)
    event, shopper = events["event"].to_numpy(), events["shopper"].to_numpy()
    bought = np.zeros(len(run.population), np.bool_)
    bought[shopper[event == Event.PURCHASE]] = True
    moves = (event == Event.CHURN) | (event == Event.BACK)
    is_lost = np.zeros(len(run.population), np.bool_)
    # rows are in the order of time, and the last value given to a place is the one that stays
    is_lost[shopper[moves]] = event[moves] == Event.CHURN
    return np.asarray(bought & ~is_lost)


def common_customers(*runs: SimulationResult) -> Flags:
    """Return who is a customer of every firm at the end of the burn-in, under the same luck.

    They are a principal stratum [1]_: who belongs to it does not depend on the firm. The customers
    of one firm would not do: they are those who fared well there, of whom other luck alone would
    keep fewer.

    References
    ----------
    .. [1] Frangakis and Rubin (2002). Principal stratification in causal inference. Biometrics
       58(1), 21-29. doi:10.1111/j.0006-341X.2002.00021.x
    """
    return np.asarray(np.logical_and.reduce([customers_of(run) for run in runs]))
