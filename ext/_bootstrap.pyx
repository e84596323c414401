# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Count the first-order chain of all bootstrap replicates in one pass over the journeys.

The caller (omnisim/attribution/bootstrap.py) validates and allocates.
"""

from libc.stdint cimport int32_t, int64_t, uint64_t

from _draws cimport poisson, uniform


def count_replicates(
    const int32_t[::1] channel,     # IN   concatenated paths, values in [0, n_channels)
    const int64_t[::1] offset,      # IN   (n_rows + 1,), strictly increasing from 0
    const int64_t[::1] converted,   # IN   (n_rows,), >= 0
    const int64_t[::1] nulls,       # IN   (n_rows,), >= 0
    const double[::1] worth,        # IN   (n_rows,)
    uint64_t seed,
    uint64_t stream,
    uint64_t first_replicate,
    int64_t[::1] won,               # SCRATCH (n_replicates,)
    int64_t[::1] left,              # SCRATCH (n_replicates,)
    int64_t[:, :, ::1] counts,      # OUT  (n_channels + 1, n_channels, n_replicates), added to;
                                    #      row 0 counts the starts
    int64_t[:, ::1] to_conversion,  # OUT  (n_channels, n_replicates), added to
    int64_t[:, ::1] to_null,        # OUT  (n_channels, n_replicates), added to
    double[:, ::1] value,           # OUT  (n_channels, n_replicates), added to
):
    """Weight every journey by a Poisson(1) draw a replicate, so a row by the sum of its journeys'.

    The draw's address is (row, replicate, 0 for conversions and 1 for nulls).
    """
    cdef Py_ssize_t p, k, b, n = won.shape[0]
    cdef int32_t source, target
    cdef double each, u
    with nogil:
        for p in range(offset.shape[0] - 1):
            if converted[p] + nulls[p] == 0:
                continue
            for b in range(n):
                won[b] = left[b] = 0
            if converted[p] > 0:
                for b in range(n):
                    u = uniform(seed, 0, stream, p, first_replicate + b, 0)
                    won[b] = poisson(u, <double> converted[p])
            if nulls[p] > 0:
                for b in range(n):
                    u = uniform(seed, 0, stream, p, first_replicate + b, 1)
                    left[b] = poisson(u, <double> nulls[p])
            source = channel[offset[p + 1] - 1]
            each = worth[p] / converted[p] if converted[p] > 0 else 0.0
            for b in range(n):
                to_conversion[source, b] += won[b]
                to_null[source, b] += left[b]
                value[source, b] += each * won[b]
                won[b] += left[b]
            source = 0
            for k in range(offset[p], offset[p + 1]):
                target = channel[k]
                for b in range(n):
                    counts[source, target, b] += won[b]
                source = target + 1
