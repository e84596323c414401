"""Sums in twice the digits of a double. Header only."""


cdef inline void add(double* total, double* rest, double term, double left) noexcept nogil:
    """Add `term`, and `left` below its last digit (Knuth's two-sum).

    After each step |rest|, what the total has lost to rounding, is at most half a unit in its last
    place.
    """
    cdef double sum_ = total[0] + term
    cdef double back = sum_ - total[0]
    left += (total[0] - (sum_ - back)) + (term - back)
    left += rest[0]
    total[0] = sum_ + left
    rest[0] = left - (total[0] - sum_)
