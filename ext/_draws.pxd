"""Random numbers by address for every kernel: Philox4x64-10 and inverse-CDF draws.

Header only: ``from _draws cimport uniform, exponential``; every function is inlined, runs without
the GIL and holds no state. One uniform makes one draw, and every draw increases with its uniform.
A kernel assumes its arguments: no function here checks them.

The key is (seed, replication). The counter words are, from the least significant, (step, journey,
shopper, stream). A uniform is made of the first of the four words of the block.

Source: Salmon, Moraes, Dror and Shaw (2011), Parallel random numbers: as easy as 1, 2, 3. SC'11,
doi:10.1145/2063384.2063405; constants and rounds as in `numpy.random.Philox`.
"""

from libc.math cimport exp, floor, log1p, sqrt
from libc.stdint cimport int64_t, uint64_t

from scipy.special cimport cython_special


cdef extern from *:
    """
    #include <stdint.h>
    #ifndef __SIZEOF_INT128__
    #error "omnisim needs a 64-bit compiler with __int128 (GCC or Clang)."
    #endif

    static inline void omnisim_philox(uint64_t c[4], uint64_t k0, uint64_t k1) {
        uint64_t c0 = c[0], c1 = c[1], c2 = c[2], c3 = c[3];
        #pragma GCC unroll 10
        for (int i = 0; i < 10; i++) {
            const unsigned __int128 a = (unsigned __int128)UINT64_C(0xD2E7470EE14C6C93) * c0;
            const unsigned __int128 b = (unsigned __int128)UINT64_C(0xCA5A826395121157) * c2;
            c0 = (uint64_t)(b >> 64) ^ c1 ^ k0;
            c1 = (uint64_t)b;
            c2 = (uint64_t)(a >> 64) ^ c3 ^ k1;
            c3 = (uint64_t)a;
            k0 += UINT64_C(0x9E3779B97F4A7C15);
            k1 += UINT64_C(0xBB67AE8584CAA73B);
        }
        c[0] = c0; c[1] = c1; c[2] = c2; c[3] = c3;
    }
    """
    void omnisim_philox(uint64_t *counter, uint64_t key0, uint64_t key1) noexcept nogil


cdef inline void block(
    uint64_t seed, uint64_t replication,
    uint64_t stream, uint64_t shopper, uint64_t journey, uint64_t step,
    uint64_t *word,             # OUT  (4,)
) noexcept nogil:
    """Write the four words at one address."""
    word[0] = step
    word[1] = journey
    word[2] = shopper
    word[3] = stream
    omnisim_philox(word, seed, replication)


cdef inline double uniform(
    uint64_t seed, uint64_t replication,
    uint64_t stream, uint64_t shopper, uint64_t journey, uint64_t step,
) noexcept nogil:
    """Return the uniform at one address: the centre of one of 2**52 equal cells of (0, 1).

    With 52 bits every value is exact, from 2**-53 to 1 - 2**-53. With 53 bits the upper half would
    be rounded, and its last value would be 1.
    """
    cdef uint64_t[4] word
    block(seed, replication, stream, shopper, journey, step, word)
    return (<double> (word[0] >> 12) + 0.5) * (1.0 / 4503599627370496.0)


cdef inline double exponential(double u, double mean) noexcept nogil:
    """Return the `u` quantile of an exponential of the given mean > 0."""
    return -mean * log1p(-u)


cdef inline double normal(double u) noexcept nogil:
    """Return the `u` quantile of a standard normal."""
    return cython_special.ndtri(u)


cdef inline double lognormal(double u, double mean_log, double sd_log) noexcept nogil:
    """Return the `u` quantile of the exponential of a normal(mean_log, sd_log), sd_log >= 0."""
    return exp(mean_log + sd_log * cython_special.ndtri(u))


cdef inline double gamma(double u, double shape) noexcept nogil:
    """Return the `u` quantile of a gamma of the given shape > 0 and scale 1.

    About a microsecond. A quantile below the smallest double (tiny shapes) is 0.
    """
    return cython_special.gammaincinv(shape, u)


cdef inline double beta(double u, double a, double b) noexcept nogil:
    """Return the `u` quantile of a beta with a > 0 and b > 0. About a microsecond."""
    return cython_special.betaincinv(a, b, u)


cdef inline int64_t poisson(double u, double mean) noexcept nogil:
    """Return the `u` quantile of a Poisson of the given mean, 0 <= mean <= 1e9.

    The smallest count whose distribution function reaches `u`: summed from zero for small means,
    else from the Cornish-Fisher guess, which is off by a few counts at most.
    """
    cdef double term, total, z, count
    if mean < 16.0:
        count = 0.0
        term = total = exp(-mean)
        # total = P(N <= count); it stops growing some 60 counts up, short of 1 by rounding.
        while total < u and total + term > total:
            count += 1.0
            term *= mean / count
            total += term
        return <int64_t> count
    z = cython_special.ndtri(u)
    count = floor(mean + sqrt(mean) * z + (z * z - 1.0) / 6.0)
    if count < 0.0:
        count = 0.0
    while count > 0.0 and cython_special.pdtr(count - 1.0, mean) >= u:
        count -= 1.0
    while cython_special.pdtr(count, mean) < u:
        count += 1.0
    return <int64_t> count


cdef inline Py_ssize_t categorical(
    double u,
    const double *weight,       # IN   (n,), finite, >= 0, with a finite sum > 1e-300
    Py_ssize_t n,
) noexcept nogil:
    """Return the index in [0, n) that `u` falls on, or -1 if all weights are 0. O(n).

    An index of weight zero is never returned: u < 1, so the target stays below the total.
    """
    cdef double total = 0.0, passed = 0.0
    cdef Py_ssize_t i
    for i in range(n):
        total += weight[i]
    for i in range(n):
        passed += weight[i]
        if u * total < passed:
            return i
    return -1


cdef inline Py_ssize_t categorical_cumulative(
    double u,
    const double *cumulative,   # IN   (n,), non-decreasing running sums of weights >= 0
    Py_ssize_t n,               # n >= 1, and cumulative[n - 1] > 1e-300
) noexcept nogil:
    """Return what `categorical` returns for the same weights, by bisection. O(log n)."""
    cdef double target = u * cumulative[n - 1]
    cdef Py_ssize_t low = 0, high = n - 1, middle
    # The answer, the first index with cumulative > target, stays in [low, high].
    while low < high:
        middle = (low + high) // 2
        if cumulative[middle] > target:
            high = middle
        else:
            low = middle + 1
    return low
