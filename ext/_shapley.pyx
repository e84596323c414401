# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Sums over subsets, Shapley values of a table of worths, and Shapley values by permutations.

A coalition is a set of channels, coded as the bits of an integer where there is a table of all of
them. The caller (omnisim/attribution/shapley.py) validates and allocates.
"""

from libc.stdint cimport int32_t, int64_t


def subset_sum(
    double[::1] worth,          # IN/OUT  (2 ** n,), on exit the sum over all subsets of each set
    int n,
):
    """Add up every set's subsets (Yates 1937). O(n 2**n) time, no memory."""
    cdef Py_ssize_t step, s, size = worth.shape[0]
    cdef int bit
    with nogil:
        for bit in range(n):
            step = (<Py_ssize_t> 1) << bit
            # Before this round worth[s] sums the subsets that differ from s in lower bits only.
            for s in range(size):
                if s & step:
                    worth[s] += worth[s ^ step]


def shapley_of_table(
    const double[::1] worth,    # IN   (2 ** n,), worth of every set
    const double[::1] weight,   # IN   (n,), k! (n - 1 - k)! / n! by size k of the set joined
    int n,
    double[::1] value,          # OUT  (n,)
):
    """Write the Shapley value of every member. O(n 2**n) time, no memory."""
    cdef Py_ssize_t step, s, rest, size = worth.shape[0]
    cdef int bit, members
    cdef double total
    with nogil:
        for bit in range(n):
            step = (<Py_ssize_t> 1) << bit
            total = 0.0
            for s in range(size):
                if s & step:
                    continue
                members = 0
                rest = s
                while rest:
                    rest &= rest - 1
                    members += 1
                total += weight[members] * (worth[s | step] - worth[s])
            value[bit] = total


def shapley_by_permutations(
    const int32_t[:, ::1] place,    # IN   (n_permutations, n), place of each channel
    const int32_t[::1] member,      # IN   channels of the coalitions seen, one after the other
    const int64_t[::1] offset,      # IN   (n_coalitions + 1,), strictly increasing from 0
    const double[:, ::1] amount,    # IN   (n_coalitions, 3), conversions, value, journeys
    double[:, ::1] arrived,         # SCRATCH (n, 3)
    double[:, :, ::1] marginal,     # OUT  (n_permutations, n, 2), by channel: what it adds when it
                                    #      joins, to conversions and to value per journey
):
    """Write what each channel adds to the worth of those before it, permutation by permutation.

    A set is worth its conversions (or value) per journey, of the journeys that meet no channel
    outside the set; 0 if there are none.
    """
    cdef Py_ssize_t p, k, c, n = place.shape[1]
    cdef int32_t last
    cdef double conversions, value, journeys, before, before_value, now, now_value
    with nogil:
        for p in range(place.shape[0]):
            for c in range(n):
                arrived[c, 0] = arrived[c, 1] = arrived[c, 2] = 0.0
            # A coalition's journeys count as soon as its last channel has joined.
            for k in range(offset.shape[0] - 1):
                last = 0
                for c in range(offset[k], offset[k + 1]):
                    if place[p, member[c]] > last:
                        last = place[p, member[c]]
                arrived[last, 0] += amount[k, 0]
                arrived[last, 1] += amount[k, 1]
                arrived[last, 2] += amount[k, 2]
            conversions = value = journeys = before = before_value = 0.0
            for c in range(n):
                conversions += arrived[c, 0]
                value += arrived[c, 1]
                journeys += arrived[c, 2]
                now = conversions / journeys if journeys > 0.0 else 0.0
                now_value = value / journeys if journeys > 0.0 else 0.0
                arrived[c, 0] = now - before
                arrived[c, 1] = now_value - before_value
                before = now
                before_value = now_value
            for c in range(n):
                marginal[p, c, 0] = arrived[place[p, c], 0]
                marginal[p, c, 1] = arrived[place[p, c], 1]
