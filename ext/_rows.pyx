# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Keys of journeys for which neither the order of rows nor the names of channels matter.

The caller (omnisim/attribution/distinct.py) validates and allocates.
"""

from libc.stdint cimport int32_t, int64_t, uint64_t
from libc.string cimport memcmp


cdef inline uint64_t mix(uint64_t word) noexcept nogil:
    """Return a word with its bits spread: as `omnisim.attribution.keys.mix`."""
    word += 0x9E3779B97F4A7C15ULL
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9ULL
    word = (word ^ (word >> 27)) * 0x94D049BB133111EBULL
    return word ^ (word >> 31)


def path_keys(
    const int32_t[::1] channel,     # IN   concatenated paths, values in [0, n_channels)
    const int64_t[::1] offset,      # IN   strictly increasing, offset[0] = 0
    const uint64_t[::1] colour,     # IN   (n_channels,)
    const uint64_t[::1] time,       # IN   (len(channel),), the bits of times, or empty
    uint64_t[::1] key,              # IN/OUT  (n_rows,), what else a row has; becomes its key
):
    """Hash the colours along every path, and the times. O(len(channel)) time, no memory.

    The multiplication keeps apart what the words of two touchpoints might cancel.
    """
    cdef Py_ssize_t p, k
    cdef bint timed = time.shape[0] > 0
    cdef uint64_t state, odd = 0xD6E8FEB86659FD93ULL
    with nogil:
        for p in range(offset.shape[0] - 1):
            state = mix(key[p] + <uint64_t> (offset[p + 1] - offset[p]))
            for k in range(offset[p], offset[p + 1]):
                state = mix(state * odd + colour[channel[k]])
                if timed:
                    state = mix(state * odd + time[k])
            key[p] = state


def meet(
    const int32_t[::1] channel,     # IN   as in `path_keys`
    const int64_t[::1] offset,      # IN
    const uint64_t[::1] key,        # IN   (n_rows,), keys of the rows
    uint64_t[::1] met,              # OUT  (n_channels,), added to modulo 2**64
):
    """Add to every channel the keys of the rows that it is in, told apart by its place there.

    Sums modulo 2**64 do not depend on the order of rows.
    """
    cdef Py_ssize_t p, k
    with nogil:
        for p in range(offset.shape[0] - 1):
            for k in range(offset[p], offset[p + 1]):
                met[channel[k]] += key[p] * (2 * <uint64_t> (k - offset[p]) + 1)


def mark_new(
    const int32_t[::1] channel,     # IN   as in `path_keys`
    const int64_t[::1] offset,      # IN
    const uint64_t[::1] time,       # IN   (len(channel),), or empty
    const uint64_t[::1] key,        # IN   (n_rows,)
    const uint64_t[::1] end,        # IN   (n_rows,), the bits of the ends, or empty
    const int64_t[::1] order,       # IN   (n_rows,), rows with equal keys side by side
    int64_t[::1] new,               # OUT  (n_rows,), 1 where a row differs from the one before it
):
    """Tell which rows, in order, have another path, times or end than the row before."""
    cdef Py_ssize_t i, p, q, n
    cdef bint timed = time.shape[0] > 0, same
    with nogil:
        for i in range(order.shape[0]):
            new[i] = 1
            if i == 0:
                continue
            p, q = order[i - 1], order[i]
            n = offset[p + 1] - offset[p]
            same = key[p] == key[q] and offset[q + 1] - offset[q] == n
            same = same and memcmp(&channel[offset[p]], &channel[offset[q]], n * 4) == 0
            if timed:
                same = same and memcmp(&time[offset[p]], &time[offset[q]], n * 8) == 0
                same = same and end[p] == end[q]
            new[i] = not same
