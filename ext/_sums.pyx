# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Sums of products by group, in twice the digits of a double.

The caller (omnisim/attribution/sums.py) validates and allocates.
"""

from libc.math cimport fma
from libc.stdint cimport int32_t, int64_t

from _two_sum cimport add

ctypedef fused place_t:
    int32_t
    int64_t


def sum_products(
    const place_t[::1] place,   # IN   (n,), values in [0, n_groups)
    const double[::1] a,        # IN   (n,), finite
    const double[::1] b,        # IN   (n,), finite
    double[::1] total,          # IN/OUT  (n_groups,), 0 to begin with
    double[::1] rest,           # SCRATCH (n_groups,), 0: what `total` has lost to rounding
):
    """Add a[i] * b[i] to the total of its group. O(n) time, no memory.

    A product is the double next to it and what that leaves, by a fused multiply-add.
    """
    cdef Py_ssize_t i, g
    cdef double product
    with nogil:
        for i in range(place.shape[0]):
            g = place[i]
            product = a[i] * b[i]
            add(&total[g], &rest[g], product, fma(a[i], b[i], -product))
