"""A plain SimPy model of the same retailer: what one would write without omnisim.

One generator a shopper for the whole run, others for its needs, parcels and advertisements,
plain objects and floats, `random.Random`, and a list of tuples as log. Decisions and parameters are
those of `omnisim.simulation` in the siloed arm; it is not slowed down on purpose.
"""

import math
from types import SimpleNamespace

import numpy as np
import simpy

from omnisim.schema import Channel, Event
from omnisim.simulation.market import season_factor
from tests.benchmarks.plain_firm import Firm, logistic, logit, pick_one

STORE, WEBSITE, APP, RIVAL_ONLINE, RIVAL_LOCAL, DELAY, NOWHERE = range(7)
TOUCHPOINTS = {Event.IMPRESSION, Event.MESSAGE, Event.OPEN, Event.CLICK, Event.VISIT}
OBSTACLE = -0.5


class Retailer(Firm):
    """The firm and the lives of its shoppers."""

    def run(self, days):
        for location in range(len(self.stock)):
            self.env.process(self.replenish(location))
        for shopper in self.shoppers:
            self.env.process(self.life(shopper))
            if self.p.display_per_day > 0:
                self.env.process(self.advertisements(shopper))
        self.env.process(self.campaigns())
        self.env.process(self.awareness())
        self.env.run(until=days)
        return self.log

    def life(self, s):
        """Have needs for ever: those of the peak season, thinned to the season of the day."""
        market, p = self.scenario.market, self.p
        peak = s.need_rate * (1 + market.season_amplitude)
        if peak < 1e-9:
            return
        while True:
            lift = math.exp(p.engagement_on_need * s.engagement)
            yield self.env.timeout(self.rng.expovariate(peak * lift))
            season = season_factor(market, int(self.env.now))
            if self.rng.random() * (1 + market.season_amplitude) > season:
                continue
            if s.alive and s.aware:
                self.env.process(self.journey(s))
            else:
                self.end_elsewhere(s)

    def end_elsewhere(self, s):
        p = self.p
        price = p.price * s.sensitivity
        online = p.rival_online + s.affinity[WEBSITE] + price * p.rival_gap
        v = [
            online - p.delivery_per_day * p.rival_days,
            p.rival_local + s.affinity[STORE] - p.distance_per_km * s.distance * p.rival_distance,
            p.none_intercept,
        ]
        self.add(s, Channel.NONE, Event.NEED)
        self.lose(s, (RIVAL_ONLINE, RIVAL_LOCAL, NOWHERE)[pick_one(self.rng, v)])

    def lose(self, s, where):
        if where == RIVAL_ONLINE:
            self.add(s, Channel.RIVAL_ONLINE, Event.RIVAL_PURCHASE)
        elif where == RIVAL_LOCAL:
            self.add(s, Channel.RIVAL_LOCAL, Event.RIVAL_PURCHASE)
        else:
            self.add(s, Channel.NONE, Event.NO_PURCHASE)

    def advertisements(self, s):
        p = self.p
        while True:
            yield self.env.timeout(self.rng.expovariate(p.display_per_day))
            self.refresh(s)
            s.goodwill += p.display_goodwill * p.relevance_base
            self.add(s, Channel.DISPLAY, Event.IMPRESSION, -p.display_cost)

    def journey(self, s):
        env, rng = self.env, self.rng
        weights = self.popularity * np.exp(self.p.taste_weight * (self.attributes @ s.taste))
        item = rng.choices(range(len(weights)), weights=weights.tolist())[0]
        self.add(s, Channel.NONE, Event.NEED)
        expires = env.now + self.scenario.market.need_open_days
        searched = self.search(s)
        trip = SimpleNamespace(searched=searched, in_store=False, seen=False, trouble=False,
                               found=rng.gauss(0, self.p.inspection_sd), waited=0.0)  # fmt: skip
        if searched == STORE:
            yield from self.visit_store(s, trip)
        for _ in range(12):
            if env.now > expires:
                break
            action = self.decide(s, trip)
            if action == STORE and not trip.in_store:
                yield from self.visit_store(s, trip)
                continue
            if action == STORE:
                action, item = self.take(s, item)
                trip.trouble |= action != STORE
            if action == STORE:
                self.sell(s, item, STORE)
                speed = self.rate_wait(trip.waited)
                if self.judge(s, STORE, trip, speed):
                    env.process(self.send_back(s, STORE))
                return
            if action in (WEBSITE, APP):
                self.add(s, Channel(action), Event.CART)
                if rng.random() >= logistic(self.p.cart_friction):
                    self.sell(s, item, action)
                    env.process(self.deliver(s, item, action, trip))
                    return
                self.add(s, Channel(action), Event.CART_ABANDONED)
                if s.has_account:
                    env.process(self.remind(s))
                yield from self.put_off(s, trip)
            elif action == DELAY:
                yield from self.put_off(s, trip)
            else:
                self.lose(s, action)
                if trip.trouble:
                    self.feel(s, OBSTACLE)
                return
        self.lose(s, NOWHERE)
        if trip.trouble:
            self.feel(s, OBSTACLE)

    def search(self, s):
        p = self.p
        self.refresh(s)
        v = []
        for channel in (STORE, WEBSITE, APP):
            if p.is_open[channel] and (channel != APP or s.has_app):
                v.append(p.search_intercept[channel] + s.affinity[channel]
                         + p.habit * s.habit[channel] + p.goodwill * s.goodwill)  # fmt: skip
            else:
                v.append(-math.inf)
        v[STORE] -= p.distance_per_km * s.distance
        v.append(p.search_intercept[3] + s.affinity[WEBSITE])
        chosen = pick_one(self.rng, v)
        if chosen == WEBSITE and self.rng.random() < p.p_paid_search:
            s.goodwill += p.search_goodwill
            self.add(s, Channel.SEARCH, Event.CLICK, -p.search_cost)
        if chosen in (WEBSITE, APP):
            self.add(s, Channel(chosen), Event.VISIT)
        return chosen

    def decide(self, s, trip):
        p = self.p
        self.refresh(s)
        price, way = p.price * s.sensitivity, p.distance_per_km * s.distance
        firm = p.goodwill * s.goodwill + p.satisfaction * s.satisfaction
        found = trip.found if trip.seen else 0.0
        doubt = p.risk * (1 - p.resolved[STORE if trip.seen else trip.searched])
        v = [-math.inf] * 7
        for channel in (STORE, WEBSITE, APP):
            if p.is_open[channel] and (channel != APP or s.has_app):
                points = s.points[0 if channel == STORE else 1]
                points = points if points >= p.points_minimum else 0.0
                v[channel] = (
                    p.purchase_intercept[channel] + s.affinity[channel] + firm + found
                    + p.search_help[trip.searched][channel] + p.habit * s.habit[channel]
                    + price * min(1.0, points / s.mean_basket)
                )  # fmt: skip
                if channel != STORE:
                    v[channel] -= doubt + price * p.delivery_fee / s.mean_basket
                    v[channel] -= p.delivery_per_day * p.delivery_days
        if not trip.in_store:
            v[STORE] -= way + p.stock * (1 - p.believed_availability)
        looked_up = self.rng.random() < p.p_phone_check * s.digital
        if looked_up and trip.in_store:
            self.add(s, Channel.STORE, Event.PHONE_CHECK)
        v[RIVAL_ONLINE] = (p.rival_online + s.affinity[WEBSITE] + found - doubt
                           + price * p.rival_gap - p.delivery_per_day * p.rival_days)  # fmt: skip
        if not looked_up and trip.searched != 3:
            v[RIVAL_ONLINE] -= p.rival_unseen
        v[RIVAL_LOCAL] = p.rival_local + s.affinity[STORE] + found - way * p.rival_distance
        v[DELAY], v[NOWHERE] = p.delay_intercept, p.none_intercept
        return pick_one(self.rng, v)

    def put_off(self, s, trip):
        trip.in_store = False
        s.waiting = self.env.active_process
        try:
            yield self.env.timeout(self.rng.expovariate(1 / self.p.mean_delay_days))
        except simpy.Interrupt:
            self.add(s, Channel.WEBSITE, Event.VISIT)
        s.waiting = None

    def visit_store(self, s, trip):
        env, p, rng = self.env, self.p, self.rng
        day = math.floor(env.now)
        hour, u = (env.now - day) * 24, rng.random()
        if p.opening <= hour + u < p.closing:
            yield env.timeout(u / 24)
        else:
            day += hour >= p.opening
            hours = p.opening + u * (p.closing - p.opening)
            yield env.timeout(day + hours / 24 - env.now)
        self.add(s, Channel.STORE, Event.VISIT)
        arrival = env.now
        with self.staff[s.store].request() as turn:
            if not turn.triggered:
                yield turn | env.timeout(rng.expovariate(1 / p.patience_days))
            if turn.triggered:
                trip.waited = env.now - arrival
                yield env.timeout(rng.expovariate(1 / p.service_days))
                trip.in_store = trip.seen = True
                return
        self.add(s, Channel.STORE, Event.WALKOUT)
        trip.trouble = True
        yield from self.put_off(s, trip)

    def rate_wait(self, waited):
        minutes = waited * 24 * 60
        return max(-1.0, 0.8 - minutes / self.scenario.service.patience_minutes)

    def take(self, s, item):
        """Return what to do and with which item: buy it, or react to an empty shelf."""
        p, shelf, asked = self.p, self.stock[s.store], self.demand[s.store]
        asked[item] += 1
        if shelf[item] > 0:
            shelf[item] -= 1
            return STORE, item
        self.add(s, Channel.STORE, Event.STOCKOUT)
        likeness = self.attributes @ self.attributes[item]
        others = [k for k, left in enumerate(shelf) if left > 0]
        weights = [p.react_substitute if others else 0.0, p.react_rival, p.react_delay,
                   p.react_quit]  # fmt: skip
        reaction = self.rng.choices((STORE, RIVAL_LOCAL, DELAY, NOWHERE), weights)[0]
        if reaction == STORE:
            item = max(others, key=lambda k: likeness[k])
            shelf[item] -= 1
            asked[item] += 1
        if reaction == RIVAL_LOCAL and self.rng.random() < p.p_phone_check * s.digital:
            self.add(s, Channel.STORE, Event.PHONE_CHECK)
            reaction = RIVAL_ONLINE
        return reaction, item

    def deliver(self, s, item, channel, trip):
        p = self.p
        days = self.rng.gammavariate(p.delivery_shape, p.delivery_days / p.delivery_shape)
        warehouse = self.stock[-1]
        self.demand[-1][item] += 1
        warehouse[item] -= 1
        if warehouse[item] < 0:
            days += p.restock_days
        yield self.env.timeout(days)
        self.add(s, Channel(channel), Event.DELIVERY)
        late = max(0.0, days - p.delivery_days) / max(p.delivery_days, 1.0)
        if self.judge(s, channel, trip, max(-1.0, 0.6 - late)):
            yield from self.send_back(s, channel)

    def send_back(self, s, channel):
        yield self.env.timeout(self.scenario.fulfilment.return_days)
        self.add(s, Channel(channel), Event.RETURN)

    def feel(self, s, lived):
        p = self.p
        gap = lived - s.expectation
        gap *= p.loss_weight if gap < 0 else 1.0
        s.satisfaction += p.satisfaction_rate * (gap - s.satisfaction)
        s.satisfaction = max(-1.0, min(1.0, s.satisfaction))
        s.expectation += p.expectation_rate * (lived - s.expectation)

    def judge(self, s, channel, trip, speed):
        """Compare with what was expected, perhaps leave, perhaps talk; True if it goes back."""
        p, rng = self.p, self.rng
        in_store = trip.seen or channel == STORE
        open_doubt = 1 - p.resolved[STORE if in_store else trip.searched]
        fit = rng.gauss(0, p.fit_sd * math.sqrt(open_doubt))
        goods = max(-1.0, min(1.0, 0.6 + 0.4 * fit))
        ease = OBSTACLE if trip.trouble else 0.6
        mean, worst = (goods + speed + ease) / 3, min(goods, speed, ease)
        self.feel(s, (1 - p.weakest_link) * mean + p.weakest_link * worst)
        self.refresh(s)
        points = s.points[0 if channel == STORE else 1]
        shift = (p.satisfaction_on_churn * (s.satisfaction - p.satisfaction_centre)
                 + p.engagement_on_churn * (s.engagement - p.engagement_centre)
                 + p.points_on_churn
                 * ((points if points >= p.points_minimum else 0) - p.points_centre))  # fmt: skip
        if s.alive and rng.random() < logistic(logit(s.dropout) - shift):
            s.alive = False
            self.add(s, Channel.NONE, Event.CHURN)
            self.env.process(self.come_back(s))
        if s.satisfaction > p.promoter_above and rng.random() < p.p_recommend:
            self.speak(s, 1)
        elif s.satisfaction < p.detractor_below and rng.random() < p.p_warn:
            self.speak(s, -1)
        hassle = p.hassle_store if channel == STORE else p.hassle_online
        return fit < p.return_threshold - hassle

    def come_back(self, s):
        if self.p.back_per_day > 0:
            yield self.env.timeout(self.rng.expovariate(self.p.back_per_day))
            s.alive = True
            self.add(s, Channel.NONE, Event.BACK)

    def speak(self, s, sign):
        event = Event.WORD_POSITIVE if sign > 0 else Event.WORD_NEGATIVE
        self.add(s, Channel.NONE, event)
        for k in s.friends:
            if self.rng.random() < self.p.p_heard:
                friend = self.shoppers[k]
                friend.aware |= sign > 0
                heard = friend.satisfaction + sign * self.p.satisfaction_shift
                friend.satisfaction = max(-1.0, min(1.0, heard))

    def awareness(self):
        p = self.p
        while True:
            for s in self.shoppers:
                if s.aware:
                    continue
                self.refresh(s)
                hazard = p.innovation + p.aware_goodwill * s.goodwill
                if s.friends:
                    near = sum(self.shoppers[k].aware for k in s.friends)
                    hazard += p.imitation * near / len(s.friends)
                if self.rng.random() < 1 - math.exp(-hazard):
                    s.aware = True
                    self.add(s, Channel.NONE, Event.AWARE)
            yield self.env.timeout(1)
