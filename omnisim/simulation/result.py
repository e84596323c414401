"""SimulationResult: the tables of one run, and the few numbers one looks at first."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from omnisim.config.scenario import Scenario
from omnisim.journeys import Journeys, journeys_from_log
from omnisim.policies import Online, Policy
from omnisim.population import Population
from omnisim.schema import EVENTS, POSTINGS, Event, Line, Table
from omnisim.simulation._recorder import EventLog, Postings
from omnisim.simulation.parameters import DAYS_PER_YEAR
from omnisim.simulation.world import World


@dataclass(frozen=True, repr=False)
class SimulationResult:
    """Everything that happened in one run.

    Attributes
    ----------
    events : pyarrow.Table
        The true event log (`omnisim.schema.EVENTS`), burn-in included.
    postings : pyarrow.Table
        The profit and loss account (`omnisim.schema.POSTINGS`), burn-in included.
    scenario : Scenario
        What was simulated.
    population : Population
        Who was simulated.
    final : mapping of str to ndarray
        The shoppers' state at the end, by name. ``fatigue`` counts recent messages, older ones
        less. ``record_of`` tells under which record each team files a shopper. ``surplus`` is what
        they gained by the firm after the burn-in, in EUR: the inclusive value of the first decision
        of each need less that of the same need without the firm, over the marginal utility of money
        (Small and Rosen 1981).
    primitives : DataFrame
        What the firm could do, by name, from the day of the index on; the last row holds at the
        end. One row, unless a roll-out or an intervention moved them.
    provenance : dict
        How the result was made.
    decisions : pyarrow.Table, optional
        What the policy decided (`omnisim.schema.DECISIONS`), burn-in included.
    policy : Policy, optional
        The policy as it was at the end, if it learned in the run (`omnisim.policies.Online`).
    """

    events: pa.Table
    postings: pa.Table
    scenario: Scenario
    population: Population
    final: Mapping[str, np.ndarray]
    primitives: pd.DataFrame
    provenance: Mapping[str, Any]
    decisions: pa.Table | None = None
    policy: Policy | None = None

    def __repr__(self) -> str:
        """Return what was run and its headline."""
        return (
            f"SimulationResult of {len(self.population):,} shoppers over "
            f"{self.scenario.market.horizon_days} days, {self.events.num_rows:,} events\n"
            f"profit {self.profit_per_shopper_year:.2f} EUR per shopper and year"
        )

    @property
    def shopper_years(self) -> float:
        """Shoppers times counted years."""
        return len(self.population) * self.scenario.market.horizon_days / DAYS_PER_YEAR

    @cached_property
    def counted_events(self) -> pa.Table:
        """The event log without the burn-in."""
        return self._after_burn_in(self.events)

    @cached_property
    def counted_postings(self) -> pa.Table:
        """The postings without the burn-in."""
        return self._after_burn_in(self.postings)

    @property
    def orders(self) -> pa.Table:
        """Purchases at the firm, burn-in excluded."""
        return self._of(Event.PURCHASE)

    @property
    def touchpoints(self) -> pa.Table:
        """Contacts between firm and shoppers, burn-in excluded."""
        kinds = (Event.IMPRESSION, Event.MESSAGE, Event.OPEN, Event.CLICK, Event.VISIT)
        return self._of(*kinds)

    @cached_property
    def considering(self) -> NDArray[np.bool_]:
        """Whether each shopper has a journey under way at the end, shape (n,).

        With ``final["aware"]`` this is the awareness of facts.md D2: unaware, aware, considering.
        """
        names = ("event", "shopper", "journey", "item")
        event, shopper, journey, item = (self.events[name].to_numpy() for name in names)
        need = shopper.astype(np.int64) << 32 | journey
        ended = np.isin(event, (Event.PURCHASE, Event.RIVAL_PURCHASE, Event.NO_PURCHASE))
        begun = need[(event == Event.NEED) & (item >= 0)]
        under_way = np.setdiff1d(begun, need[ended & (journey >= 0)])
        considering = np.zeros(len(self.population), np.bool_)
        considering[under_way >> 32] = True
        return considering

    @cached_property
    def profit_per_shopper_year(self) -> float:
        """Sum of all postings, in EUR per shopper and year."""
        cents = int(np.sum(self.counted_postings["cents"].to_numpy()))
        return cents / 100 / self.shopper_years

    def ledger(self) -> pd.Series:
        """Return the profit and loss account, EUR by line; it sums to the profit to the cent."""
        cents = np.bincount(
            self.counted_postings["line"].to_numpy(),
            weights=self.counted_postings["cents"].to_numpy(),
            minlength=len(Line),
        )
        names = [line.name.lower() for line in Line]
        return pd.Series(cents / 100, index=pd.Index(names, name="line"), name="EUR")

    def journeys(self, *, lookback_days: float = 30.0) -> Journeys:
        """Return the true journeys: what a firm would see that missed nothing."""
        return journeys_from_log(self.counted_events, lookback_days=lookback_days)

    def _after_burn_in(self, table: pa.Table) -> pa.Table:
        time = table["time"].to_numpy()
        first = int(np.searchsorted(time, self.scenario.market.burn_in_days, side="left"))
        return table.slice(first)

    def _of(self, *kinds: Event) -> pa.Table:
        wanted = np.isin(self.counted_events["event"].to_numpy(), [int(k) for k in kinds])
        return self.counted_events.filter(pa.array(wanted))


def close_books(world: World, population: Population, made: Mapping[str, Any]) -> SimulationResult:
    """Turn the recorders of a finished run into tables."""
    events = _to_arrow(world.state.log, EVENTS)
    postings = _to_arrow(world.state.postings, POSTINGS)
    kept = ("alive", "aware", "subscribed", "satisfaction", "engagement", "goodwill", "points",
            "surplus", "settled", "fatigue", "record_of")  # fmt: skip
    final = {name: world.columns[name] for name in kept}
    days, values = zip(*world.moves, strict=True)
    primitives = pd.DataFrame(values, index=pd.Index(days, name="day", dtype=np.float64))
    decided = None if world.decisions is None else world.decisions.to_arrow()
    learned = world.policy if isinstance(world.policy, Online) else None
    return SimulationResult(
        events, postings, world.scenario, population, final, primitives, made, decided, learned
    )


def _to_arrow(recorder: EventLog | Postings, table: Table) -> pa.Table:
    """Return what a recorder holds, without a copy: a year's log would be held twice."""
    schema = table.arrow
    columns = [
        pa.chunked_array(parts, type=field.type)
        for parts, field in zip(recorder.columns(), schema, strict=True)
    ]
    return pa.table(columns, schema=schema)
