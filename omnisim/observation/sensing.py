"""What sensors in the store know of those who come in: beacons that an app answers."""

from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omnisim._validation import check_columns, check_probability
from omnisim.random import Draws, Stream
from omnisim.schema import Channel, Event, Identity

__all__ = ["AppHolders", "sense_visits"]

MINUTES_PER_DAY = 1440


class AppHolders(Protocol):
    """What a beacon needs to know of the population."""

    @property
    def has_app(self) -> npt.NDArray[np.uint8]:
        """Whether each shopper has the app."""

    @property
    def location_consent(self) -> npt.NDArray[np.uint8]:
        """Whether each shopper lets the app know where it is."""


def sense_visits(
    events: pa.Table,
    *,
    population: AppHolders,
    share: float | npt.NDArray[np.float64],
    draws: Draws,
) -> pa.Table:
    """Return the true log with the store visits that a beacon ties to an account.

    Parameters
    ----------
    events : pyarrow.Table
        The true log, `omnisim.schema.EVENTS`.
    population : AppHolders
        By shopper.
    share : float or ndarray of shape (n_events,), in [0, 1]
        Share of the visits of those whose app may know where it is that a beacon notices, at all
        times or at that of each event; see ``primitives.visits_sensed`` (facts.md D6, S3-11).
    draws : Draws
        The replication's random numbers; stream SENSOR, by shopper and minute.

    Returns
    -------
    pyarrow.Table
        The same rows; the visits noticed expose an account. Only TL2 records them (`observe`).

    Raises
    ------
    TableError
        If a column is missing.
    ParameterError
        If `share` is out of range.
    """
    for bound in (np.min(share, initial=0.0), np.max(share, initial=1.0)):
        check_probability("share", float(bound))
    shares = np.broadcast_to(share, events.num_rows)
    check_columns(
        "events", events.column_names, ("time", "shopper", "channel", "event", "identity")
    )
    shopper = events["shopper"].to_numpy()
    visit = (events["event"].to_numpy() == Event.VISIT) & (
        events["channel"].to_numpy() == Channel.STORE
    )
    follows = np.asarray(population.location_consent) > 0
    rows = np.flatnonzero(visit)
    time = events["time"].to_numpy()
    has_app_by_then = time[rows] >= _app_since(events, population)[shopper[rows]]
    rows = rows[follows[shopper[rows]] & has_app_by_then]
    minute = (time[rows] * MINUTES_PER_DAY).astype(np.int64)
    noticed = rows[draws.uniform(Stream.SENSOR, shopper[rows], step=minute) < shares[rows]]
    identity = events["identity"].to_numpy().copy()
    identity[noticed] = np.maximum(identity[noticed], Identity.ACCOUNT)
    place = events.column_names.index("identity")
    field = events.schema.field(place)
    return events.set_column(place, field, pa.array(identity, type=field.type))


def _app_since(events: pa.Table, population: AppHolders) -> npt.NDArray[np.float64]:
    """Return the time from which each shopper has the app; those who sign up do so in the log."""
    since = np.where(np.asarray(population.has_app) > 0, -np.inf, np.inf)
    taken = (events["event"].to_numpy() == Event.SIGNED_UP) & (
        events["channel"].to_numpy() == Channel.APP
    )
    np.minimum.at(since, events["shopper"].to_numpy()[taken], events["time"].to_numpy()[taken])
    return since
