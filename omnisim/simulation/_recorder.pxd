"""Append-only typed columns."""
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t


cdef class EventLog:
    cdef list chunks
    cdef Py_ssize_t used, capacity
    cdef double *time
    cdef int32_t *shopper
    cdef int32_t *journey
    cdef int8_t *channel
    cdef int8_t *event
    cdef int8_t *identity
    cdef int8_t *fulfilment
    cdef int16_t *item
    cdef int16_t *store
    cdef double *value
    cdef double *cost
    cdef double *propensity
    cdef int roll(self) except -1
    cdef int add(self, double time, Py_ssize_t shopper, long journey, int channel, int event,
                 int identity=*, int item=*, int store=*, int fulfilment=*, double value=*,
                 double cost=*, double propensity=*) except -1


cdef class Postings:
    cdef list chunks
    cdef Py_ssize_t used, capacity
    cdef double *time
    cdef int8_t *line
    cdef int8_t *channel
    cdef int32_t *shopper
    cdef int32_t *journey
    cdef int64_t *cents
    cdef int roll(self) except -1
    cdef int add(self, double time, int line, int channel, Py_ssize_t shopper, long journey,
                 int64_t cents) except -1
