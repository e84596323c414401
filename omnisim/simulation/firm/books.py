"""Managers' books: what they read at a review, of all reviews so far, the latest first in weight.

Few numbers say little: sales and messages of a belief are added to those that were counted.
"""

from math import exp

import numpy as np
from numpy.typing import NDArray

from omnisim.config.scenario import Scenario
from omnisim.schema import EVENTS, Channel, Event, Fulfilment, Identity
from omnisim.simulation.firm.following import files, filing
from omnisim.simulation.firm.knowledge import JOINT, ONLINE_TEAM, STORE_TEAM
from omnisim.simulation.firm.results import Counts, Reader, Results, results_of, tail
from omnisim.simulation.world import Mailing, World

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BOTH = (ONLINE_TEAM, STORE_TEAM)
SENDERS = (*BOTH, JOINT)
APART = 1e6
"""Days that part two shoppers on one time line; no run is as long."""


class Books:
    """What the managers of one firm have read so far.

    Attributes
    ----------
    counts : Counts, optional
        Sums over all reviews, the earlier ones at less weight; None before the first.
    mail : dict of int to ndarray of shape (6,), float64
        Of each sender: messages, those opened, and the margin that followed those opened, and
        those not, in the online channels and in the store.
    sent : dict of int to float
        Messages of a sender's campaign.
    """

    def __init__(self) -> None:
        self.counts: Counts | None = None
        self.mail = {sender: np.zeros(6) for sender in SENDERS}
        self.sent: dict[int, float] = {}
        self._reader = Reader()
        self._mail = MailReader()

    def read(self, world: World) -> Results | None:
        """Read on; return what the books say, None if no need has ended yet."""
        kept = world.scenario.governance.books_kept
        counts = self._reader.count(world)
        self.counts = counts if self.counts is None else counts.after(self.counts, kept)
        results = self.results(world.scenario)
        self._read_mail(world, results)
        return results if self.counts.ended else None

    def results(self, scenario: Scenario) -> Results:
        """Return what the books say, the belief that they start from included."""
        prior = 100 * scenario.governance.prior_orders * mean_basket(scenario)
        nothing = Counts(0.0, np.zeros(len(Channel)), 0.0, *np.zeros((2, 2, len(Channel))))
        return results_of(self.counts or nothing, scenario, prior)

    def order_margin(self, scenario: Scenario) -> float:
        """Return the margin of an order of the web shop, EUR."""
        results, online = self.results(scenario), [1, 2]
        weight = results.share[online] + 1e-9
        return mean_basket(scenario) * float(np.average(results.margin[online], weights=weight))

    def message_margin(self, scenario: Scenario, sender: int) -> Floats:
        """Return what a message brings in the online channels and in the store, EUR.

        The margin that follows those who open over that of those who do not, times the share who
        open: what a manager reads off own data, not the true effect. Before data tell, and where
        sales are filed under nobody, a team believes that its messages sell in its own channels;
        sent as one, where sales are.
        """
        rules = scenario.governance
        n, opened, *followed = self.mail[sender]
        means = np.array(followed[:2]) / max(opened, 1.0) - np.array(followed[2:]) / max(
            n - opened, 1.0
        )
        share = self.results(scenario).share
        sales = np.array([share[1:].sum(), share[0]]) + 1e-9
        where = {ONLINE_TEAM: (1.0, 0.0), STORE_TEAM: (0.0, 1.0), JOINT: sales / sales.sum()}
        belief = rules.message_margin * rules.prior_messages * np.asarray(where[sender])
        tells = np.array([files(scenario, team) for team in BOTH])
        margin: Floats = (tells * opened * means + belief) / (tells * n + rules.prior_messages)
        return margin

    def _read_mail(self, world: World, results: Results) -> None:
        found = self._mail.read(world, results.margin)
        for sender, (sums, size) in found.items():
            self.mail[sender] = sums + world.scenario.governance.books_kept * self.mail[sender]
            self.sent[sender] = size


class MailReader:
    """Tells what followed campaigns, once the days within which orders count are over.

    An order follows a message if it is filed under the record that was written to.
    """

    def __init__(self) -> None:
        self.n_events = 0
        self.orders = np.zeros((0, 5))
        """Time, shopper, team, channel and EUR of orders, where a team files whom it recognises."""
        self.opened = np.zeros((0, 2))
        """Day and shopper of opened messages."""

    def read(self, world: World, margin: Floats) -> dict[int, tuple[Floats, float]]:
        """Return the sums of `Books.mail` and the mean size of a campaign, by sender."""
        self._read_on(world)
        last = world.env.now - world.scenario.governance.order_days
        due = [mailing for mailing in world.mailings if mailing[0] <= last]
        world.mailings[:] = [mailing for mailing in world.mailings if mailing[0] > last]
        found = {}
        for sender in SENDERS:
            own = [mailing for mailing in due if mailing[1] == sender]
            if own:
                size = sum(len(shoppers) for _, _, shoppers, _ in own) / len(own)
                found[sender] = self._followed(world, own, margin), size
        first = min((day for day, *_ in world.mailings), default=world.env.now)
        self.orders = self.orders[self.orders[:, 0] >= first]
        self.opened = self.opened[self.opened[:, 0] >= first]
        return found

    def _read_on(self, world: World) -> None:
        """Add what the log has got since the last call."""
        wanted = ("time", "shopper", "channel", "value", "event", "identity", "fulfilment")
        columns = tail(world.state.log, EVENTS.names, wanted, self.n_events)
        time, shopper, channel, value, event, identity, fulfilment = columns
        self.n_events += len(time)
        team, is_filed = filing(world.scenario, channel)
        filled = np.where(fulfilment == Fulfilment.ENDLESS_AISLE, Channel.WEBSITE, channel)
        known = (event == Event.PURCHASE) & (identity != Identity.NONE) & is_filed
        fresh = np.column_stack((time, shopper, team, filled, value))[known]
        self.orders = np.concatenate((self.orders, fresh))
        read = np.column_stack((time, shopper))[event == Event.OPEN]
        self.opened = np.concatenate((self.opened, read))

    def _followed(self, world: World, mailings: list[Mailing], margin: Floats) -> Floats:
        """Return the sums of `Books.mail` over some campaigns."""
        record_of = world.columns["record_of"]
        shopper = np.concatenate([shoppers for _, _, shoppers, _ in mailings])
        team = np.concatenate([teams for *_, teams in mailings])
        day = np.repeat([float(day) for day, *_ in mailings], [len(t) for *_, t in mailings])
        opened = np.isin(shopper * APART + day, self.opened[:, 1] * APART + self.opened[:, 0])
        buyer, seller, channel = self.orders[:, 1:4].T.astype(np.int64)
        place = record_of[buyer, seller] * APART + self.orders[:, 0]
        order = np.argsort(place)
        time, channel = place[order], channel[order]
        gained = margin[channel] * self.orders[order, 4]
        at = record_of[shopper, team] * APART + day
        last_at = at + world.scenario.governance.order_days
        first, last = np.searchsorted(time, at), np.searchsorted(time, last_at)
        followed = []
        for in_team in (channel != Channel.STORE, channel == Channel.STORE):
            total = np.concatenate(([0.0], np.cumsum(gained * in_team)))
            followed.append(total[last] - total[first])
        sums = [float(f[rows].sum()) for rows in (opened, ~opened) for f in followed]
        return np.array([len(at), opened.sum(), *sums])


def mean_basket(scenario: Scenario) -> float:
    """Return the mean price of an order over the segments, EUR."""
    own = sum(
        s.share * s.basket_shape * s.basket_scale / (s.basket_q - 1)
        for s in scenario.segments.values()
    )
    return own * exp(scenario.basket.category)
