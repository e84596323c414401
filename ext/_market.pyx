# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What happens to the whole population once a simulated day (facts.md D4, equations 1-4 and 15).

Needs are a Poisson process by time change: the hazard of a shopper runs down an exponential
threshold that belongs to the number of the need, so that the same need has the same threshold in
every arm.
"""
from libc.math cimport exp, expm1, log
from libc.stdint cimport int32_t, int64_t, uint8_t

import numpy as np

from _choice cimport choose, logistic
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
            rate *= exp(w.p.engagement_on_need * w.engagement[i])
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
            - w.p.delivery_per_day * w.p.rival_days)
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
    """Count, for every shopper, the acquaintances who know the firm."""
    cdef Py_ssize_t i
    cdef int64_t k
    for i in range(w.n):
        w.n_aware_near[i] = 0
        for k in range(w.indptr[i], w.indptr[i + 1]):
            w.n_aware_near[i] += w.aware[w.indices[k]]


cdef int become_aware(State w, Py_ssize_t i, double now) except -1:
    cdef int64_t k
    w.aware[i] = 1
    for k in range(w.indptr[i], w.indptr[i + 1]):
        w.n_aware_near[w.indices[k]] += 1
    w.log.add(now, i, -1, NOWHERE, EVENT_AWARE)
    return 0


def spread_awareness(State w, long day):
    """Make shoppers aware with hazard p0 + b_G G + q x share of aware acquaintances (eq. 2)."""
    cdef Py_ssize_t i
    cdef double hazard, degree
    for i in range(w.n):
        if w.aware[i] and w.alive[i]:
            continue
        if not w.alive[i]:
            if w.uniform(STREAM_BACK, i, day, 0) < -expm1(-w.p.back_per_day):
                w.alive[i] = 1
                w.log.add(<double>day, i, -1, NOWHERE, EVENT_BACK)
            continue
        w.refresh(i, <double>day)
        degree = <double>(w.indptr[i + 1] - w.indptr[i])
        hazard = w.p.innovation + w.p.aware_goodwill * w.goodwill[i]
        if degree > 0:
            hazard += w.p.imitation * w.n_aware_near[i] / degree
        if w.uniform(STREAM_AWARE, i, day, 0) < -expm1(-hazard):
            become_aware(w, i, <double>day)


def show_display(
    State w, long day,
    const uint8_t[::1] withheld,        # IN   (n,) 1 for those held out, or empty for nobody
):
    """Show display advertisements; return how many. They are the same for everybody.

    What those held out would have been shown is logged, and costs nothing.
    """
    cdef Py_ssize_t i, shown = 0
    cdef int identity
    if w.p.display_per_day <= 0:
        return 0
    for i in range(w.n):
        if w.uniform(STREAM_DISPLAY, i, day, 0) < w.p.display_per_day:
            if withheld.shape[0] > 0 and withheld[i]:
                identity = IDENTITY_COOKIE if w.tracking_consent[i] else IDENTITY_NONE
                w.log.add(<double>day, i, -1, DISPLAY, EVENT_WITHHELD, identity)
                continue
            w.refresh(i, <double>day)
            w.goodwill[i] += w.p.effect[DISPLAY] * w.p.display_goodwill * w.p.relevance_base
            identity = IDENTITY_COOKIE if w.tracking_consent[i] else IDENTITY_NONE
            w.log.add(<double>day, i, -1, DISPLAY, EVENT_IMPRESSION, identity, -1, -1, FULFIL_NONE,
                      0, w.p.display_cost)
            shown += 1
    return shown


def withhold_messages(
    State w,
    const int32_t[::1] shopper,         # IN   (n,) persons not written to
    const int32_t[::1] record,          # IN   (n,) records that would have been used
    const int32_t[::1] team,            # IN   (n,) team whose record it is
    long day,
):
    """Log e-mails that a field trial keeps back; they count towards the cap as if sent."""
    cdef Py_ssize_t k
    for k in range(shopper.shape[0]):
        w.record_sent[record[k], team[k]] += 1
        w.log.add(<double>day, shopper[k], -1, EMAIL, EVENT_WITHHELD, IDENTITY_ACCOUNT)


def deliver_messages(
    State w,
    const int32_t[::1] shopper,         # IN   (n,) persons written to
    const int32_t[::1] record,          # IN   (n,) records used
    const int32_t[::1] item,            # IN   (n,) content: the item shown
    const double[::1] propensity,       # IN   (n,) probability of the policy's action
    const int32_t[::1] team,            # IN   (n,) team whose record it is: 0 online, 1 store
    int kind, long day,
):
    """Deliver e-mails; return the shoppers who click (eqs. 3 and 4).

    `kind` is 0 for a campaign, 1 for a reminder of a cart, 2 for thanks after a purchase.

    Relevance follows from taste and content: rho0 + rho1 cos(theta, content), less what a private
    shopper minds when the record joins channels. It is never set.
    """
    cdef Py_ssize_t k, i, d
    cdef double relevance, now = <double>day
    cdef long step
    cdef list clicked = []
    for k in range(shopper.shape[0]):
        i = shopper[k]
        w.refresh(i, now)
        relevance = w.p.relevance_base
        for d in range(w.taste.shape[1]):
            relevance += w.p.relevance_taste * w.taste[i, d] * w.attributes[item[k], d]
        if w.record_teams[record[k]] == 3:
            relevance -= w.p.creep * w.privacy[i]
        w.record_sent[record[k], team[k]] += 1
        w.log.add(now, i, -1, EMAIL, EVENT_MESSAGE, IDENTITY_ACCOUNT, item[k], -1, FULFIL_NONE, 0,
                  w.p.message_cost, propensity[k])
        step = 4 * (2 * kind + team[k])
        read_message(w, i, relevance, kind == 2, step, day, clicked)
        w.fatigue[i] += 1
    return clicked


cdef int read_message(State w, Py_ssize_t i, double relevance, bint after_purchase, long step,
                      long day, list clicked) except -1:
    """Open, click or opt out; an opened message leaves goodwill, damped by fatigue."""
    cdef double now = <double>day, tired = w.p.fatigue * w.fatigue[i]
    cdef double odds = w.p.relevance_on_response * (relevance - w.p.relevance_reference)
    cdef double p_open = logistic(log(w.p.p_open / (1 - w.p.p_open)) + odds - tired)
    cdef double p_out = logistic(log(w.p.p_unsubscribe / (1 - w.p.p_unsubscribe)) - odds + tired)
    if w.uniform(STREAM_MESSAGE, i, day, step) < p_open:
        w.log.add(now, i, -1, EMAIL, EVENT_OPEN, IDENTITY_ACCOUNT)
        if relevance > 0:
            w.goodwill[i] += (w.p.effect[EMAIL] * w.p.message_goodwill * relevance
                              * exp(-tired))
            if after_purchase:
                w.engagement[i] += w.p.effect[EMAIL] * w.p.message_engagement * relevance
        if w.uniform(STREAM_MESSAGE, i, day, step + 1) < w.p.p_click:
            w.log.add(now, i, -1, EMAIL, EVENT_CLICK, IDENTITY_ACCOUNT)
            clicked.append(i)
    if w.uniform(STREAM_MESSAGE, i, day, step + 2) < p_out:
        w.subscribed[i] = 0
        w.log.add(now, i, -1, EMAIL, EVENT_UNSUBSCRIBE, IDENTITY_ACCOUNT)
    return 0


def spread_word(State w, double now):
    """Carry what shoppers said to their acquaintances; draws are keyed by sender and receiver."""
    cdef Py_ssize_t i, j
    cdef int64_t k
    cdef long need
    cdef int sign
    cdef double u
    for i, need, sign in w.speakers:
        for k in range(w.indptr[i], w.indptr[i + 1]):
            j = w.indices[k]
            u = w.uniform(STREAM_WORD, i, need, 1 + j)
            if u >= w.p.p_heard:
                continue
            if sign > 0 and not w.aware[j]:
                become_aware(w, j, now)
            w.satisfaction[j] += sign * w.p.satisfaction_shift
            w.satisfaction[j] = min(1.0, max(-1.0, w.satisfaction[j]))
    w.speakers.clear()
