# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Messages to persons, by e-mail, push, direct mail and staff (facts.md D4, eqs. 3, 4 and 8)."""
from libc.math cimport exp, fmin, log
from libc.stdint cimport int32_t

from _choice cimport logistic
from _streams cimport *
from omnisim.simulation._state cimport State

cdef enum:
    MEDIUM_STEP = 256       # more than 4 x 2 x the number of kinds
    AFTER_PURCHASE = 2
    TO_PROMOTERS = 6


cdef double MOST_RELEVANT = 1.5     # eq. 3


cdef inline int channel_of(int medium) noexcept:
    """Return the channel of a medium: 0 e-mail, 1 push, 2 direct mail, 3 staff."""
    return EMAIL if medium == 0 else PUSH if medium == 1 else DIRECT_MAIL if medium == 2 else STAFF


def deliver_messages(
    State w,
    const int32_t[::1] shopper,         # IN   (n,) persons written to
    const int32_t[::1] record,          # IN   (n,) records used
    const int32_t[::1] item,            # IN   (n,) content: the item shown
    const double[::1] propensity,       # IN   (n,) probability of the policy's action
    const int32_t[::1] team,            # IN   (n,) team whose record it is: 0 online, 1 store
    const int32_t[::1] medium,          # IN   (n,) 0 e-mail, 1 push, 2 direct mail, 3 staff
    const double[::1] depth,            # IN   (n,) discount offered, share of the price; 0 for none
    int kind, long day,
):
    """Deliver messages; return the rows of those who click (eqs. 3 and 4).

    `kind` is the trigger: 0 for a campaign, 1 for a reminder of a cart, 2 for thanks after a
    purchase, 3 near the store, 4 near a rival, 5 at risk of leaving, 6 to promoters.

    Relevance follows from taste and content: rho0 + rho1 cos(theta, content), less what a private
    shopper minds when the record joins channels, at most 1.5. It is never set.
    """
    cdef Py_ssize_t k, i, d
    cdef double relevance, taste_weight, now = <double>day
    cdef long step
    cdef bint clicks
    cdef list clicked = []
    for k in range(shopper.shape[0]):
        i = shopper[k]
        w.refresh(i, now)
        relevance = w.p.relevance_base
        taste_weight = w.p.relevance_taste * w.factor(i, OWN_RELEVANCE)
        for d in range(w.taste.shape[1]):
            relevance += taste_weight * w.taste[i, d] * w.attributes[item[k], d]
        if w.record_teams[record[k]] == 3:
            relevance -= w.p.creep * w.privacy[i]
        relevance = fmin(relevance, MOST_RELEVANT)
        w.record_sent[record[k], team[k]] += 1
        w.log.add(now, i, -1, channel_of(medium[k]), EVENT_MESSAGE, IDENTITY_ACCOUNT, item[k], -1,
                  FULFIL_NONE, 0, w.p.message_cost[medium[k]], propensity[k])
        step = 4 * (2 * kind + team[k]) + MEDIUM_STEP * medium[k]
        clicks = read_message(w, i, medium[k], relevance, depth[k], kind, step, day)
        if clicks:
            w.file_signal(record[k], item[k], w.p.content_signals)
            clicked.append(k)
        w.fatigue[i] += 1
    return clicked


cdef bint read_message(State w, Py_ssize_t i, int medium, double relevance, double depth, int kind,
                       long step, long day) except -1:
    """Open, click or opt out of the medium; return whether the shopper clicks.

    An opened message leaves goodwill, damped by fatigue over the messages of all media, by what was
    opened in the medium this week and, past the trial phase, by habit (eq. 8); an opened offer is a
    coupon in hand. For as long as a coupon the message counts for the size of the next purchase
    (eq. 9).
    """
    cdef double now = <double>day, tired = w.tired(i)
    cdef double odds = w.p.relevance_on_response * (relevance - w.p.relevance_reference)
    cdef double p_open = w.p.p_open[medium], p_out = w.p.p_unsubscribe[medium]
    cdef int channel = channel_of(medium)
    cdef bint clicks = False
    p_open = logistic(log(p_open / (1 - p_open)) + odds - tired)
    p_out = logistic(log(p_out / (1 - p_out)) - odds + tired)
    if w.uniform(STREAM_MESSAGE, i, day, step) < p_open:
        w.log.add(now, i, -1, channel, EVENT_OPEN, IDENTITY_ACCOUNT)
        if relevance > 0:
            w.goodwill[i] += (w.p.effect[channel] * w.p.message_goodwill[medium] * relevance
                              * exp(-tired) * (w.p.settled_response if w.settled[i] else 1.0)
                              * w.further(i, channel))
            if kind == AFTER_PURCHASE:
                w.engagement[i] += w.p.effect[channel] * w.p.message_engagement * relevance
        if w.p.effect[channel] > 0:
            w.opened[i, 0] = relevance if relevance > 0 else 0
            w.opened[i, 1] = now + w.p.coupon_days
        if depth > 0 and w.p.effect[channel] > 0:
            w.coupon[i] = depth
            w.coupon_until[i] = now + w.p.coupon_days
        if kind == TO_PROMOTERS and w.p.effect[channel] > 0:
            w.nurtured_until[i] = now + w.p.nurture_days
        if w.uniform(STREAM_MESSAGE, i, day, step + 1) < w.p.p_click[medium]:
            w.log.add(now, i, -1, channel, EVENT_CLICK, IDENTITY_ACCOUNT)
            clicks = True
    if w.uniform(STREAM_MESSAGE, i, day, step + 2) < p_out:
        w.subscribed[i, medium if medium < 3 else 0] = 0    # staff use the address for e-mail
        w.log.add(now, i, -1, channel, EVENT_UNSUBSCRIBE, IDENTITY_ACCOUNT)
    return clicks
