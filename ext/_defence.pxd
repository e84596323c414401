"""The firm's answer to a look at the phone in the store (K13). Header only."""
from _streams cimport (
    APP, EVENT_DEFENCE, FULFIL_NONE, IDENTITY_ACCOUNT, STORE, STREAM_PRICE, WEBSITE,
)
from omnisim.simulation._state cimport State


cdef inline int defend(State w, Py_ssize_t i, long need, long step, double now) except -1:
    """Match the lowest price that the phone shows, as far as the margin allows.

    The firm recognises who has let the app follow and whose records are joined. The offer counts
    for `offer_days`, in all channels, unless the shopper holds one as good.
    """
    cdef double offer = w.p.rival_gap
    if w.p.checks_answered <= 0 or not (w.may_use(i, APP) and w.has_app[i]
                                        and w.location_consent[i]):
        return 0
    if w.record_of[i, 0] != w.record_of[i, 1]:
        return 0
    if w.may_use(i, WEBSITE) and w.p.promotion[WEBSITE] > offer:
        offer = w.p.promotion[WEBSITE]
    if w.p.promotion[APP] > offer:
        offer = w.p.promotion[APP]
    if offer > w.p.offer_room:
        offer = w.p.offer_room
    if offer <= w.price_off(i, STORE, now):
        return 0
    if w.uniform(STREAM_PRICE, i, need, step) >= w.p.checks_answered:
        return 0
    w.coupon[i] = offer
    w.coupon_until[i] = now + w.p.offer_days
    w.log.add(now, i, need, APP, EVENT_DEFENCE, IDENTITY_ACCOUNT, -1, w.home_store[i], FULFIL_NONE)
    return 0
