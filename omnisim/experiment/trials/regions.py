"""Trials on regions: worlds of their own, in which the firm changes something at a time.

The unit is a region of the chain, with its own shoppers, stores and luck: a replication of the
scenario. What is done in one region cannot leak into another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from omnisim._validation import check_count
from omnisim.config.capabilities import Capabilities
from omnisim.config.scenario import Scenario
from omnisim.exceptions import ParameterError
from omnisim.experiment.attributed import observed_log
from omnisim.random import Draws, Stream
from omnisim.schema import OWN_CHANNELS, Event
from omnisim.simulation import Intervention, SimulationResult, simulate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
REGIONS_OF_A_PANEL = 2**20
"""Replications set aside for the regions of one panel: no two panels share a world."""

ALL_CHANNELS = tuple(channel.name.lower() for channel in OWN_CHANNELS)


@dataclass(frozen=True)
class Change:
    """What a region gets when it is treated.

    Parameters
    ----------
    capabilities : Capabilities, optional
        Levels while treated; the scenario's own otherwise.
    opens : str, optional
        Sales channel that is closed everywhere until treatment: ``"store"``, for instance.
    """

    capabilities: Capabilities | None = None
    opens: str | None = None

    def moves(self, scenario: Scenario) -> bool:
        """Return whether treatment differs from the scenario."""
        levels = self.capabilities is not None and self.capabilities != scenario.capabilities
        return levels or self.opens is not None

    def at(self, day: int, scenario: Scenario, *, treated: bool) -> Intervention:
        """Return the intervention that starts, or ends, treatment on a day."""
        levels = None
        if self.capabilities is not None:
            levels = self.capabilities if treated else scenario.capabilities
        is_open: Mapping[str, bool] = {} if self.opens is None else {self.opens: treated}
        return Intervention(day, levels, is_open)


@dataclass(frozen=True)
class Regions:
    """A panel of regions and periods.

    Parameters
    ----------
    scenario : Scenario
        Every region, before treatment. The horizon is cut into whole periods after the burn-in.
    change : Change
        What treatment is.
    n_regions : int
    period_days : int
    seed : int
        Seed of the study.
    channels : tuple of str, default=("store", "website", "app")
        Channels whose revenue is the outcome.
    washout_days : int, default=0
        Days at the start of every period whose sales are not counted.
    replication : int, default=0
        Number of the panel in the study; each has regions of its own.
    """

    scenario: Scenario
    change: Change
    n_regions: int
    period_days: int
    seed: int
    channels: tuple[str, ...] = field(default=ALL_CHANNELS)
    washout_days: int = 0
    replication: int = 0

    def __post_init__(self) -> None:
        check_count("n_regions", self.n_regions, minimum=4)
        check_count("period_days", self.period_days)
        check_count("replication", self.replication, minimum=0)
        if not 0 <= self.washout_days < self.period_days:
            raise ParameterError(
                f"washout_days must lie in [0, {self.period_days}). Got {self.washout_days}."
            )
        if not self.change.moves(self.scenario):
            raise ParameterError("change must change something in the scenario. It does not.")
        if self.n_periods < 2:
            raise ParameterError(
                f"market.horizon_days must hold at least 2 periods of {self.period_days} days. "
                f"Got {self.scenario.market.horizon_days}."
            )

    @property
    def n_periods(self) -> int:
        """Whole periods in the horizon."""
        return self.scenario.market.horizon_days // self.period_days

    @property
    def first_world(self) -> int:
        """The replication that is region 0."""
        return (1 + self.replication) * REGIONS_OF_A_PANEL

    @property
    def draws(self) -> Draws:
        """Random numbers of the firm's own assignments."""
        return Draws(self.seed, self.first_world)

    def order(self) -> Ints:
        """Return the regions in random order: the assignment of the firm."""
        u = self.draws.uniform(Stream.ASSIGNMENT, np.arange(self.n_regions))
        return np.argsort(u, kind="stable")

    def outcome(self, treated: NDArray[np.bool_]) -> Floats:
        """Return the revenue that the firm sees by region and period, if treated as given.

        Parameters
        ----------
        treated : ndarray of shape (n_regions, n_periods), bool

        Returns
        -------
        ndarray of shape (n_regions, n_periods), float64, unit: EUR
            Totals at TL0, which miss no sale.
        """
        return np.array([self._region(k, row) for k, row in enumerate(treated)])

    def _region(self, k: int, treated: NDArray[np.bool_]) -> Floats:
        run = simulate(
            self.scenario, seed=self.seed, replication=self.first_world + k,
            interventions=self._schedule(treated),
        )  # fmt: skip
        return self._totals(run)

    def _schedule(self, treated: NDArray[np.bool_]) -> Sequence[Intervention]:
        burn_in = self.scenario.market.burn_in_days
        starts = [self.change.at(0, self.scenario, treated=False)]
        state = False
        for period, now in enumerate(treated):
            if bool(now) != state:
                state = bool(now)
                day = burn_in + period * self.period_days
                starts.append(self.change.at(day, self.scenario, treated=state))
        return starts

    def _totals(self, run: SimulationResult) -> Floats:
        seen = observed_log(run, "TL0")
        wanted = [c for c in OWN_CHANNELS if c.name.lower() in self.channels]
        kept = seen["event"].to_numpy() == Event.PURCHASE
        kept &= np.isin(seen["channel"].to_numpy(), wanted)
        time = seen["time"].to_numpy()[kept] - self.scenario.market.burn_in_days
        period = (time / self.period_days).astype(np.int64)
        inside = (period < self.n_periods) & (time % self.period_days >= self.washout_days)
        return np.bincount(
            period[inside], weights=seen["value"].to_numpy()[kept][inside],
            minlength=self.n_periods,
        ).astype(np.float64)  # fmt: skip
