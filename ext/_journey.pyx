# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The decisions of a journey, one compiled call a touchpoint (facts.md D4, equations 5-7 and 10).

Every function takes the state, the address of the decision (shopper, need, step) and the time,
logs what happens and returns what the journey process must do next.
"""
from libc.math cimport HUGE_VAL, exp, floor, log

from _choice cimport choose, logistic, share_of_first
from _defence cimport defend
from _draws cimport categorical, exponential, gamma
from _streams cimport *
from _surplus cimport surplus
from _utility cimport SEARCH_STEP, SEARCHED_RIVAL, compares, cookie, signed_in, weigh
from omnisim.simulation._state cimport State

cdef enum:
    SEARCHED_SOCIAL = 4
    SEARCHED_PHONE = 5
    N_SEARCHED = 6
    CART_STEP = 1 << 16


def want(State w, Py_ssize_t i, long need, double now):
    """Return the item that the need is for: popularity times taste, by one uniform."""
    cdef Py_ssize_t k, d
    cdef double likeness
    for k in range(w.n_items):
        likeness = 0
        for d in range(w.taste.shape[1]):
            likeness += w.taste[i, d] * w.attributes[k, d]
        w.weights[k] = w.popularity[k] * exp(w.p.taste_weight * likeness)
    k = categorical(w.uniform(STREAM_ITEM, i, need, 0), &w.weights[0], w.n_items)
    w.log.add(now, i, need, NOWHERE, EVENT_NEED, IDENTITY_NONE, <int>k)
    return k


def search(State w, Py_ssize_t i, long need, double now):
    """Choose where to search (eq. 5), and log it; a call is logged by who takes it.

    0 store, 1 website, 2 app, 3 the online rival, 4 a social network, 5 the telephone.
    """
    cdef double v[N_SEARCHED]
    cdef double pull, habit = w.p.habit * w.factor(i, OWN_HABIT)
    cdef int c
    w.refresh(i, now)
    pull = w.pull(i)
    for c in range(3):
        v[c] = -HUGE_VAL
        if w.may_use(i, c) and (c != APP or w.has_app[i]):
            v[c] = w.p.search_intercept[c] + w.affinity[i, c] + habit * w.habit[i, c] + pull
    v[STORE] -= w.p.distance_per_km * w.distance[i]
    v[SEARCHED_RIVAL] = w.p.search_intercept[3] + w.affinity[i, WEBSITE]
    v[SEARCHED_SOCIAL] = remote(w, i, SEARCHED_SOCIAL, WEBSITE)
    v[SEARCHED_PHONE] = remote(w, i, SEARCHED_PHONE, STORE)
    c = <int>choose(v, N_SEARCHED, w.uniform(STREAM_SEARCH, i, need, 0))
    if c == WEBSITE and w.uniform(STREAM_SEARCH, i, need, 1) < w.p.p_paid_search:
        w.goodwill[i] += (w.p.effect[PAID_SEARCH] * w.p.search_goodwill
                          * w.advert(i, PAID_SEARCH))
        w.log.add(now, i, need, PAID_SEARCH, EVENT_CLICK, cookie(w, i), -1, -1, FULFIL_NONE, 0,
                  w.p.search_cost)
        w.postings.add(now, LINE_MEDIA, PAID_SEARCH, i, need, -<long>(w.p.search_cost * 100 + 0.5))
    if c == WEBSITE or c == APP:
        visit(w, i, need, c, SEARCH_STEP, now)
    elif c == SEARCHED_RIVAL:
        w.log.add(now, i, need, RIVAL_ONLINE, EVENT_VISIT)
    elif c == SEARCHED_SOCIAL:
        w.log.add(now, i, need, SOCIAL, EVENT_VISIT, cookie(w, i))
    if c >= SEARCHED_SOCIAL:    # a search is the only use of a place that sells nothing
        w.habit[i, c - 1] = (1 - w.p.habit_forgetting) * w.habit[i, c - 1] + 1
    return c


cdef double remote(State w, Py_ssize_t i, int place, int liked) noexcept:
    """Return the utility of a search where nothing is sold, liked as the channel `liked` is.

    Its habit is in column `place` - 1, which exists only where such a search can begin.
    """
    if w.p.search_intercept[place] == -HUGE_VAL:
        return -HUGE_VAL
    return (w.p.search_intercept[place] + w.affinity[i, liked]
            + w.p.habit * w.factor(i, OWN_HABIT) * w.habit[i, place - 1] + w.pull(i))


cdef int visit(State w, Py_ssize_t i, long need, int channel, long step, double now) except -1:
    """Log a session and return what it exposes."""
    cdef int identity = signed_in(w, i, need, channel, step)
    w.log.add(now, i, need, channel, EVENT_VISIT, identity)
    return identity


def look(State w, Py_ssize_t i, long need, Py_ssize_t item, int channel):
    """File what a shopper who is signed in looks at in the search (content intelligence)."""
    if signed_in(w, i, need, channel, SEARCH_STEP) == IDENTITY_ACCOUNT:
        w.file_signal(w.record_of[i, 0], item, w.p.content_signals)


def view(State w, Py_ssize_t i, long need, int channel, double offered, double now):
    """Let who searches online try the item in an interactive view (K17); True if it is used.

    The more digital the shopper, the likelier, among those to whom it is `offered`.
    """
    if w.uniform(STREAM_VIEW, i, need, 0) >= offered * w.digital[i]:
        return False
    w.log.add(now, i, need, channel, EVENT_VIEWED, signed_in(w, i, need, channel, SEARCH_STEP))
    return True


def session(State w, Py_ssize_t i, long need, int channel, long step, double now):
    """Log a session that a message brings, if the firm has the channel."""
    if w.may_use(i, channel):
        visit(w, i, need, channel, step, now)


def travel(State w, Py_ssize_t i, long need, long step, double now):
    """Return the days until the shopper is in the store: within an hour, or at a later opening."""
    cdef double u = w.uniform(STREAM_TIMING, i, need, step)
    cdef double day = floor(now), hour = (now - day) * 24.0, arrival = hour + u
    if w.p.closing - w.p.opening >= 24.0:
        return u / 24.0
    if w.p.opening <= arrival < w.p.closing:
        return u / 24.0
    if hour >= w.p.opening:
        day += 1
    return day + (w.p.opening + u * (w.p.closing - w.p.opening)) / 24.0 - now


def enter(State w, Py_ssize_t i, long need, double now):
    """Log the visit to the shopper's store, and what goodwill it leaves by itself (S2-13)."""
    if w.p.visit_goodwill > 0:
        w.refresh(i, now)
        w.goodwill[i] += w.p.visit_goodwill
    w.log.add(now, i, need, STORE, EVENT_VISIT, IDENTITY_NONE, -1, w.home_store[i])


def patience(State w, Py_ssize_t i, long need, long step):
    """Return how many days the shopper is ready to wait in the queue."""
    return exponential(w.uniform(STREAM_STAFF, i, need, 2 * step), w.p.patience_days)


def service(State w, Py_ssize_t i, long need, long step):
    """Return how many days of a staff member's time the visit takes."""
    return exponential(w.uniform(STREAM_STAFF, i, need, 2 * step + 1), w.p.service_days)


def walk_out(State w, Py_ssize_t i, long need, double now):
    """Log that the queue was too long."""
    w.log.add(now, i, need, STORE, EVENT_WALKOUT, IDENTITY_NONE, -1, w.home_store[i])


def decide(State w, Py_ssize_t i, long need, long step, int searched, Py_ssize_t item,
           bint in_store, bint inspected, double resolved, double now):
    """Choose where to buy, to put it off or to give it up (eqs. 6 and 7).

    `resolved` is the share of the uncertainty about fit that is gone for who orders. Returns one of
    GO_STORE ... GO_NOWHERE, plus WITH_PICKUP for click-and-collect.
    """
    cdef double v[7]
    cdef double nest[4]
    cdef double share
    cdef int c
    cdef bint compared = compares(w, i, need, step)
    w.refresh(i, now)
    if compared and in_store:
        w.log.add(now, i, need, STORE, EVENT_PHONE_CHECK, IDENTITY_NONE, -1, w.home_store[i])
        defend(w, i, need, step, now)
    weigh(w, i, need, searched, item, in_store, inspected, compared, resolved, now, v, nest)
    if now >= w.p.counted_from and step == (1 if searched == STORE else 0):  # the first of the need
        w.surplus[i] += surplus(w, i, v, 7, searched == STORE)
    c = <int>choose(v, 7, w.uniform(STREAM_DECIDE, i, need, step))
    if c == GO_WEBSITE or c == GO_APP:
        share = share_of_first(nest[2 * c - 2], nest[2 * c - 1], w.p.nest)
        if w.uniform(STREAM_DECIDE, i, need, step + (1 << 20)) >= share:
            return c + WITH_PICKUP
    return c


def abandons(State w, Py_ssize_t i, long need, long step, int channel, double now):
    """Fill a cart: 0 if it is paid for, 1 if it is abandoned, 2 if so and the firm knows by whom.

    The fee has counted in the choice of channel.
    """
    cdef int identity = signed_in(w, i, need, channel, CART_STEP + step)
    w.log.add(now, i, need, channel, EVENT_CART, identity)
    if w.uniform(STREAM_CART, i, need, step) >= logistic(w.p.cart_friction):
        return 0
    w.log.add(now, i, need, channel, EVENT_CART_ABANDONED, identity)
    return 2 if identity == IDENTITY_ACCOUNT else 1


def delay(State w, Py_ssize_t i, long need, long step):
    """Return the days until a decision put off is taken up again."""
    return exponential(w.uniform(STREAM_TIMING, i, need, step + (1 << 20)), w.p.mean_delay_days)


def take(State w, Py_ssize_t i, long need, long step, Py_ssize_t item, double now,
         double helped=0, double aisle=0):
    """Take the item from the shelf, or react to its absence (eq. 10).

    Returns (what to do, item): GO_STORE with the item taken, or the reaction. The reactions have
    the published shares (T-38), the odds of a substitute `helped` by advice, in logs; nobody
    comes back later for what the store never stocks. An order through staff, which they offer with
    the chance `aisle`, gives the same item as coming back later does: its utility is that of coming
    back, less the fee and the wait for a parcel, plus the trip and the wait for new stock saved.
    """
    cdef double v[5]
    cdef Py_ssize_t store = w.home_store[i], other
    cdef int reaction
    w.demand[store, item] += 1
    if w.on_hand[store, item] > 0:
        w.on_hand[store, item] -= 1
        return GO_STORE, item
    w.log.add(now, i, need, STORE, EVENT_STOCKOUT, IDENTITY_NONE, <int>item, <int>store)
    other = nearest_in_stock(w, store, item)
    v[0] = log(w.p.react_substitute) + helped if other >= 0 else -HUGE_VAL
    v[1] = log(w.p.react_rival)
    v[2] = log(w.p.react_delay) if item < w.p.n_stocked else -HUGE_VAL
    v[3] = log(w.p.react_quit)
    if v[0] == v[1] == v[2] == v[3] == -HUGE_VAL:
        v[3] = 0        # nothing is left but to go without
    v[4] = -HUGE_VAL
    if (w.on_hand[w.n_stores, item] > 0
            and w.uniform(STREAM_STOCKOUT, i, need, 2 * step + 1) < aisle):
        v[4] = (log(w.p.react_delay)
                - w.p.price * w.price_sensitivity[i] * w.p.delivery_fee / w.mean_basket[i]
                + w.p.delivery_per_day * w.factor(i, OWN_WAIT)
                * (w.p.restock_days - w.p.delivery_days)
                + w.p.distance_per_km * w.distance[i])
    reaction = <int>choose(v, 5, w.uniform(STREAM_STOCKOUT, i, need, 2 * step))
    if reaction == 0:
        w.on_hand[store, other] -= 1
        w.demand[store, other] += 1
        return GO_STORE, other
    if reaction == 4:
        return GO_AISLE, item
    return (GO_RIVAL_LOCAL if reaction == 1 else GO_DELAY if reaction == 2 else GO_NOWHERE), item


cdef Py_ssize_t nearest_in_stock(State w, Py_ssize_t store, Py_ssize_t item) noexcept:
    """Return the item in stock whose attributes are most like those of `item`, or -1."""
    cdef Py_ssize_t k, d, best = -1
    cdef double likeness, top = -HUGE_VAL
    for k in range(w.n_items):
        if k != item and w.on_hand[store, k] > 0:
            likeness = 0
            for d in range(w.attributes.shape[1]):
                likeness += w.attributes[k, d] * w.attributes[item, d]
            if likeness > top:
                top = likeness
                best = k
    return best


def pick(State w, Py_ssize_t i, Py_ssize_t item, long need, double now):
    """Reserve the item of a click-and-collect order; False if the record was wrong."""
    cdef Py_ssize_t store = w.home_store[i]
    w.demand[store, item] += 1
    if w.on_hand[store, item] > 0:
        w.on_hand[store, item] -= 1
        return True
    w.log.add(now, i, need, STORE, EVENT_STOCKOUT, IDENTITY_NONE, <int>item, <int>store,
              FULFIL_PICKUP)
    return False


def ship(State w, Py_ssize_t i, long need, Py_ssize_t item):
    """Take the item from the warehouse, on back order if need be; return (days, promised days).

    A unit of the day's capacity of a store was taken before.
    """
    cdef double days = w.p.delivery_days
    if days > 0:
        days /= w.p.delivery_shape
        days *= gamma(w.uniform(STREAM_DELIVERY, i, need, 0), w.p.delivery_shape)
    if w.p.has_capacity:
        return days, w.p.delivery_days
    w.demand[w.n_stores, item] += 1
    w.on_hand[w.n_stores, item] -= 1
    if w.on_hand[w.n_stores, item] < 0:
        days += w.p.warehouse_restock_days
    return days, w.p.delivery_days


def lose(State w, Py_ssize_t i, long need, int where, double now):
    """Log how a need ended that the firm did not meet: GO_RIVAL_ONLINE, GO_RIVAL_LOCAL or other."""
    if where == GO_RIVAL_ONLINE:
        w.log.add(now, i, need, RIVAL_ONLINE, EVENT_RIVAL_PURCHASE)
    elif where == GO_RIVAL_LOCAL:
        w.log.add(now, i, need, RIVAL_LOCAL, EVENT_RIVAL_PURCHASE)
    else:
        w.log.add(now, i, need, NOWHERE, EVENT_NO_PURCHASE)
