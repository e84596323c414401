"""The firm of the plain SimPy model: its shoppers' records, stock, sales and e-mails."""

import math
import random
from types import SimpleNamespace

import numpy as np
import simpy

from omnisim.schema import Channel, Event
from omnisim.simulation.firm.stock import popularity
from omnisim.simulation.parameters import kernel_parameters

STORE = 0


def logistic(x):
    return 1 / (1 + math.exp(-x))


def logit(p):
    return math.log(p / (1 - p))


def pick_one(rng, utilities):
    """Return an index with multinomial logit shares."""
    top = max(utilities)
    weights = [math.exp(v - top) for v in utilities]
    target = rng.random() * sum(weights)
    for k, weight in enumerate(weights):
        target -= weight
        if target < 0:
            return k
    return k


class Shopper:
    """One person: traits from a population, and moods."""

    __slots__ = (
        "affinity", "alive", "aware", "bought", "digital", "distance", "dropout", "engagement",
        "expectation", "fatigue", "friends", "goodwill", "habit", "has_account", "has_app",
        "has_card", "last_seen", "mean_basket", "need_rate", "number", "points", "profile",
        "satisfaction", "scale", "sensitivity", "sent", "shape", "store", "subscribed", "taste",
        "touched", "waiting",
    )  # fmt: skip

    def __init__(self, number, who, n_stores, expectation, rate_factor):
        self.number, self.store = number, number % n_stores
        self.need_rate = float(who.need_rate[number]) * rate_factor
        self.dropout = float(who.dropout[number])
        self.shape, self.scale = float(who.basket_shape[number]), float(who.basket_scale[number])
        self.mean_basket = self.shape / self.scale
        self.taste, self.affinity = who.taste[number], who.affinity[number].tolist()
        self.digital = float(who.digital[number])
        self.sensitivity = float(who.price_sensitivity[number])
        self.distance = float(who.distance_km[number])
        self.has_app, self.has_card = bool(who.has_app[number]), bool(who.has_card[number])
        self.has_account = bool(who.has_account[number])
        self.subscribed = bool(who.email_consent[number])
        self.alive, self.aware = True, bool(who.aware[number])
        self.friends = who.network.neighbours(number).tolist()
        self.goodwill = self.fatigue = self.engagement = self.touched = self.satisfaction = 0.0
        self.expectation = expectation
        self.habit, self.points = [0.0, 0.0, 0.0], [0.0, 0.0]
        self.last_seen, self.bought, self.sent = [-math.inf] * 2, [0, 0], [0, 0]
        self.profile, self.waiting = [None, None], None


class Firm:
    """Stores, warehouse, records, and the log of everything that happens."""

    def __init__(self, scenario, population, seed):
        self.scenario, self.rng, self.env = scenario, random.Random(seed), simpy.Environment()
        primitives = scenario.primitives.at(scenario.capabilities)
        self.p = SimpleNamespace(**kernel_parameters(scenario, primitives, seed=0, replication=0))
        shops = scenario.channels.store, scenario.channels.website, scenario.channels.app
        self.p.resolved = [c.risk_resolved for c in (*shops, scenario.channels.website)]
        n_stores, n_items = scenario.stores.n_stores, scenario.stock.n_items
        staff = scenario.service.staff_per_store
        self.staff = [simpy.Resource(self.env, staff) for _ in range(n_stores)]
        self.popularity = popularity(scenario.stock)
        vectors = np.random.default_rng(seed).normal(size=(n_items, population.taste.shape[1]))
        self.attributes = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        self.stock = [[0] * n_items for _ in range(n_stores + 1)]
        self.demand = [[0] * n_items for _ in range(n_stores + 1)]
        self.log = []
        factor = scenario.market.needs_per_purchase
        start = scenario.experience.expectation_start
        self.shoppers = [
            Shopper(i, population, n_stores, start, factor) for i in range(len(population))
        ]

    def add(self, shopper, channel, event, value=0.0):
        self.log.append((self.env.now, shopper.number, channel, event, value))

    def refresh(self, s):
        days = self.env.now - s.touched
        s.goodwill *= math.exp(-self.p.goodwill_decay * days)
        s.fatigue *= math.exp(-self.p.fatigue_decay * days)
        s.engagement *= math.exp(-self.p.engagement_decay * days)
        s.touched = self.env.now

    def replenish(self, location):
        """Review, forecast from own demand, order up to a level."""
        stock, env = self.scenario.stock, self.env
        is_warehouse = location == len(self.staff)
        lead = stock.warehouse_lead_days if is_warehouse else stock.lead_days
        safety = stock.warehouse_safety_factor if is_warehouse else stock.safety_factor
        needs = sum(s.need_rate for s in self.shoppers) / self.scenario.market.needs_per_purchase
        share = needs * stock.review_days / (1 if is_warehouse else len(self.staff))
        n_kept = len(self.popularity) if is_warehouse else stock.n_stocked
        forecast = [share * x for x in self.popularity[:n_kept].tolist()]
        on_hand, asked, coming = self.stock[location], self.demand[location], [0] * n_kept

        def level(expected):
            mean = expected * (stock.review_days + lead) / stock.review_days
            return max(1, math.ceil(mean + safety * math.sqrt(mean)))

        def arrive(order):
            yield env.timeout(lead)
            for k, amount in enumerate(order):
                on_hand[k] += amount
                coming[k] -= amount

        on_hand[:n_kept] = [level(x) for x in forecast]
        while True:
            yield env.timeout(stock.review_days)
            order = []
            for k in range(n_kept):
                forecast[k] += stock.demand_smoothing * (asked[k] - forecast[k])
                order.append(max(0, level(forecast[k]) - on_hand[k] - coming[k]))
                coming[k] += order[k]
            asked[:] = [0] * len(asked)
            env.process(arrive(order))

    def sell(self, s, item, channel):
        p, team = self.p, 0 if channel == STORE else 1
        goods = round(self.rng.gammavariate(s.shape, 1 / s.scale), 2)
        spent = s.points[team] if s.points[team] >= p.points_minimum else 0.0
        spent = round(min(spent, goods), 2)
        s.points[team] -= spent
        s.habit = [h * (1 - p.habit_forgetting) for h in s.habit]
        s.habit[channel] += 1
        known = channel != STORE or (s.has_card and self.rng.random() < p.card_shown)
        s.has_account |= channel != STORE
        if known:
            if s.has_card:
                s.points[team] += round((goods - spent) * p.points_share, 2)
            s.bought[team] += 1
            s.last_seen[team] = self.env.now
            seen = self.attributes[item]
            old = s.profile[team]
            s.profile[team] = seen if old is None else old + (seen - old) / s.bought[team]
            self.env.process(self.thank(s, team))
        self.add(s, Channel(channel), Event.PURCHASE, goods - spent)

    def campaigns(self):
        messages = self.scenario.messages
        while True:
            for s in self.shoppers:
                s.sent = [0, 0]
                for team in (0, 1):
                    if self.may_write(s, team):
                        self.write(s, team, after_purchase=False)
            yield self.env.timeout(messages.campaign_every_days)

    def may_write(self, s, team):
        """Hold to consent, to recent buyers and to the weekly cap; team 0 is the store's."""
        messages = self.scenario.messages
        known = s.has_card if team == 0 else s.has_account
        recent = self.env.now - s.last_seen[team] <= messages.recent_days
        return known and s.subscribed and recent and s.sent[team] < messages.cap_per_week

    def remind(self, s):
        yield self.env.timeout(1)
        if self.may_write(s, 1):
            self.write(s, 1, after_purchase=False)

    def thank(self, s, team):
        yield self.env.timeout(1)
        if self.may_write(s, team):
            self.write(s, team, after_purchase=True)

    def write(self, s, team, after_purchase):
        p, rng = self.p, self.rng
        self.refresh(s)
        item = 0
        if s.profile[team] is not None:
            item = int(np.argmax(self.attributes @ s.profile[team]))
        relevance = p.relevance_base
        relevance += p.relevance_taste * float(s.taste @ self.attributes[item])
        s.sent[team] += 1
        self.add(s, Channel.EMAIL, Event.MESSAGE, -p.message_cost)
        odds = p.relevance_on_response * (relevance - p.relevance_reference)
        tired = p.fatigue * s.fatigue
        if rng.random() < logistic(logit(p.p_open) + odds - tired):
            self.add(s, Channel.EMAIL, Event.OPEN)
            s.goodwill += p.message_goodwill * max(relevance, 0.0) * math.exp(-tired)
            if after_purchase:
                s.engagement += p.message_engagement * max(relevance, 0.0)
            if rng.random() < p.p_click:
                self.add(s, Channel.EMAIL, Event.CLICK)
                if s.waiting is not None:
                    s.waiting.interrupt()
                else:
                    self.add(s, Channel.WEBSITE, Event.VISIT)
        if rng.random() < logistic(logit(p.p_unsubscribe) - odds + tired):
            s.subscribed = False
            self.add(s, Channel.EMAIL, Event.UNSUBSCRIBE)
        s.fatigue += 1
