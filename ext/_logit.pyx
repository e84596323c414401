# cython: boundscheck=False, wraparound=False, cdivision=True
"""The choice rules of the kernels, one call a column, for `omnisim.choice` and the tests."""
from libc.stdint cimport int64_t

from _choice cimport choose, inclusive_value, share_of_first


def choose_rows(
    const double[:, ::1] utility,   # IN   (n, n_alternatives), at least one finite in each row
    const double[::1] u,            # IN   (n,), in (0, 1)
    int64_t[::1] chosen,            # OUT  (n,)
):
    """Choose one alternative a row."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(utility.shape[0]):
            chosen[i] = choose(&utility[i, 0], utility.shape[1], u[i])


def nest_rows(
    const double[:, ::1] utility,   # IN   (n, 2)
    double scale,                   # IN   in (0, 1]
    double[::1] value,              # OUT  (n,)
    double[::1] share,              # OUT  (n,)
):
    """Return inclusive values and shares of the first alternative of nests of two."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(utility.shape[0]):
            value[i] = inclusive_value(utility[i, 0], utility[i, 1], scale)
            share[i] = share_of_first(utility[i, 0], utility[i, 1], scale)
