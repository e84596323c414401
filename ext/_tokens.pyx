# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Code the channels of path strings: split at a separator, trim, and look up in a hash table.

Separators are found 64 bytes at a time. What stands between two of them, spaces and all, is looked
up first among the texts of at most 16 bytes met before, by two words and without trimming; only
what is new or longer is trimmed and looked up by name. The caller (omnisim/journeys/paths.py)
validates and allocates. White space is ASCII's; the caller trims what else Unicode has from the
distinct names.
"""

cimport cython
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcmp, memcpy


cdef extern from "_scan.h" nogil:
    uint64_t match_64(const uint8_t *text, uint8_t byte)
    uint64_t match_rest(const uint8_t *text, int64_t n, uint8_t byte)
    int lowest_bit(uint64_t mask)
    void load_short(const uint8_t *text, int64_t n, uint64_t *low, uint64_t *high)


cdef enum:
    SHORT = 16              # bytes of a text that is looked up untrimmed
    N_SHORT = 4096          # slots for such texts, a power of two
    PROBES = 8              # slots looked at for one

cdef enum Outcome:
    DONE = 0
    BLANK = 1               # a channel is blank
    MANY = 2                # a channel is beyond the coder's limit
    FULL = 3                # the codes of the next path may not fit


cdef struct Short:
    uint64_t low            # first eight bytes, zeros beyond the end
    uint64_t high           # the next eight
    int32_t length          # 0: the slot is empty
    int32_t code


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


@cython.final
cdef class Coder:
    """Names seen so far, coded in order of first appearance.

    The table has twice as many slots as names are allowed, so a probe always meets an empty slot.
    """

    cdef Py_ssize_t n_names, max_names, n_slots
    cdef int32_t *slot              # (n_slots,), code of a name or -1
    cdef Py_ssize_t *begin          # (max_names + 1,), name k is arena[begin[k]:begin[k + 1]]
    cdef uint8_t *arena
    cdef Py_ssize_t capacity
    cdef Short *short               # (N_SHORT,), untrimmed texts met, at most half of the slots
    cdef Py_ssize_t n_short

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
        self.short = <Short *> calloc(N_SHORT, sizeof(Short))
        if self.slot == NULL or self.begin == NULL or self.arena == NULL or self.short == NULL:
            raise MemoryError()
        for i in range(self.n_slots):
            self.slot[i] = -1
        self.begin[0] = 0

    def __dealloc__(self):
        free(self.slot)
        free(self.begin)
        free(self.arena)
        free(self.short)

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

    cdef int32_t look_up(self, const uint8_t *text, Py_ssize_t n, Py_ssize_t room) noexcept nogil:
        """Return the code of a text of n bytes, of which `room` may be read; < 0: -Outcome."""
        cdef uint64_t low, high
        cdef Py_ssize_t place
        cdef Short *here = NULL
        cdef int32_t k
        if 0 < n <= SHORT <= room:
            load_short(text, n, &low, &high)
            place = (low * 0x9E3779B97F4A7C15ULL + high * 0xD6E8FEB86659FD93ULL) >> 52
            for k in range(PROBES):
                here = self.short + ((place + k) & (N_SHORT - 1))
                if here.low == low and here.high == high and here.length == n:
                    return here.code
                if here.length == 0:
                    break
            if here.length != 0 or self.n_short == N_SHORT // 2:
                here = NULL
        k = self.trimmed(text, n)
        if here != NULL and k >= 0:
            here.low = low
            here.high = high
            here.length = <int32_t> n
            here.code = k
            self.n_short += 1
        return k

    cdef int32_t trimmed(self, const uint8_t *text, Py_ssize_t n) noexcept nogil:
        """Return the code of a text without the white space at its ends; < 0: -Outcome."""
        cdef int32_t k
        while n > 0 and is_space(text[0]):
            text += 1
            n -= 1
        while n > 0 and is_space(text[n - 1]):
            n -= 1
        if n == 0:
            return -BLANK
        k = self.code(text, n)
        return -MANY if k < 0 else k


cdef struct Marks:
    const uint8_t *text
    Py_ssize_t n            # bytes of the text
    Py_ssize_t block        # begin of the block that `left` tells of
    uint64_t left           # bit i: text[block + i] is the byte, and was not taken yet
    uint8_t byte


cdef inline Py_ssize_t next_mark(Marks *marks) noexcept nogil:
    """Return where the byte is next, or the end of the text; taken by `left &= left - 1`."""
    cdef Py_ssize_t rest
    while marks.left == 0:
        rest = marks.n - marks.block - 64
        if rest <= 0:
            return marks.n
        marks.block += 64
        if rest >= 64:
            marks.left = match_64(marks.text + marks.block, marks.byte)
        else:
            marks.left = match_rest(marks.text + marks.block, rest, marks.byte)
    return marks.block + lowest_bit(marks.left)


def code_paths(
    Coder coder,
    const uint8_t[::1] text,        # IN   all paths, one after the other; at least one byte
    const int64_t[::1] begin,       # IN   (n_rows + 1,), path p is text[begin[p]:begin[p + 1]]
    const uint8_t[::1] separator,   # IN   at least one byte
    Py_ssize_t row,                 # path to begin with
    int32_t[::1] code,              # OUT  touchpoints, from offset[row] on
    int64_t[::1] offset,            # OUT  (n_rows + 1,), offset[:row + 1] is given
):
    """Split and code paths; return (row, why): all rows and DONE, or the row that ended it.

    Why is 0 when done, 1 for a blank channel, 2 for a channel beyond the coder's limit, and 3 where
    the codes of the row may not fit any more: give more room and call again from there. The
    offsets of a blank path are equal. White space at the ends of a path goes before it is split,
    and so never separates, not even where the separator is white space.
    """
    cdef Py_ssize_t n_rows = begin.shape[0] - 1, size = separator.shape[0], pivot = 0, why = DONE
    cdef Py_ssize_t n = offset[row], place, stop, mark, at, end
    cdef const uint8_t *base = &text[0]
    cdef Marks marks
    cdef int32_t found
    # Bytes that are rare in names find separators sooner: in " > ", the mark.
    while pivot < size and is_space(separator[pivot]):
        pivot += 1
    pivot = pivot % size
    marks.text = base
    marks.n = end = begin[n_rows]
    marks.block = begin[row] - 64
    marks.left = 0
    marks.byte = separator[pivot]
    with nogil:
        while row < n_rows:
            place, stop = begin[row], begin[row + 1]
            # A channel has a byte at least, and a separator before all but the first.
            if code.shape[0] - n <= (stop - place) // (size + 1):
                why = FULL
                break
            while place < stop and is_space(base[place]):
                place += 1
            while stop > place and is_space(base[stop - 1]):
                stop -= 1
            while place < stop:
                # mark is the next separator, or the end of the path.
                mark = stop
                at = next_mark(&marks)
                while at < stop:
                    marks.left &= marks.left - 1
                    at -= pivot
                    if at >= place and at + size <= stop and (
                        size == 1 or memcmp(base + at, &separator[0], size) == 0
                    ):
                        mark = at
                        break
                    at = next_mark(&marks)
                found = coder.look_up(base + place, mark - place, end - place)
                if found < 0:
                    why = -found
                    break
                code[n] = found
                n += 1
                if mark + size == stop:
                    why = BLANK
                    break
                place = mark + size
            if why:
                break
            row += 1
            offset[row] = n
    return row, why


def recode(
    int32_t[::1] code,              # IN/OUT  codes, each becomes its new one
    const int32_t[::1] new,         # IN   new code of each code
):
    """Give every touchpoint the code of its channel's place by name."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(code.shape[0]):
            code[i] = new[code[i]]
