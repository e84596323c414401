# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Advertising that is the same for everybody: display, social posts, television and print."""
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


def broadcast(State w, long day):
    """Reach shoppers by television and print; return the contacts.

    Nobody can tell who was reached, and there is nothing to click.
    """
    return show(w, day, STREAM_BROADCAST, BROADCAST, w.p.broadcast_per_day,
                w.p.broadcast_goodwill, w.p.broadcast_cost, np.zeros(0, np.uint8))


cdef Py_ssize_t show(State w, long day, int stream, int channel, double per_day, double goodwill,
                     double cost, const uint8_t[::1] withheld) except -1:
    """Expose shoppers at random, at most once a day; base relevance adds goodwill (eq. 3).

    Each leaves less than the one before in the week, and less on who is tired of messages, where
    the scenario says so. A click brings a session without a need; its price is in that of the
    impressions. Television and print identify nobody and cannot be clicked.
    """
    cdef Py_ssize_t i, shown = 0
    cdef int identity
    if per_day <= 0:
        return 0
    for i in range(w.n):
        if w.uniform(stream, i, day, 0) < per_day:
            identity = IDENTITY_NONE
            if w.tracking_consent[i] and channel != BROADCAST:
                identity = IDENTITY_COOKIE
            if withheld.shape[0] > 0 and withheld[i]:
                w.log.add(<double>day, i, -1, channel, EVENT_WITHHELD, identity)
                continue
            w.refresh(i, <double>day)
            w.goodwill[i] += (w.p.effect[channel] * goodwill * w.p.relevance_base
                              * w.advert(i, channel))
            w.log.add(<double>day, i, -1, channel, EVENT_IMPRESSION, identity, -1, -1, FULFIL_NONE,
                      0, cost)
            shown += 1
            if channel != BROADCAST and w.uniform(stream, i, day, 1) < w.p.p_ad_click:
                w.log.add(<double>day, i, -1, channel, EVENT_CLICK, identity)
                if w.may_use(i, WEBSITE):
                    w.log.add(<double>day, i, -1, WEBSITE, EVENT_VISIT, identity)
    return shown
