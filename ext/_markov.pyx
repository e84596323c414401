# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Count the transitions of a Markov chain of any order.

A state is the last `order` channels of a path, coded in base n_channels + 1 with the most recent
channel as the most significant digit, channels counted from 1 and 0 where the path is still too
short. The states that end in one channel are thus a range, and so are the states from which a given
state can be reached. The caller (omnisim/attribution/chain.py) validates and allocates.
"""

from libc.stdint cimport int32_t, int64_t

from _two_sum cimport add


def count_dense(
    const int32_t[::1] channel,     # IN   concatenated paths, values in [0, n_channels)
    const int64_t[::1] offset,      # IN   strictly increasing, offset[0] = 0
    const int64_t[::1] converted,   # IN   (n_rows,), >= 0
    const int64_t[::1] nulls,       # IN   (n_rows,), >= 0
    const double[::1] worth,        # IN   (n_rows,)
    int64_t base,                   # n_channels + 1
    int64_t top,                    # base ** (order - 1)
    int64_t[:, ::1] counts,         # OUT  (base * top, n_channels), added to
    int64_t[::1] start,             # OUT  (n_channels,), added to
    int64_t[::1] to_conversion,     # OUT  (base * top,), added to
    int64_t[::1] to_null,           # OUT  (base * top,), added to
    double[::1] value,              # OUT  (base * top,), added to in twice the digits
    double[::1] rest,               # SCRATCH (base * top,), 0: what `value` has lost to rounding
):
    """Add the transitions of every path. O(len(channel)) time, no memory."""
    cdef Py_ssize_t p, k
    cdef int64_t state, weight
    with nogil:
        for p in range(offset.shape[0] - 1):
            weight = converted[p] + nulls[p]
            if weight == 0:
                continue
            start[channel[offset[p]]] += weight
            state = (channel[offset[p]] + 1) * top
            for k in range(offset[p] + 1, offset[p + 1]):
                counts[state, channel[k]] += weight
                state = (channel[k] + 1) * top + (state // base if top > 1 else 0)
            to_conversion[state] += converted[p]
            to_null[state] += nulls[p]
            add(&value[state], &rest[state], worth[p], 0.0)


def state_keys(
    const int32_t[::1] channel,     # IN   concatenated paths, values in [0, base - 1)
    const int64_t[::1] offset,      # IN   strictly increasing, offset[0] = 0
    int64_t base,                   # n_channels + 1
    int64_t top,                    # base ** (order - 1), base * top < 2 ** 63
    int64_t[::1] key,               # OUT  (len(channel),)
):
    """Write the state after every touchpoint. O(len(channel)) time, no memory."""
    cdef Py_ssize_t p, k
    cdef int64_t state
    with nogil:
        for p in range(offset.shape[0] - 1):
            state = 0
            for k in range(offset[p], offset[p + 1]):
                state = (channel[k] + 1) * top + (state // base if top > 1 else 0)
                key[k] = state


def sum_sorted(
    const int64_t[::1] group,       # IN   (n,), non-decreasing from 0
    const int64_t[::1] row,         # IN   (n,), where each weight stands
    const int64_t[::1] weight,      # IN
    int64_t[::1] total,             # OUT  (n_groups,), added to
):
    """Add up weights by group."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(group.shape[0]):
            total[group[i]] += weight[row[i]]


def solve_absorbing(
    double[:, ::1] step,            # IN/OUT  (n, n), probabilities between states; overwritten
    double[::1] leave,              # IN/OUT  (n,), of ending from each state; overwritten
    double[:, ::1] x,               # IN/OUT  (n, n_columns), >= 0: right-hand side, then solution
):
    """Solve x = goal + step @ x without a subtraction. O(n ** 3 + n ** 2 n_columns) time.

    Rows of `step` and `leave` sum to 1, and every state leads to an end. State reduction after
    Grassmann, Taksar and Heyman (1985): the chance to leave state k for a lower one or an end is
    added up instead of taken from 1, so every element of the solution keeps its relative accuracy.
    """
    cdef Py_ssize_t n = step.shape[0], n_columns = x.shape[1], i, j, k, c
    cdef double left, factor
    with nogil:
        for k in range(n - 1, -1, -1):
            # step[:k + 1, :k + 1] and leave are now of the chain watched in states 0 to k only.
            left = leave[k]
            for j in range(k):
                left += step[k, j]
            step[k, k] = left
            for i in range(k):
                factor = step[i, k] / left
                if factor != 0.0:
                    for j in range(k):
                        step[i, j] += factor * step[k, j]
                    for c in range(n_columns):
                        x[i, c] += factor * x[k, c]
                    leave[i] += factor * leave[k]
        for k in range(n):
            for j in range(k):
                factor = step[k, j]
                if factor != 0.0:
                    for c in range(n_columns):
                        x[k, c] += factor * x[j, c]
            for c in range(n_columns):
                x[k, c] /= step[k, k]
