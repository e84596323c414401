# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Sort events into buckets and cut them into journeys.

The caller (omnisim/journeys/events.py) validates and allocates.
"""

from libc.math cimport NAN
from libc.stdint cimport int32_t, int64_t, uint8_t

import numpy as np


def bucket_order(
    const int32_t[::1] bucket,      # IN   values in [0, n_buckets)
    Py_ssize_t n_buckets,
    int64_t[::1] order,             # OUT  (len(bucket),), rows by bucket, ties by row
):
    """Write a stable counting sort. O(n + n_buckets) time, n_buckets words of memory."""
    cdef int64_t[::1] place = np.zeros(n_buckets + 1, dtype=np.int64)
    cdef Py_ssize_t i
    with nogil:
        for i in range(bucket.shape[0]):
            place[bucket[i] + 1] += 1
        for i in range(n_buckets):
            place[i + 1] += place[i]
        # place[b] is where the next row of bucket b goes.
        for i in range(bucket.shape[0]):
            order[place[bucket[i]]] = i
            place[bucket[i]] += 1


def is_sorted_within(
    const int32_t[::1] bucket,      # IN   (n,)
    const double[::1] time,         # IN   (n,)
    const int64_t[::1] order,       # IN   (n,), rows by bucket
):
    """Return whether time never decreases along `order` within a bucket."""
    cdef Py_ssize_t i
    cdef bint ordered = True
    with nogil:
        for i in range(1, order.shape[0]):
            if bucket[order[i]] == bucket[order[i - 1]] and time[order[i]] < time[order[i - 1]]:
                ordered = False
                break
    return ordered


cdef struct Writer:
    Py_ssize_t first        # first touchpoint of the open journey
    Py_ssize_t n_touch      # touchpoints written
    Py_ssize_t n_journey    # journeys closed


cdef inline void close_nulls(
    Writer *w, Py_ssize_t last, double lookback, const double *time,
    int64_t *offset, int64_t *n_conversions, double *value, double *end,
) noexcept nogil:
    """Close touchpoints [w.first, last) as null journeys, cut backwards into windows."""
    cdef Py_ssize_t stop = last, start, low = w.n_journey, high
    while stop > w.first:
        start = stop - 1
        while start > w.first and time[start - 1] >= time[stop - 1] - lookback:
            start -= 1
        n_conversions[w.n_journey] = 0
        value[w.n_journey] = 0.0
        end[w.n_journey] = NAN
        offset[w.n_journey + 1] = stop
        w.n_journey += 1
        stop = start
    # The stops were written latest first; only they differ between the rows, so turn them round.
    high = w.n_journey - 1
    while low < high:
        offset[low + 1], offset[high + 1] = offset[high + 1], offset[low + 1]
        low += 1
        high -= 1
    w.first = last


def cut_journeys(
    const int32_t[::1] shopper,         # IN   (n,), non-decreasing
    const double[::1] time,             # IN   (n,), non-decreasing within a shopper
    const int32_t[::1] channel,         # IN   (n,), -1 where the event is no touchpoint
    const uint8_t[::1] conditional,     # IN   (n,), 1: touchpoint only if the last one differs
    const int64_t[::1] converted,       # IN   (n,), conversions of the event, >= 0
    const double[::1] worth,            # IN   (n,), their value
    double lookback,
    double gap,
    bint by_shopper,                    # one journey a shopper; lookback and gap are infinite
    int32_t no_channel,                 # channel of a conversion without touchpoints
    int32_t[::1] out_channel,           # OUT  (n,)
    double[::1] out_time,               # OUT  (n,)
    int64_t[::1] offset,                # OUT  (n + 1,)
    int64_t[::1] n_conversions,         # OUT  (n,)
    double[::1] value,                  # OUT  (n,)
    double[::1] end,                    # OUT  (n,)
):
    """Cut sorted events; return (n_journeys, n_touchpoints), each at most n.

    An event writes at most one touchpoint, and every journey has at least one, so n bounds both.
    """
    cdef Writer w
    cdef Py_ssize_t i, keep, n = shopper.shape[0]
    cdef int64_t total = 0
    cdef double money = 0.0, converted_at = NAN
    cdef bint last
    offset[0] = 0
    if n == 0:
        return 0, 0
    w.first = w.n_touch = w.n_journey = 0
    with nogil:
        for i in range(n):
            last = i + 1 == n or shopper[i + 1] != shopper[i]
            # A silence longer than the gap ends the open journey without a conversion.
            if w.n_touch > w.first and time[i] - out_time[w.n_touch - 1] > gap:
                close_nulls(&w, w.n_touch, lookback, &out_time[0], &offset[0], &n_conversions[0],
                            &value[0], &end[0])
            if converted[i] > 0 and not by_shopper:
                keep = w.first
                while keep < w.n_touch and out_time[keep] < time[i] - lookback:
                    keep += 1
                close_nulls(&w, keep, lookback, &out_time[0], &offset[0], &n_conversions[0],
                            &value[0], &end[0])
            if channel[i] >= 0 and not (conditional[i] and w.n_touch > w.first
                                        and out_channel[w.n_touch - 1] == channel[i]):
                out_channel[w.n_touch] = channel[i]
                out_time[w.n_touch] = time[i]
                w.n_touch += 1
            elif converted[i] > 0 and w.n_touch == w.first:
                out_channel[w.n_touch] = no_channel
                out_time[w.n_touch] = time[i]
                w.n_touch += 1
            total += converted[i]
            money += worth[i]
            if converted[i] > 0:
                converted_at = time[i]
            if (converted[i] > 0 and not by_shopper) or (by_shopper and last and total > 0):
                n_conversions[w.n_journey] = total
                value[w.n_journey] = money
                end[w.n_journey] = converted_at
                offset[w.n_journey + 1] = w.n_touch
                w.n_journey += 1
                w.first = w.n_touch
            elif last:
                close_nulls(&w, w.n_touch, lookback, &out_time[0], &offset[0], &n_conversions[0],
                            &value[0], &end[0])
            if last or not by_shopper:
                total = 0
                money = 0.0
    return w.n_journey, w.n_touch
