"""Discrete choice for every kernel: multinomial logit, and a nest of two, by one uniform.

Header only, like `_draws.pxd`. An alternative that cannot be chosen has utility -HUGE_VAL.

Source: Train (2009), Discrete Choice Methods with Simulation, 2nd edition, chapters 3 and 4.
"""
from libc.math cimport HUGE_VAL, exp, log


cdef inline Py_ssize_t choose(const double *utility, Py_ssize_t n, double u) noexcept nogil:
    """Return the alternative that `u` falls on under logit shares; at least one is possible."""
    cdef double top = -HUGE_VAL, total = 0, passed = 0
    cdef Py_ssize_t k, last = 0
    for k in range(n):
        if utility[k] > top:
            top = utility[k]
    for k in range(n):
        total += exp(utility[k] - top)
    for k in range(n):
        if utility[k] > -HUGE_VAL:
            passed += exp(utility[k] - top)
            last = k
            if u * total < passed:
                return k
    return last


cdef inline double log_sum(const double *utility, Py_ssize_t n) noexcept nogil:
    """Return the inclusive value of `n` alternatives, of which at least one is possible."""
    cdef double top = -HUGE_VAL, total = 0
    cdef Py_ssize_t k
    for k in range(n):
        if utility[k] > top:
            top = utility[k]
    for k in range(n):
        total += exp(utility[k] - top)
    return top + log(total)


cdef inline double inclusive_value(double first, double second, double scale) noexcept nogil:
    """Return the utility of a nest of two with dissimilarity `scale` in (0, 1]."""
    cdef double top = first if first > second else second
    cdef double low = second if first > second else first
    if low == -HUGE_VAL:
        return top
    return top + scale * log(1.0 + exp((low - top) / scale))


cdef inline double share_of_first(double first, double second, double scale) noexcept nogil:
    """Return the share of the first alternative within its nest."""
    if second == -HUGE_VAL:
        return 1.0
    if first == -HUGE_VAL:
        return 0.0
    return 1.0 / (1.0 + exp((second - first) / scale))


cdef inline double logistic(double x) noexcept nogil:
    """Return 1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + exp(-x))
