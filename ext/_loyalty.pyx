# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Points that lapse: what is neither renewed nor spent is a liability no more (equation 16)."""
from libc.stdint cimport int64_t

from _streams cimport *
from omnisim.simulation._state cimport State


def expire_points(State w, long day):
    """Strike the points of every ledger that has been silent for too long from the books.

    The liability falls by what lapses, which is a gain on the line that the points were a cost on,
    in the channel whose ledger it is: the store's, or the website's for both channels online.
    """
    cdef Py_ssize_t i
    cdef int ledger
    cdef int64_t lapsed
    if w.p.points_expire_days <= 0:
        return
    for i in range(w.n):
        for ledger in range(2):
            if (w.points[i, ledger] <= 0
                    or day - w.points_day[i, ledger] < w.p.points_expire_days):
                continue
            lapsed = <int64_t>(w.points[i, ledger] * 100.0 + 0.5)
            w.points[i, ledger] = 0
            if lapsed > 0:
                w.postings.add(<double>day, LINE_POINTS, STORE if ledger == 0 else WEBSITE, i, -1,
                               lapsed)
