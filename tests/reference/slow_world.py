"""The state of a run as plain copies, for slow oracles of the kernels."""

import math

import numpy as np

from omnisim.config.heterogeneity import Heterogeneity
from omnisim.random import Draws, Stream
from omnisim.schema import EVENTS, POSTINGS, Channel

NOTHING = {"identity": 0, "item": -1, "store": -1, "fulfilment": 0, "value": 0.0, "cost": 0.0,
           "propensity": math.nan}  # fmt: skip


WEIGHTS = {
    "delivery_per_day": "wait", "delay_intercept": "later", "relevance_taste": "relevance",
    "aware_goodwill": "goodwill", "browse_goodwill": "goodwill",
}  # fmt: skip
"""Parameters whose spread has another name."""


class SlowWorld:
    """Copies of the columns of a world, its parameters, and lists in place of its recorders.

    Attributes
    ----------
    c : dict of str to ndarray
        Columns by name, as in `omnisim.simulation.world.World.columns`.
    p : dict of str to float
        Parameters by name, as in `omnisim.simulation.parameters.kernel_parameters`.
    """

    def __init__(self, world):
        self.c = {name: np.array(column) for name, column in world.columns.items()}
        self.p = dict(world.state.params)
        self.draws = Draws(self.p["seed"], self.p["replication"])
        self.warehouse = len(self.c["on_hand"]) - 1
        self.events, self.postings, self.speakers = [], [], []

    def u(self, stream, shopper, need, step=0):
        """Return the uniform of a decision."""
        return float(self.draws.uniform(Stream[stream], shopper, journey=need % 2**64, step=step))

    def log(self, time, shopper, journey, channel, event, **fields):
        row = NOTHING | fields
        row |= {"time": time, "shopper": shopper, "journey": journey, "channel": int(channel),
                "event": int(event)}  # fmt: skip
        self.events.append([row[name] for name in EVENTS.names])

    def post(self, time, line, channel, shopper, journey, euros):
        """Post an amount, rounded to whole cents, halves away from zero; nothing if it is zero."""
        amount = to_cents(euros)
        if amount:
            row = {"time": time, "line": int(line), "channel": int(channel), "shopper": shopper,
                   "journey": journey, "cents": amount}  # fmt: skip
            self.postings.append([row[name] for name in POSTINGS.names])

    def effect(self, channel):
        """Return 1, or 0 where the exposures of a channel are inert."""
        return self.p["effect"][Channel[channel]]

    def home(self, shopper):
        return int(self.c["home_store"][shopper])

    def cookie(self, shopper):
        return 1 if self.c["tracking_consent"][shopper] else 0

    def refresh(self, shopper, now):
        """Let goodwill, fatigue and engagement decay since they were last touched."""
        days = now - self.c["touched"][shopper]
        if days <= 0:
            return
        for stock in ("goodwill", "fatigue", "engagement"):
            self.c[stock][shopper] *= math.exp(-self.p[stock + "_decay"] * days)
        self.c["touched"][shopper] = now

    def may_use(self, shopper, channel):
        """Tell whether a sales channel is open, and not closed to this shopper alone."""
        held = {0: (0, 1, 2), 1: (0,), 2: (1, 2)}[int(self.c["held_to"][shopper])]
        here = channel != 0 or self.c["store_open"][self.home(shopper)]
        return bool(self.p["is_open"][channel] and here and channel in held)

    def own(self, shopper, weight):
        """Return a weight of the parameters times the shopper's own multiple of it."""
        return self.p[weight] * self.factor(shopper, WEIGHTS.get(weight, weight))

    def factor(self, shopper, name):
        column = list(Heterogeneity.model_fields).index(name)
        return float(self.c["own_factors"][shopper, column])

    def pull(self, shopper):
        """Return the utility of goodwill, which weighs less after the trial phase (eq. 8)."""
        share = self.p["settled_goodwill"] if self.c["settled"][shopper] else 1.0
        return share * self.own(shopper, "goodwill") * self.c["goodwill"][shopper]

    def tired(self, shopper):
        return self.own(shopper, "fatigue") * self.c["fatigue"][shopper]

    def further(self, shopper, channel):
        """Return g(n) - g(n - 1) for the n-th exposure of the week, times the own response."""
        s, code, own = self.p["saturation"], Channel[channel], self.factor(shopper, "response")
        if s == 0:
            return own
        n = int(self.c["exposed"][shopper, code]) + 1
        self.c["exposed"][shopper, code] = n
        return own * math.log((1 + s * n) / (1 + s * (n - 1)), 1 + s)

    def advert(self, shopper, channel):
        """Return the effect of an advertisement: less if repeated, or if messages tire."""
        works = self.effect(channel) * self.further(shopper, channel)
        return works * math.exp(-self.p["fatigue_on_ads"] * self.tired(shopper))

    def price_off(self, shopper, channel, now):
        """Return the share off the price: promotion or coupon, whichever is larger."""
        coupon = self.c["coupon"][shopper] if now <= self.c["coupon_until"][shopper] else 0.0
        return max(self.p["promotion"][channel], float(coupon))

    def file_signal(self, record, item, weight):
        """Keep the weighted mean of what a record's owner bought, clicked and looked at."""
        before = self.c["record_weight"][record]
        if weight > 0:
            total = self.c["record_profile"][record] * before
            total = total + weight * self.c["attributes"][item]
            self.c["record_profile"][record] = total / (before + weight)
            self.c["record_weight"][record] = before + weight

    def usable_points(self, shopper, channel):
        """Return the EUR of points that can be spent in a channel: store 0, online otherwise."""
        store, online = self.c["points"][shopper]
        here, there = (store, online) if channel == 0 else (online, store)
        total = here + self.p["points_across"] * there
        return total if total >= self.p["points_minimum"] else 0.0

    def renew_points(self, shopper, ledger, now):
        """Note when points were last earned or spent, in both ledgers if they count across."""
        ledgers = [ledger] if self.p["points_across"] == 0 else [0, 1]
        self.c["points_day"][shopper, ledgers] = int(now)


def to_cents(euros):
    """Return whole cents, halves away from zero."""
    return int(math.copysign(math.floor(abs(euros) * 100 + 0.5), euros)) if euros else 0


def logistic(x):
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def logit(p):
    return math.log(p / (1 - p))


def choose(utilities, u):
    """Return the key that `u` falls on; None marks what cannot be chosen."""
    possible = {key: v for key, v in utilities.items() if v is not None}
    top = max(possible.values())
    weights = {key: math.exp(v - top) for key, v in possible.items()}
    passed = 0.0
    for key, weight in weights.items():
        passed += weight
        if u * sum(weights.values()) < passed:
            return key
    return key


def assert_same(world, slow):
    """Hold the columns and records of a world to those of its oracle."""
    for name, column in slow.c.items():
        if name == "weights":
            continue  # scratch
        np.testing.assert_allclose(
            world.columns[name], column, rtol=1e-10, atol=1e-10, err_msg=name
        )
    for recorder, rows in ((world.state.log, slow.events), (world.state.postings, slow.postings)):
        found = [np.concatenate([[], *parts]) for parts in recorder.columns()]
        np.testing.assert_allclose(
            np.array(found, dtype=float).T.reshape(len(rows), -1) if rows else found[0],
            np.array(rows, dtype=float) if rows else [],
            rtol=1e-9,
            atol=1e-9,
        )
    assert world.state.speakers == slow.speakers
