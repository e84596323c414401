"""Consumer surplus at a decision: the inclusive value of eq. 6 in money. Header only.

Source: Small and Rosen (1981), Econometrica 49(1), 105-130; Train (2009), chapter 3.5. A logsum has
no natural zero, so it is taken against the same need of a shopper who does not consider the firm.
"""
from _choice cimport log_sum
from _streams cimport OWN_LATER, OWN_WAIT
from omnisim.simulation._state cimport State


cdef inline double surplus(State w, Py_ssize_t i, const double *utility, Py_ssize_t n,
                           bint been_to_store) noexcept:
    """Return what it is worth to choose among `utility`, in EUR, beyond rivals and going without.

    A shopper who has come to the store has paid the way there. Money is utility over its marginal
    utility, which is that of a share of the mean basket.
    """
    cdef double price = w.p.price * w.price_sensitivity[i]
    cdef double gained
    if price <= 0:
        return 0.0
    gained = log_sum(utility, n) - without_firm(w, i, price)
    if been_to_store:
        gained -= w.p.distance_per_km * w.distance[i]
    return gained * w.mean_basket[i] / price


cdef inline double without_firm(State w, Py_ssize_t i, double price) noexcept:
    """Return the inclusive value of what is left without the firm, as in `_market: elsewhere`."""
    cdef double v[4]
    v[0] = (w.p.rival_online + w.affinity[i, 1] + price * w.p.rival_gap
            - w.p.delivery_per_day * w.factor(i, OWN_WAIT) * w.p.rival_days)
    v[1] = (w.p.rival_local + w.affinity[i, 0]
            - w.p.distance_per_km * w.distance[i] * w.p.rival_distance)
    v[2] = w.p.none_intercept
    v[3] = w.p.delay_intercept * w.factor(i, OWN_LATER)
    return log_sum(v, 4)
