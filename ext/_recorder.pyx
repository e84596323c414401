# cython: boundscheck=False, cdivision=True
"""Append-only typed columns: the event log and the postings of a run.

Rows go to chunks of numpy arrays, one array a column. A chunk that is full is set aside and a new
one begun, so a row costs the same however long the run. The column order is that of
`omnisim.schema.EVENTS` and `POSTINGS`.
"""
from libc.math cimport NAN
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t

import numpy as np

cdef Py_ssize_t CHUNK = 1 << 15
cdef Py_ssize_t FIRST = 1 << 10

EVENT_TYPES = (np.float64, np.int32, np.int32, np.int8, np.int8, np.int8, np.int8, np.int16,
               np.int16, np.float64, np.float64, np.float64)
POSTING_TYPES = (np.float64, np.int8, np.int8, np.int32, np.int32, np.int64)


cdef list _new_chunk(tuple types, Py_ssize_t rows):
    return [np.empty(rows, dtype=dtype) for dtype in types]


cdef size_t _address(object array):
    return <size_t>array.ctypes.data


def _close(chunks, used, types):
    """Return a list of arrays for each column; the last chunk is cut to its `used` rows."""
    sizes = [len(chunk[0]) for chunk in chunks[:-1]] + [used]
    return [[chunk[k][:size] for chunk, size in zip(chunks, sizes)] for k in range(len(types))]


cdef class EventLog:
    """The true event log while a run writes it; `columns` closes it."""

    def __cinit__(self):
        self.chunks = []
        self.used = 0
        self.capacity = 0

    def __len__(self):
        return sum(len(chunk[0]) for chunk in self.chunks[:-1]) + self.used

    def columns(self):
        """Return a list of arrays, to be read one after the other, for each column of `EVENTS`."""
        return _close(self.chunks, self.used, EVENT_TYPES)

    cdef int roll(self) except -1:
        cdef list chunk = _new_chunk(EVENT_TYPES, CHUNK if self.chunks else FIRST)
        self.chunks.append(chunk)
        self.capacity = len(chunk[0])
        self.used = 0
        self.time = <double *>_address(chunk[0])
        self.shopper = <int32_t *>_address(chunk[1])
        self.journey = <int32_t *>_address(chunk[2])
        self.channel = <int8_t *>_address(chunk[3])
        self.event = <int8_t *>_address(chunk[4])
        self.identity = <int8_t *>_address(chunk[5])
        self.fulfilment = <int8_t *>_address(chunk[6])
        self.item = <int16_t *>_address(chunk[7])
        self.store = <int16_t *>_address(chunk[8])
        self.value = <double *>_address(chunk[9])
        self.cost = <double *>_address(chunk[10])
        self.propensity = <double *>_address(chunk[11])
        return 0

    cdef int add(self, double time, Py_ssize_t shopper, long journey, int channel, int event,
                 int identity=0, int item=-1, int store=-1, int fulfilment=0, double value=0,
                 double cost=0, double propensity=NAN) except -1:
        cdef Py_ssize_t k
        if self.used == self.capacity:
            self.roll()
        k = self.used
        self.time[k] = time
        self.shopper[k] = <int32_t>shopper
        self.journey[k] = <int32_t>journey
        self.channel[k] = <int8_t>channel
        self.event[k] = <int8_t>event
        self.identity[k] = <int8_t>identity
        self.fulfilment[k] = <int8_t>fulfilment
        self.item[k] = <int16_t>item
        self.store[k] = <int16_t>store
        self.value[k] = value
        self.cost[k] = cost
        self.propensity[k] = propensity
        self.used = k + 1
        return 0


cdef class Postings:
    """The profit and loss account while a run writes it; `columns` closes it."""

    def __cinit__(self):
        self.chunks = []
        self.used = 0
        self.capacity = 0

    def __len__(self):
        return sum(len(chunk[0]) for chunk in self.chunks[:-1]) + self.used

    def columns(self):
        """Return a list of arrays for each column of `POSTINGS`."""
        return _close(self.chunks, self.used, POSTING_TYPES)

    def post(self, double time, int line, int channel, int64_t cents):
        """Add a posting that belongs to no shopper."""
        self.add(time, line, channel, -1, -1, cents)

    cdef int roll(self) except -1:
        cdef list chunk = _new_chunk(POSTING_TYPES, CHUNK if self.chunks else FIRST)
        self.chunks.append(chunk)
        self.capacity = len(chunk[0])
        self.used = 0
        self.time = <double *>_address(chunk[0])
        self.line = <int8_t *>_address(chunk[1])
        self.channel = <int8_t *>_address(chunk[2])
        self.shopper = <int32_t *>_address(chunk[3])
        self.journey = <int32_t *>_address(chunk[4])
        self.cents = <int64_t *>_address(chunk[5])
        return 0

    cdef int add(self, double time, int line, int channel, Py_ssize_t shopper, long journey,
                 int64_t cents) except -1:
        cdef Py_ssize_t k
        if self.used == self.capacity:
            self.roll()
        k = self.used
        self.time[k] = time
        self.line[k] = <int8_t>line
        self.channel[k] = <int8_t>channel
        self.shopper[k] = <int32_t>shopper
        self.journey[k] = <int32_t>journey
        self.cents[k] = cents
        self.used = k + 1
        return 0
