"""What each way to meet a need is worth at a decision (facts.md D4, eq. 6). Header only."""
from libc.math cimport HUGE_VAL

from _choice cimport inclusive_value
from _draws cimport normal
from _streams cimport *
from omnisim.simulation._state cimport State

cdef enum:
    SEARCHED_RIVAL = 3
    SEARCH_STEP = 2


cdef inline int cookie(State w, Py_ssize_t i) noexcept:
    """Return what an anonymous session exposes: a cookie where the shopper accepts cookies."""
    return IDENTITY_COOKIE if w.tracking_consent[i] else IDENTITY_NONE


cdef inline int signed_in(State w, Py_ssize_t i, long need, int channel, long step) noexcept:
    """Some sessions of account holders are logged in, all sessions in the app; else a cookie."""
    if channel == APP or (w.has_account[i]
                          and w.uniform(STREAM_CAPTURE, i, need, step) < w.p.login_share):
        return IDENTITY_ACCOUNT
    return cookie(w, i)


cdef inline bint compares(State w, Py_ssize_t i, long need, long step) noexcept:
    """Tell whether the shopper looks at the phone at this decision."""
    return w.uniform(STREAM_PHONE, i, need, step) < w.p.p_phone_check * w.digital[i]


cdef inline int shown_stock(State w, Py_ssize_t i, Py_ssize_t item, double now) noexcept:
    """Return what the site shows of the home store: 1 there, 0 not there, -1 nothing is shown.

    A record is right or wrong for a week, whoever looks. A wrong one is a count of its own: it
    shows the item as often as items are believed to be there.
    """
    cdef Py_ssize_t store = w.home_store[i]
    cdef long week = <long>(now / 7.0)
    if not w.is_shown[item]:
        return -1
    if w.uniform(STREAM_STOCK_RECORD, store * w.n_items + item, week, 1) < w.p.record_accuracy:
        return w.on_hand[store, item] > 0
    return (w.uniform(STREAM_STOCK_RECORD, store * w.n_items + item, week, 2)
            < w.p.believed_availability)


cdef inline bint informs(State w, int searched) noexcept:
    """Tell whether a search was on site or in app, and what they show is believed."""
    return (searched == WEBSITE or searched == APP) and w.p.effect[searched] > 0


cdef inline double guided(State w, Py_ssize_t i, long need, int searched) noexcept:
    """Return the share of the doubt that is left where site or app show first what fits.

    They can do so for those who are signed in; what does not fit does not help, nor does what an
    inert channel shows.
    """
    cdef Py_ssize_t item = w.record_shown[w.record_of[i, 0], 0]
    cdef double likeness
    if item < 0 or not informs(w, searched):
        return 1
    if signed_in(w, i, need, searched, SEARCH_STEP) != IDENTITY_ACCOUNT:
        return 1
    likeness = w.likeness(i, item)
    return 1 - w.p.shown_help * likeness if likeness > 0 else 1


cdef inline double own(State w, Py_ssize_t i, int channel, int searched, double price,
                       double basket, double now) noexcept:
    """Return what the firm's channel is worth to the shopper before the terms of delivery."""
    cdef double points = w.usable_points(i, 0 if channel == STORE else 1) / basket
    cdef double off = w.price_off(i, channel, now)
    return (w.p.purchase_intercept[channel] + w.affinity[i, channel]
            + w.p.search_help[searched][channel] * w.factor(i, OWN_SEARCH_HELP)
            + w.p.habit * w.factor(i, OWN_HABIT) * w.habit[i, channel]
            + price * (off + (points if points < 1 - off else 1 - off)))


cdef inline double regard(State w, Py_ssize_t i, double price, double now) noexcept:
    """Return what the firm is worth in any channel: goodwill, satisfaction, extra points."""
    cdef double firm = w.pull(i)
    firm += w.p.satisfaction * w.factor(i, OWN_SATISFACTION) * w.satisfaction[i]
    if w.bonus[i, 1] >= now:
        firm += price * w.p.points_share * w.bonus[i, 0]
    return firm


cdef inline void weigh(State w, Py_ssize_t i, long need, int searched, Py_ssize_t item,
                       bint in_store, bint inspected, bint compared, double resolved, double now,
                       double *v, double *nest) noexcept:
    """Fill `v` (7 utilities, GO_STORE ... GO_NOWHERE) and `nest`.

    `nest` holds delivery and pick-up, of the website and then of the app. What an inspection in the
    store adds counts for every other seller of the item, rivals included, as far as knowledge does.
    """
    cdef double price = w.p.price * w.price_sensitivity[i]
    cdef double basket = w.mean_basket[i]
    cdef double wait = w.p.delivery_per_day * w.factor(i, OWN_WAIT)
    cdef double lack = w.p.stock * w.factor(i, OWN_STOCK)
    cdef double firm = regard(w, i, price, now), far = w.p.distance_per_km * w.distance[i]
    cdef double unresolved = w.p.risk * w.factor(i, OWN_RISK) * (1 - resolved)
    cdef double doubt = unresolved * guided(w, i, need, searched), found = 0, afar
    cdef double *ways
    cdef int c, shown = shown_stock(w, i, item, now)
    if inspected:
        found = w.p.inspection_sd * normal(w.uniform(STREAM_VISIT, i, need, 0))
    afar = w.p.knowledge_across * found

    v[GO_STORE] = -HUGE_VAL
    if w.may_use(i, STORE):
        v[GO_STORE] = (own(w, i, STORE, searched, price, basket, now) + firm + found)
        if not in_store:
            v[GO_STORE] -= far
            if shown < 0 or not (compared or informs(w, searched)):
                v[GO_STORE] -= lack * (1 - w.p.believed_availability)
            elif shown == 0:
                v[GO_STORE] -= lack
    for c in range(1, 3):
        v[c] = -HUGE_VAL
        if w.may_use(i, c) and (c != APP or w.has_app[i]):
            v[c] = own(w, i, c, searched, price, basket, now) + firm + afar - doubt
            ways = &nest[2 * (c - 1)]
            ways[0] = -price * w.p.delivery_fee / basket - wait * w.p.delivery_days
            ways[1] = -HUGE_VAL
            if shown == 1 and w.may_use(i, STORE) and w.p.collects:
                ways[1] = -far - wait * w.p.pick_days
            v[c] += inclusive_value(ways[0], ways[1], w.p.nest)

    v[GO_RIVAL_ONLINE] = (w.p.rival_online + w.affinity[i, WEBSITE] + afar - unresolved
                          + price * w.p.rival_gap - wait * w.p.rival_days)
    if not (compared or searched == SEARCHED_RIVAL):
        v[GO_RIVAL_ONLINE] -= w.p.rival_unseen
    v[GO_RIVAL_LOCAL] = (w.p.rival_local + w.affinity[i, STORE] + afar
                         - far * w.p.rival_distance)
    v[GO_DELAY] = w.p.delay_intercept * w.factor(i, OWN_LATER)
    v[GO_NOWHERE] = w.p.none_intercept
