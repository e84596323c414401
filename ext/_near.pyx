# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Who is near a store, as the app notices it, and who turns round there (capability K5)."""
from libc.math cimport exp, expm1, fabs, fmax, fmin

from _choice cimport log_sum
from _streams cimport *
from _utility cimport compares, own, regard, weigh
from omnisim.simulation._state cimport State

cdef enum:
    TRIP_STEP = 1 << 20     # first step of what happens on trips to the local rival


cdef bint followed(State w, Py_ssize_t i) noexcept:
    """Tell whether the app may know where its owner is, and send a push message."""
    return w.has_app[i] and w.location_consent[i] and w.subscribed[i, 1]


def near_store(State w, long day):
    """Return the shoppers whom the app notices near the own store today.

    Only those with the app who let it know where they are and accept push messages can be noticed.
    They pass with a rate that falls exponentially with distance. A store shut alone notices nobody.
    """
    cdef Py_ssize_t i
    cdef list found = []
    if w.p.near_noticed <= 0:
        return found
    for i in range(w.n):
        if not (followed(w, i) and w.store_open[w.home_store[i]]):
            continue
        if w.uniform(STREAM_NEAR, i, day, 0) < (
                w.p.near_noticed * w.p.passes_per_day * exp(-w.distance[i] / w.p.passes_km)):
            w.log.add(<double>day, i, -1, PUSH, EVENT_NEAR, IDENTITY_ACCOUNT, -1, w.home_store[i])
            found.append(i)
    return found


def near_rival(State w, Py_ssize_t i, long need, long step, double now):
    """Tell whether the app notices that the shopper goes to the local rival; log it if so."""
    if w.p.near_noticed <= 0 or not (w.may_use(i, STORE) and followed(w, i)):
        return False
    if w.uniform(STREAM_NEAR, i, need, TRIP_STEP + 2 * step) >= w.p.near_noticed:
        return False
    w.log.add(now, i, need, PUSH, EVENT_NEAR, IDENTITY_ACCOUNT)
    return True


def at_decision(State w, Py_ssize_t i, long need, long step, int searched, Py_ssize_t item,
                bint in_store, bint inspected, double resolved, double now):
    """Return (share of the own store, its utility but for the way) at the decision of `step`.

    Assumes that nothing has changed since `_journey.decide` took that decision.
    """
    cdef double v[7]
    cdef double nest[4]
    weigh(w, i, need, searched, item, in_store, inspected, compares(w, i, need, step), resolved,
          now, v, nest)
    return exp(v[GO_STORE] - log_sum(v, 7)), liked(w, i, searched, now)


cdef double liked(State w, Py_ssize_t i, int searched, double now) noexcept:
    """Return the utility of the own store, but for the way there and what is known of the item."""
    cdef double price = w.p.price * w.price_sensitivity[i]
    return (own(w, i, STORE, searched, price, w.mean_basket[i], now)
            + regard(w, i, price, now))


def turns_round(State w, Py_ssize_t i, long need, long step, int searched, double share,
                double before, bint in_store, double now):
    """Choose again between the local rival, whose store is at hand, and the own store.

    The luck of the first choice is kept. With utilities V and lead = by how much the own store has
    gained on the rival since then, P(own | rival was best) = x / (1 + x), x = `share` (e^lead - 1),
    the ratio of two logit shares; without a gain nobody turns round. The way to the rival is
    behind the shopper, the way between the stores before; a rival that reacts matches part of a
    coupon.
    """
    cdef double far = w.distance[i], rival = far * w.p.rival_distance, lead, odds, coupon
    cdef double apart = fmin(fmax(w.p.rival_apart, fabs(far - rival)), far + rival)
    lead = liked(w, i, searched, now) - before
    lead += w.p.distance_per_km * ((0 if in_store else far) - apart - rival)
    coupon = w.price_off(i, STORE, now) - w.p.promotion[STORE]
    lead -= w.p.price * w.price_sensitivity[i] * w.p.rival_match * coupon
    if lead <= 0:
        return False
    odds = share * expm1(lead)
    return w.uniform(STREAM_NEAR, i, need, TRIP_STEP + 2 * step + 1) < odds / (1 + odds)
