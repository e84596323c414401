"""Trials on stores: units that share one world, so that what is done in one reaches others.

Stores share shoppers' acquaintances, one warehouse, one brand, website and app. A store that is not
treated is then not quite what it would be if none were (interference; facts.md E, pitfall 20).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from omnisim._validation import check_count
from omnisim.config.scenario import Scenario
from omnisim.exceptions import ParameterError
from omnisim.experiment.attributed import observed_totals
from omnisim.experiment.trials.regions import REGIONS_OF_A_PANEL, Change, Floats, Ints
from omnisim.random import Draws, Stream
from omnisim.schema import OWN_CHANNELS, Event
from omnisim.simulation import Intervention, SimulationResult, simulate
from omnisim.simulation.by_store import home_stores
from omnisim.simulation.intervention import check_interventions

Cells = NDArray[np.bool_]


@dataclass(frozen=True)
class Stores:
    """A panel of the stores of one world, and periods.

    Parameters
    ----------
    scenario : Scenario
        The world, before treatment. The horizon is cut into whole periods after the burn-in.
    change : Change
        What treatment is: levels of what lives in a store
        (`omnisim.simulation.intervention.Intervention`), or a store that opens.
    period_days : int
    seed : int
        Seed of the study.
    replication : int, default=0
        Number of the panel in the study; each has a world of its own.
    """

    scenario: Scenario
    change: Change
    period_days: int
    seed: int
    replication: int = 0

    def __post_init__(self) -> None:
        check_count("period_days", self.period_days)
        check_count("replication", self.replication, minimum=0)
        if self.n_stores < 4:
            raise ParameterError(f"stores.n_stores must be >= 4. Got {self.n_stores}.")
        if not self.change.moves(self.scenario):
            raise ParameterError("change must change something in the scenario. It does not.")
        check_interventions(self.scenario, [self._at(0, (0,), treated=True)])
        if self.n_periods < 2:
            raise ParameterError(
                f"market.horizon_days must hold at least 2 periods of {self.period_days} days. "
                f"Got {self.scenario.market.horizon_days}."
            )

    @property
    def n_stores(self) -> int:
        """Stores of the world."""
        return self.scenario.stores.n_stores

    @property
    def n_periods(self) -> int:
        """Whole periods in the horizon."""
        return self.scenario.market.horizon_days // self.period_days

    @property
    def world(self) -> int:
        """The replication that is this world."""
        return (1 + self.replication) * REGIONS_OF_A_PANEL

    @property
    def draws(self) -> Draws:
        """Random numbers of the firm's own assignments."""
        return Draws(self.seed, self.world)

    def order(self) -> Ints:
        """Return the stores in random order: the assignment of the firm."""
        u = self.draws.uniform(Stream.ASSIGNMENT, np.arange(self.n_stores))
        return np.argsort(u, kind="stable")

    def outcome(self, start: Ints) -> tuple[Floats, Floats]:
        """Return what is sold by store and period, if each store is treated from a period on.

        Parameters
        ----------
        start : ndarray of shape (n_stores,), int64
            First period of treatment by store; `n_periods` for never.

        Returns
        -------
        tuple of two ndarrays of shape (n_stores, n_periods), float64, unit: EUR
            What the tills of each store take in (totals, TL0), and all that the shoppers of the
            store spend with the firm.
        """
        run = simulate(
            self.scenario, seed=self.seed, replication=self.world,
            interventions=self._schedule(start),
        )  # fmt: skip
        tills = observed_totals(run)["tills"]
        in_tills = self._by_period(tills["store"], tills["day"], tills["value"])
        return in_tills, self._all_sales(run)

    def _schedule(self, start: Ints) -> Sequence[Intervention]:
        burn_in, rows = self.scenario.market.burn_in_days, np.arange(self.n_stores)
        schedule = [self._at(0, tuple(rows.tolist()), treated=False)]
        for period in np.unique(start[start < self.n_periods]).tolist():
            stores = tuple(rows[start == period].tolist())
            schedule.append(self._at(burn_in + period * self.period_days, stores, treated=True))
        return schedule

    def _at(self, day: int, stores: tuple[int, ...], *, treated: bool) -> Intervention:
        return replace(self.change.at(day, self.scenario, treated=treated), stores=stores)

    def _all_sales(self, run: SimulationResult) -> Floats:
        log = run.counted_events
        kept = log["event"].to_numpy() == Event.PURCHASE
        kept &= np.isin(log["channel"].to_numpy(), OWN_CHANNELS)
        home = home_stores(len(run.population), self.n_stores, self.draws)
        store, time, value = (log[name].to_numpy()[kept] for name in ("shopper", "time", "value"))
        return self._by_period(home[store], time, value)

    def _by_period(self, store: Ints, time: Floats, value: Floats) -> Floats:
        days = np.asarray(time) - self.scenario.market.burn_in_days
        period = (days // self.period_days).astype(np.int64)
        inside = period < self.n_periods
        cell = (np.asarray(store).astype(np.int64) * self.n_periods + period)[inside]
        sums = np.bincount(
            cell, weights=np.asarray(value)[inside], minlength=self.n_stores * self.n_periods
        )
        return sums.astype(np.float64).reshape(self.n_stores, self.n_periods)
