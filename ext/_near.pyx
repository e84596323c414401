# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Who comes near a store, as the app notices it (capability K5)."""
from libc.math cimport exp

from _streams cimport *
from omnisim.simulation._state cimport State


def near_stores(State w, long day, bint rival):
    """Return the shoppers whom the app notices near the own store, or the local rival's, today.

    Only those with the app who let it know where they are and accept push messages can be noticed.
    They pass with a rate that falls exponentially with distance.
    """
    cdef Py_ssize_t i
    cdef double far = w.p.rival_distance if rival else 1.0
    cdef list found = []
    if w.p.near_noticed <= 0:
        return found
    for i in range(w.n):
        if not (w.has_app[i] and w.location_consent[i] and w.subscribed[i, 1]):
            continue
        if w.uniform(STREAM_NEAR, i, day, rival) < (
                w.p.near_noticed * w.p.passes_per_day * exp(-far * w.distance[i] / w.p.passes_km)):
            w.log.add(<double>day, i, -1, PUSH, EVENT_NEAR, IDENTITY_ACCOUNT, -1,
                      -1 if rival else w.home_store[i])
            found.append(i)
    return found
