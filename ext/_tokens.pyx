# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Code the channels of path strings: split at a separator, trim, and look up in a hash table.

The caller (omnisim/journeys/paths.py) validates and allocates. White space is ASCII's; the caller
trims what else Unicode has from the distinct names.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memchr, memcmp, memcpy


cdef inline bint is_space(uint8_t c) noexcept nogil:
    return c == 32 or 9 <= c <= 13


cdef inline uint64_t mix(uint64_t state, uint64_t word) noexcept nogil:
    state = (state ^ word) * 0xD6E8FEB86659FD93ULL
    return state ^ (state >> 32)


cdef inline uint64_t hash_bytes(const uint8_t *text, Py_ssize_t length) noexcept nogil:
    """Hash a name of at least one byte by words; the last word may overlap the one before it."""
    cdef uint64_t state = <uint64_t> length * 0x9E3779B97F4A7C15ULL, word
    cdef uint32_t low, high
    cdef Py_ssize_t k
    if length >= 8:
        for k in range(0, length - 8, 8):
            memcpy(&word, text + k, 8)
            state = mix(state, word)
        memcpy(&word, text + length - 8, 8)
    elif length >= 4:
        memcpy(&low, text, 4)
        memcpy(&high, text + length - 4, 4)
        word = (<uint64_t> high << 32) | low
    else:
        # The first, the middle and the last byte are all bytes of one, two or three.
        word = text[0] | (<uint64_t> text[length >> 1] << 8) | (<uint64_t> text[length - 1] << 16)
    return mix(state, word)


cdef class Coder:
    """Names seen so far, coded in order of first appearance.

    The table has twice as many slots as names are allowed, so a probe always meets an empty slot.
    """

    cdef Py_ssize_t n_names, max_names, n_slots
    cdef int32_t *slot              # (n_slots,), code of a name or -1
    cdef Py_ssize_t *begin          # (max_names + 1,), name k is arena[begin[k]:begin[k + 1]]
    cdef uint8_t *arena
    cdef Py_ssize_t capacity

    def __cinit__(self, Py_ssize_t max_names):
        cdef Py_ssize_t i
        self.max_names = max_names
        self.n_slots = 4
        while self.n_slots < 2 * max_names + 2:
            self.n_slots *= 2
        self.capacity = 4096
        self.slot = <int32_t *> malloc(self.n_slots * sizeof(int32_t))
        self.begin = <Py_ssize_t *> malloc((max_names + 1) * sizeof(Py_ssize_t))
        self.arena = <uint8_t *> malloc(self.capacity)
        if self.slot == NULL or self.begin == NULL or self.arena == NULL:
            raise MemoryError()
        for i in range(self.n_slots):
            self.slot[i] = -1
        self.begin[0] = 0

    def __dealloc__(self):
        free(self.slot)
        free(self.begin)
        free(self.arena)

    def names(self):
        """Return the names as bytes, in order of their codes."""
        return [self.arena[self.begin[k]:self.begin[k + 1]] for k in range(self.n_names)]

    cdef int32_t code(self, const uint8_t *text, Py_ssize_t length) noexcept nogil:
        """Return the code of a name, a new one if need be; -1 beyond the limit."""
        cdef Py_ssize_t place = hash_bytes(text, length) & (self.n_slots - 1), size, end
        cdef int32_t k
        cdef uint8_t *larger
        while self.slot[place] >= 0:
            k = self.slot[place]
            size = self.begin[k + 1] - self.begin[k]
            if size == length and memcmp(self.arena + self.begin[k], text, length) == 0:
                return k
            place = (place + 1) & (self.n_slots - 1)
        if self.n_names == self.max_names:
            return -1
        end = self.begin[self.n_names]
        if end + length > self.capacity:
            larger = <uint8_t *> realloc(self.arena, 2 * (end + length))
            if larger == NULL:
                return -1
            self.arena = larger
            self.capacity = 2 * (end + length)
        memcpy(self.arena + end, text, length)
        self.slot[place] = <int32_t> self.n_names
        self.n_names += 1
        self.begin[self.n_names] = end + length
        return <int32_t> (self.n_names - 1)


def count_byte(
    const uint8_t[::1] text,        # IN
    uint8_t byte,
):
    """Return how often a byte occurs."""
    cdef Py_ssize_t i, total = 0
    with nogil:
        for i in range(text.shape[0]):
            total += text[i] == byte
    return total


def code_paths(
    Coder coder,
    const uint8_t[::1] text,        # IN   all paths, one after the other
    const int64_t[::1] begin,       # IN   (n_rows + 1,), path p is text[begin[p]:begin[p + 1]]
    const uint8_t[::1] separator,   # IN   at least one byte
    int32_t[::1] code,              # OUT  as long as the separators' first byte occurs, plus n_rows
    int64_t[::1] length,            # OUT  (n_rows,), touchpoints of each path; 0 if it is blank
):
    """Split and code paths; return (touchpoints, row that failed or -1, why).

    Why is 1 for a blank channel, and 2 for a channel beyond the coder's limit.
    """
    cdef Py_ssize_t p, n = 0, first, size = separator.shape[0], why = 0, row = -1
    cdef const uint8_t *place
    cdef const uint8_t *stop
    cdef const uint8_t *mark
    cdef const uint8_t *low
    cdef const uint8_t *high
    cdef const uint8_t *base
    cdef int32_t found
    if begin.shape[0] < 2:
        return 0, -1, 0
    if text.shape[0] == 0:
        for p in range(length.shape[0]):
            length[p] = 0
        return 0, -1, 0
    base = &text[0]
    with nogil:
        for p in range(begin.shape[0] - 1):
            first = n
            place = base + begin[p]
            stop = base + begin[p + 1]
            while place < stop and is_space(place[0]):
                place += 1
            while stop > place and is_space((stop - 1)[0]):
                stop -= 1
            if place == stop:
                length[p] = 0
                continue
            while True:
                # mark is the next separator, or the end of the path.
                mark = <const uint8_t *> memchr(place, separator[0], stop - place)
                while mark != NULL and size > 1 and (
                    stop - mark < size or memcmp(mark, &separator[0], size) != 0
                ):
                    mark = <const uint8_t *> memchr(mark + 1, separator[0], stop - mark - 1)
                low = place
                high = stop if mark == NULL else mark
                while low < high and is_space(low[0]):
                    low += 1
                while high > low and is_space((high - 1)[0]):
                    high -= 1
                if low == high:
                    why = 1
                    break
                found = coder.code(low, high - low)
                if found < 0:
                    why = 2
                    break
                code[n] = found
                n += 1
                if mark == NULL:
                    break
                place = mark + size
            if why:
                row = p
                break
            length[p] = n - first
    return n, row, why


def recode(
    int32_t[::1] code,              # IN/OUT  codes, each becomes its new one
    const int32_t[::1] new,         # IN   new code of each code
):
    """Give every touchpoint the code of its channel's place by name."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(code.shape[0]):
            code[i] = new[code[i]]
