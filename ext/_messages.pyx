# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Messages to persons, by e-mail, push, direct mail and staff (facts.md D4, eqs. 3, 4 and 8)."""
from libc.math cimport exp, fmax, fmin, log
from libc.stdint cimport int32_t, uint8_t

from _choice cimport logistic
from _streams cimport *
from omnisim.simulation._state cimport State

cdef enum:
    MEDIUM_STEP = 256       # more than 4 x 2 x the number of kinds
    AFTER_PURCHASE = 2
    NEAR_STORE = 3
    NEAR_RIVAL = 4
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
    const uint8_t[::1] personal,        # IN   (n,) whether the content follows the profile
    int kind, double now, double errand=0,
):
    """Deliver messages; return the rows of those who click (eqs. 3 and 4).

    `kind` is the trigger: 0 for a campaign, 1 for a reminder of a cart, 2 for thanks after a
    purchase, 3 near the store, 4 near a rival, 5 at risk of leaving, 6 to promoters. `errand` is
    by how much, in log-odds, those on an errand are likelier to open.

    Relevance follows from taste and content: rho0 + rho1 cos(theta, content), less what a private
    shopper minds of what the firm shows to know, and less what one misses who takes personal
    contact for owed, in [0, 1.5]. It is never set.
    """
    cdef Py_ssize_t k, i, d
    cdef double relevance, taste_weight
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
        relevance -= creep(w, i, record[k], personal[k], kind)
        if not follows_profile(w, record[k], personal[k]):
            relevance -= owed(w, i)
        relevance = fmax(0, fmin(relevance, MOST_RELEVANT))
        w.record_sent[record[k], team[k]] += 1
        w.log.add(now, i, -1, channel_of(medium[k]), EVENT_MESSAGE, IDENTITY_ACCOUNT, item[k], -1,
                  FULFIL_NONE, 0, w.p.message_cost[medium[k]], propensity[k])
        step = 4 * (2 * kind + team[k]) + MEDIUM_STEP * medium[k]
        clicks = read_message(w, i, medium[k], relevance, depth[k], kind, step, now,
                              errand)
        if clicks:
            w.file_signal(record[k], item[k], w.p.content_signals)
            clicked.append(k)
        w.fatigue[i] += 1
    return clicked


cdef inline bint follows_profile(State w, Py_ssize_t record, bint personal) noexcept:
    """Tell whether content follows a profile: it is meant to, and the record has one."""
    return personal and w.record_weight[record] > 0


cdef inline double owed(State w, Py_ssize_t i) noexcept:
    """Return what generic contact lacks: more, the more purchases the firm knows one by (S2-11).

    The share n / (n + h) of the most, after n purchases by name; half of it after h.
    """
    cdef int n = w.n_identified[i]
    return w.p.owed_personal * n / (n + w.p.owed_purchases)


cdef double creep(State w, Py_ssize_t i, Py_ssize_t record, bint personal, int kind) noexcept:
    """Return privacy times creep(detail used, consent) of eq. 4.

    Detail is what the message shows that the firm knows: a profile, one that both teams have seen,
    one with bought data in it, where the shopper is. Who accepts tracking minds less.
    """
    cdef double detail = 0
    if follows_profile(w, record, personal):
        detail += w.p.detail_profile
        if w.record_teams[record] == 3:
            detail += w.p.detail_joined
        if record < w.n and w.tracking_consent[record]:
            detail += w.p.detail_bought
    if kind == NEAR_STORE or kind == NEAR_RIVAL:
        detail += w.p.detail_location
    if w.tracking_consent[i]:
        detail *= w.p.creep_consented
    return w.privacy[i] * w.p.creep * detail


cdef bint read_message(State w, Py_ssize_t i, int medium, double relevance, double depth, int kind,
                       long step, double now, double errand) except -1:
    """Open, click or opt out of the medium; return whether the shopper clicks.

    Fatigue over the messages of all media multiplies the chance to open by exp(-chi F): what a
    message leaves on average falls as in eq. 3. An opened one leaves goodwill, damped by what was
    opened in the medium this week and, past the trial phase, by habit (eq. 8); an opened offer is a
    coupon in hand. For as long as a coupon the message counts for the size of the next purchase
    (eq. 9).
    """
    cdef double tired = w.tired(i)
    cdef long day = <long>now
    cdef double odds = w.p.relevance_on_response * (relevance - w.p.relevance_reference)
    cdef double p_open = w.p.p_open[medium], p_out = w.p.p_unsubscribe[medium]
    cdef int channel = channel_of(medium)
    cdef bint clicks = False
    p_open = logistic(log(p_open / (1 - p_open)) + odds + errand) * exp(-tired)
    p_out = logistic(log(p_out / (1 - p_out)) - odds + tired)
    if w.uniform(STREAM_MESSAGE, i, day, step) < p_open:
        w.log.add(now, i, -1, channel, EVENT_OPEN, IDENTITY_ACCOUNT)
        w.goodwill[i] += (w.p.effect[channel] * w.p.message_goodwill[medium] * relevance
                          * (w.p.settled_response if w.settled[i] else 1.0)
                          * w.further(i, channel))
        if kind == AFTER_PURCHASE:
            w.engagement[i] += w.p.effect[channel] * w.p.message_engagement * relevance
        if w.p.effect[channel] > 0:
            w.opened[i, 0] = relevance
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
