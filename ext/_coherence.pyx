# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Prices and points that differ between the firm's channels, as a shopper meets them.

K13 and K10; S0-05, S4-13; equations 13 and 16 of facts.md D4.
"""
from _streams cimport *
from omnisim.simulation._state cimport State


def conflict(State w, Py_ssize_t i, long need, long step, int searched, bint been_in_store,
             int channel, double now):
    """Return what the shopper pays beyond the lowest price seen, as a share of the list price.

    Seen are the standing offers of where the need was searched, of the store if the shopper was
    there for it, and of website and app if a phone was taken out at the decision to buy, `step`.
    """
    cdef double paid = w.price_off(i, channel, now), seen = 0
    cdef int c
    if w.p.promotion[STORE] <= paid and w.p.promotion[WEBSITE] <= paid and (
            w.p.promotion[APP] <= paid):
        return 0.0
    if been_in_store and w.may_use(i, STORE):
        seen = w.p.promotion[STORE]
    for c in range(WEBSITE, APP + 1):
        if w.may_use(i, c) and (c != APP or w.has_app[i]) and w.p.promotion[c] > seen:
            if searched == c or (w.uniform(STREAM_PHONE, i, need, step)
                                 < w.p.p_phone_check * w.digital[i]):
                seen = w.p.promotion[c]
    if seen <= paid:
        return 0.0
    w.log.add(now, i, need, channel, EVENT_CONFLICT, IDENTITY_NONE, -1, w.home_store[i])
    return seen - paid


def stranded_points(State w, Py_ssize_t i, int channel):
    """Return the points, in EUR, that the shopper holds but that do not count in the channel."""
    return (1 - w.p.points_across) * w.points[i, 1 if channel == STORE else 0]
