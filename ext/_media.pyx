# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Advertising that is the same for everybody: display, social posts, television and print."""
from libc.math cimport exp, log1p
from libc.stdint cimport uint8_t

import numpy as np

from _streams cimport *
from omnisim.simulation._state cimport State


def show_display(
    State w, long day,
    const uint8_t[::1] withheld,        # IN   (n,) 1 for those held out, or empty for nobody
):
    """Show display advertisements; return how many.

    What those held out would have been shown is logged, and costs nothing.
    """
    return show(w, day, STREAM_DISPLAY, DISPLAY, w.p.display_per_day, w.p.display_goodwill,
                w.p.display_cost, withheld)


def show_posts(State w, long day):
    """Show the firm's posts in social networks; return how many."""
    return show(w, day, STREAM_SOCIAL, SOCIAL, w.p.social_per_day, w.p.social_goodwill,
                w.p.social_cost, np.zeros(0, np.uint8))


cdef Py_ssize_t show(State w, long day, int stream, int channel, double per_day, double goodwill,
                     double cost, const uint8_t[::1] withheld) except -1:
    """Expose shoppers at random, at most once a day; base relevance adds goodwill (eq. 3).

    Each leaves less than the one before in the week, and less on who is tired of messages, where
    the scenario says so. A click brings a session without a need; its price is in that of the
    impressions.
    """
    cdef Py_ssize_t i, shown = 0
    cdef int identity
    if per_day <= 0:
        return 0
    for i in range(w.n):
        if w.uniform(stream, i, day, 0) < per_day:
            identity = IDENTITY_COOKIE if w.tracking_consent[i] else IDENTITY_NONE
            if withheld.shape[0] > 0 and withheld[i]:
                w.log.add(<double>day, i, -1, channel, EVENT_WITHHELD, identity)
                continue
            w.refresh(i, <double>day)
            w.goodwill[i] += (w.p.effect[channel] * goodwill * w.p.relevance_base
                              * w.advert(i, channel))
            w.log.add(<double>day, i, -1, channel, EVENT_IMPRESSION, identity, -1, -1, FULFIL_NONE,
                      0, cost)
            shown += 1
            if w.uniform(stream, i, day, 1) < w.p.p_ad_click:
                w.log.add(<double>day, i, -1, channel, EVENT_CLICK, identity)
                if w.may_use(i, WEBSITE):
                    w.log.add(<double>day, i, -1, WEBSITE, EVENT_VISIT, identity)
    return shown


def broadcast(State w, long day):
    """Reach everybody by a week of television and print, concave in the contacts (eq. 3).

    Nobody is identified, so nothing is logged; the firm sees its bill.
    """
    cdef Py_ssize_t i
    cdef double gain = (w.p.effect[BROADCAST] * w.p.broadcast_goodwill
                        * log1p(w.p.broadcast_contacts) * w.p.relevance_base)
    if w.p.broadcast_contacts <= 0:
        return
    for i in range(w.n):
        w.refresh(i, <double>day)
        w.goodwill[i] += gain * w.factor(i, OWN_RESPONSE) * exp(-w.p.fatigue_on_ads * w.tired(i))
