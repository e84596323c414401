# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Visits without a need: looking around on website and app, and in the store."""
from libc.math cimport exp, expm1

from _streams cimport *
from omnisim.simulation._state cimport State


def browse(State w, long day):
    """Let shoppers who consider the firm look around; one uniform a shopper and day.

    Who has an account or the app looks in online, the more the more digital; both kinds of visits
    grow with goodwill, and those to the store fall with distance. Nothing is bought.
    """
    cdef Py_ssize_t i
    cdef double u, liking, online, in_store, now = <double>day
    if w.p.browse_online_per_day <= 0 and w.p.browse_store_per_day <= 0:
        return
    for i in range(w.n):
        if not (w.alive[i] and w.aware[i]):
            continue
        w.refresh(i, now)
        liking = exp(w.p.browse_goodwill * w.factor(i, OWN_GOODWILL) * w.goodwill[i])
        online = 0
        if w.has_account[i] or w.has_app[i]:
            online = -expm1(-w.p.browse_online_per_day * w.digital[i] * liking)
        in_store = -expm1(-w.p.browse_store_per_day * liking
                          * exp(-w.p.distance_per_km * w.distance[i]))
        u = w.uniform(STREAM_BROWSE, i, day, 0)
        if u < online:
            look_online(w, i, day, now)
        elif u > 1 - in_store and w.may_use(i, STORE):
            w.log.add(now, i, -1, STORE, EVENT_VISIT, IDENTITY_NONE, -1, w.home_store[i])


cdef int look_online(State w, Py_ssize_t i, long day, double now) except -1:
    """Log a session: in the app by half of those who have it, else on the website."""
    cdef int channel = WEBSITE, identity = IDENTITY_NONE
    if w.may_use(i, APP) and w.has_app[i] and w.uniform(STREAM_BROWSE, i, day, 1) < 0.5:
        channel = APP
    if not w.may_use(i, channel):
        return 0
    if channel == APP or (w.has_account[i]
                          and w.uniform(STREAM_BROWSE, i, day, 2) < w.p.login_share):
        identity = IDENTITY_ACCOUNT
    elif w.tracking_consent[i]:
        identity = IDENTITY_COOKIE
    w.log.add(now, i, -1, channel, EVENT_VISIT, identity)
    return 0
