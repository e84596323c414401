# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What happens to the whole population once a simulated day (facts.md D4, equations 1, 2 and 15).

Needs are a Poisson process by time change: the hazard of a shopper runs down an exponential
threshold that belongs to the number of the need, so that the same need has the same threshold in
every arm.
"""
from libc.math cimport exp, expm1
from libc.stdint cimport int32_t, int64_t

import numpy as np

from _choice cimport choose
from _draws cimport exponential
from _streams cimport *
from omnisim.simulation._state cimport State


def first_needs(State w):
    """Draw the threshold of every shopper's first need."""
    cdef Py_ssize_t i
    for i in range(w.n):
        w.until_need[i] = exponential(w.uniform(STREAM_NEED, i, 0, 0), 1.0)


def needs(State w, long day, double season):
    """Return (shoppers, need numbers, times) of the needs of the day that the firm may meet.

    `season` multiplies every rate (eq. 1). Needs of shoppers who do not know or no longer consider
    the firm end elsewhere at once.
    """
    cdef Py_ssize_t i, found = 0, room = 1024
    cdef double rate, left, before
    shopper_array = np.empty(room, np.int32)
    need_array = np.empty(room, np.int32)
    time_array = np.empty(room, np.float64)
    cdef int32_t[::1] shopper = shopper_array, need = need_array
    cdef double[::1] time = time_array
    for i in range(w.n):
        rate = w.need_rate[i] * season
        if w.p.engagement_on_need > 0 and w.engagement[i] > 1e-6:
            w.refresh(i, <double>day)
            rate *= exp(w.p.engagement_on_need * w.factor(i, OWN_ENGAGEMENT_ON_NEED)
                        * w.engagement[i])
        left = rate
        while w.until_need[i] <= left:
            before = w.until_need[i]
            left -= before
            if w.alive[i] and w.aware[i]:
                if found == room:
                    room *= 2
                    shopper_array = np.resize(shopper_array, room)
                    need_array = np.resize(need_array, room)
                    time_array = np.resize(time_array, room)
                    shopper, need, time = shopper_array, need_array, time_array
                shopper[found] = <int32_t>i
                need[found] = w.n_needs[i]
                time[found] = day + (rate - left) / rate
                found += 1
            else:
                elsewhere(w, i, w.n_needs[i], <double>day)
            w.n_needs[i] += 1
            w.until_need[i] = exponential(w.uniform(STREAM_NEED, i, w.n_needs[i], 0), 1.0)
        w.until_need[i] -= left
    return shopper_array[:found], need_array[:found], time_array[:found]


cdef int elsewhere(State w, Py_ssize_t i, long need, double now) except -1:
    """End a need without the firm: at a rival, or nowhere."""
    cdef double v[3]
    cdef double price = w.p.price * w.price_sensitivity[i]
    cdef Py_ssize_t where
    v[0] = (w.p.rival_online + w.affinity[i, WEBSITE] + price * w.p.rival_gap
            - w.p.delivery_per_day * w.factor(i, OWN_WAIT) * w.p.rival_days)
    v[1] = (w.p.rival_local + w.affinity[i, STORE]
            - w.p.distance_per_km * w.distance[i] * w.p.rival_distance)
    v[2] = w.p.none_intercept
    where = choose(v, 3, w.uniform(STREAM_DECIDE, i, need, 0))
    w.log.add(now, i, need, NOWHERE, EVENT_NEED)
    if where == 2:
        w.log.add(now, i, need, NOWHERE, EVENT_NO_PURCHASE)
    else:
        w.log.add(now, i, need, RIVAL_ONLINE if where == 0 else RIVAL_LOCAL, EVENT_RIVAL_PURCHASE)
    return 0


def count_aware_neighbours(State w):
    """Count, for every shopper, the acquaintances who know the firm and consider it."""
    cdef Py_ssize_t i
    w.n_aware_near[:] = 0
    for i in range(w.n):
        if w.aware[i] and w.alive[i]:
            w.count_near(i, 1)


cdef int become_aware(State w, Py_ssize_t i, double now) except -1:
    w.aware[i] = 1
    if w.alive[i]:
        w.count_near(i, 1)
    w.log.add(now, i, -1, NOWHERE, EVENT_AWARE)
    return 0


cdef int become_unaware(State w, Py_ssize_t i, double now) except -1:
    w.aware[i] = 0
    if w.alive[i]:
        w.count_near(i, -1)
    w.log.add(now, i, -1, NOWHERE, EVENT_UNAWARE)
    return 0


cdef bint is_stranger(State w, Py_ssize_t i) noexcept:
    """Return whether a shopper has never bought and holds nothing of the firm."""
    return not (w.has_account[i] or w.has_card[i] or w.has_app[i]
                or w.habit[i, STORE] > 0 or w.habit[i, WEBSITE] > 0 or w.habit[i, APP] > 0)


def spread_awareness(State w, long day):
    """Make shoppers aware with hazard p0 + b_G G + q x share of aware acquaintances (eq. 2).

    Acquaintances whom the firm has lost speak of it no more, and do not count.
    """
    cdef Py_ssize_t i
    cdef double hazard, degree
    for i in range(w.n):
        if w.aware[i] and w.alive[i]:
            continue
        if not w.alive[i]:
            if w.uniform(STREAM_BACK, i, day, 0) < -expm1(-w.p.back_per_day):
                w.alive[i] = 1
                if w.aware[i]:
                    w.count_near(i, 1)
                w.log.add(<double>day, i, -1, NOWHERE, EVENT_BACK)
            continue
        w.refresh(i, <double>day)
        degree = <double>(w.indptr[i + 1] - w.indptr[i])
        hazard = w.p.innovation + (
            w.p.aware_goodwill * w.factor(i, OWN_GOODWILL) * w.goodwill[i])
        if degree > 0:
            hazard += w.p.imitation * w.factor(i, OWN_IMITATION) * w.n_aware_near[i] / degree
        if w.uniform(STREAM_AWARE, i, day, 0) < -expm1(-hazard):
            become_aware(w, i, <double>day)


def spread_word(State w, double now):
    """Carry what shoppers said to their acquaintances; draws are keyed by sender and receiver.

    `said` is the step at which the sender spoke; receivers take the steps after it.

    A recommendation makes the listener aware. A warning may put a stranger off: unaware
    until news of the firm comes again (eq. 15).
    """
    cdef Py_ssize_t i, j
    cdef int64_t k
    cdef long need, said
    cdef int sign
    cdef double u
    for i, need, said, sign in w.speakers:
        for k in range(w.indptr[i], w.indptr[i + 1]):
            j = w.indices[k]
            u = w.uniform(STREAM_WORD, i, need, said + 1 + j)
            if u >= w.p.p_heard:
                continue
            if sign > 0 and not w.aware[j]:
                become_aware(w, j, now)
            if (sign < 0 and w.p.p_put_off > 0 and w.aware[j] and is_stranger(w, j)
                    and w.uniform(STREAM_PUT_OFF, i, need, said + 1 + j) < w.p.p_put_off):
                become_unaware(w, j, now)
            w.satisfaction[j] += sign * w.p.satisfaction_shift
            w.satisfaction[j] = min(1.0, max(-1.0, w.satisfaction[j]))
    w.speakers.clear()
