# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The state of a run as typed columns, shared by the kernels of the simulation.

`omnisim.simulation.world` allocates every column, checks lengths and keeps them alive; kernels
assume that shopper rows lie in [0, n), items in [0, n_items) and stores in [0, n_stores).
"""
from libc.math cimport exp, log1p
from libc.stdint cimport int16_t, int64_t

from _draws cimport uniform as _uniform
from _streams cimport FULFIL_NONE, IDENTITY_NONE, OWN_FATIGUE, OWN_GOODWILL, OWN_RESPONSE

COLUMNS = (
    "need_rate", "dropout", "basket_shape", "basket_scale", "mean_basket", "taste", "affinity",
    "digital", "price_sensitivity", "distance", "privacy", "has_app", "has_card",
    "tracking_consent", "home_store", "indptr", "indices", "alive", "aware", "has_account",
    "subscribed", "goodwill", "fatigue", "engagement", "touched", "satisfaction", "expectation",
    "until_need", "habit", "points", "n_needs", "n_aware_near", "coupon",
    "coupon_until", "attributes", "popularity",
    "is_shown", "on_hand", "demand", "weights", "record_of", "record_last", "record_value",
    "record_count", "record_profile", "record_weight", "settled", "nurtured_until",
    "location_consent", "record_first", "record_shown", "bonus", "record_sent", "record_teams",
    "surplus", "points_day", "exposed", "own_factors", "opened", "held_to", "n_identified",
    "store_open",
)  # fmt: skip


cdef class State:
    """Columns, parameters and recorders of one run."""

    def __init__(self, dict params, dict columns):
        self.p = params
        self.log = EventLog()
        self.postings = Postings()
        self.speakers = []
        self.need_rate = columns["need_rate"]
        self.dropout = columns["dropout"]
        self.basket_shape = columns["basket_shape"]
        self.basket_scale = columns["basket_scale"]
        self.mean_basket = columns["mean_basket"]
        self.taste = columns["taste"]
        self.affinity = columns["affinity"]
        self.digital = columns["digital"]
        self.price_sensitivity = columns["price_sensitivity"]
        self.distance = columns["distance"]
        self.privacy = columns["privacy"]
        self.own_factors = columns["own_factors"]
        self.has_app = columns["has_app"]
        self.has_card = columns["has_card"]
        self.held_to = columns["held_to"]
        self.tracking_consent = columns["tracking_consent"]
        self.home_store = columns["home_store"]
        self.indptr = columns["indptr"]
        self.indices = columns["indices"]
        self.alive = columns["alive"]
        self.aware = columns["aware"]
        self.has_account = columns["has_account"]
        self.subscribed = columns["subscribed"]
        self.exposed = columns["exposed"]
        self.goodwill = columns["goodwill"]
        self.fatigue = columns["fatigue"]
        self.engagement = columns["engagement"]
        self.touched = columns["touched"]
        self.satisfaction = columns["satisfaction"]
        self.expectation = columns["expectation"]
        self.until_need = columns["until_need"]
        self.surplus = columns["surplus"]
        self.habit = columns["habit"]
        self.points = columns["points"]
        self.points_day = columns["points_day"]
        self.n_needs = columns["n_needs"]
        self.n_aware_near = columns["n_aware_near"]
        self.n_identified = columns["n_identified"]
        self.coupon = columns["coupon"]
        self.coupon_until = columns["coupon_until"]
        self.attributes = columns["attributes"]
        self.popularity = columns["popularity"]
        self.is_shown = columns["is_shown"]
        self.on_hand = columns["on_hand"]
        self.store_open = columns["store_open"]
        self.demand = columns["demand"]
        self.weights = columns["weights"]
        self.record_of = columns["record_of"]
        self.record_last = columns["record_last"]
        self.record_value = columns["record_value"]
        self.record_count = columns["record_count"]
        self.record_profile = columns["record_profile"]
        self.record_weight = columns["record_weight"]
        self.location_consent = columns["location_consent"]
        self.record_first = columns["record_first"]
        self.record_shown = columns["record_shown"]
        self.bonus = columns["bonus"]
        self.settled = columns["settled"]
        self.nurtured_until = columns["nurtured_until"]
        self.opened = columns["opened"]
        self.record_sent = columns["record_sent"]
        self.record_teams = columns["record_teams"]
        self.n = self.need_rate.shape[0]
        self.n_items = self.popularity.shape[0]
        self.n_stores = self.on_hand.shape[0] - 1

    @property
    def params(self):
        """The parameters as a dict, set as a whole; a roll-out moves them during a run."""
        return self.p

    @params.setter
    def params(self, dict values):
        self.p = values

    def draw(self, int stream, Py_ssize_t shopper, long journey, long step):
        """Return the uniform at an address, for the decisions that are taken in Python."""
        return self.uniform(stream, shopper, journey, step)

    def note(self, double now, Py_ssize_t shopper, long journey, int channel, int event,
             int identity=IDENTITY_NONE, int store=-1, double cost=0, int item=-1,
             int fulfilment=FULFIL_NONE):
        """Log an event; its cost, if any, is posted by the caller."""
        self.log.add(now, shopper, journey, channel, event, identity, item, store, fulfilment, 0,
                     cost)

    def book(self, double now, Py_ssize_t shopper, long journey, int channel, int line,
             int64_t cents):
        """Post an amount in cents, costs negative; nothing if it is zero."""
        if cents != 0:
            self.postings.add(now, line, channel, shopper, journey, cents)

    def file_look(self, Py_ssize_t shopper, Py_ssize_t item):
        """File an item under the shopper's online record, weighed as a look (K3)."""
        self.file_signal(self.record_of[shopper, 0], item, self.p.content_signals)

    cdef double uniform(self, int stream, Py_ssize_t i, long need, long step) noexcept:
        return _uniform(self.p.seed, self.p.replication, stream, i, need, step)

    cdef void refresh(self, Py_ssize_t i, double now) noexcept:
        """Let goodwill, fatigue and engagement decay up to `now`."""
        cdef double dt = now - self.touched[i]
        if dt > 0:
            self.goodwill[i] *= exp(-self.p.goodwill_decay * dt)
            self.fatigue[i] *= exp(-self.p.fatigue_decay * dt)
            self.engagement[i] *= exp(-self.p.engagement_decay * dt)
            self.touched[i] = now

    cdef double pull(self, Py_ssize_t i) noexcept:
        """Return what goodwill adds to the utility of a channel: less after the trial (eq. 8)."""
        cdef double weight = self.p.goodwill * self.factor(i, OWN_GOODWILL)
        if self.settled[i]:
            weight *= self.p.settled_goodwill
        return weight * self.goodwill[i]

    cdef double tired(self, Py_ssize_t i) noexcept:
        """Return chi F of equation 3: by how much, in logs, messages have tired the shopper."""
        return self.p.fatigue * self.factor(i, OWN_FATIGUE) * self.fatigue[i]

    cdef double further(self, Py_ssize_t i, int channel) noexcept:
        """Count an exposure; return what it leaves, the week's first on average 1 (eq. 3).

        Over the n of a week g(n) = log(1 + s n) / log(1 + s), or n where s is 0, times the
        shopper's own response.
        """
        cdef double s = self.p.saturation, own = self.factor(i, OWN_RESPONSE)
        cdef int n = self.exposed[i, channel]
        if s <= 0:
            return own
        if n < 255:
            self.exposed[i, channel] = n + 1
        return own * log1p(s / (1 + s * n)) / log1p(s)

    cdef double advert(self, Py_ssize_t i, int channel) noexcept:
        """Count an advertisement; return the share of its goodwill that is left (eq. 3)."""
        return self.further(i, channel) * exp(-self.p.fatigue_on_ads * self.tired(i))

    cdef void count_near(self, Py_ssize_t i, int change) noexcept:
        """Tell the acquaintances that one more, or less, of theirs knows and considers the firm."""
        cdef int64_t k
        for k in range(self.indptr[i], self.indptr[i + 1]):
            self.n_aware_near[self.indices[k]] += change

    cdef double price_off(self, Py_ssize_t i, int channel, double now) noexcept:
        """Return the share off the price: the promotion or a coupon, whichever is larger."""
        cdef double off = self.p.promotion[channel]
        if now <= self.coupon_until[i] and self.coupon[i] > off:
            off = self.coupon[i]
        return off

    cdef void file_signal(self, Py_ssize_t record, Py_ssize_t item, double weight) noexcept:
        """Move the profile of a record towards an item: the mean of signals by their weight."""
        cdef Py_ssize_t d
        if weight <= 0:
            return
        self.record_weight[record] += weight
        for d in range(self.attributes.shape[1]):
            self.record_profile[record, d] += (
                weight * (self.attributes[item, d] - self.record_profile[record, d])
                / self.record_weight[record])

    cdef double likeness(self, Py_ssize_t i, Py_ssize_t item) noexcept:
        """Return the inner product of a shopper's taste with an item: their cosine."""
        cdef Py_ssize_t d
        cdef double total = 0
        for d in range(self.taste.shape[1]):
            total += self.taste[i, d] * self.attributes[item, d]
        return total

    cdef double usable_points(self, Py_ssize_t i, int ledger) noexcept:
        """Return the points, in EUR, that can be spent; ledger 0 is the store's, 1 online."""
        cdef double total = self.points[i, ledger]
        total += self.p.points_across * self.points[i, 1 - ledger]
        return total if total >= self.p.points_minimum else 0.0

    cdef void renew_points(self, Py_ssize_t i, int ledger, double now) noexcept:
        """Note that points were earned or spent; both ledgers, where points count across."""
        self.points_day[i, ledger] = <int16_t>now
        if self.p.points_across > 0:
            self.points_day[i, 1 - ledger] = <int16_t>now
