# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Whole columns of addressed draws, behind `omnisim.random`.

The caller broadcasts: every column has the length of the output, and one value for all rows is a
column of stride zero. The caller checks that parameters lie in the ranges of `_draws.pxd`.
"""

cimport _draws
from _types cimport int64_t, uint64_t


def words(
    uint64_t seed, uint64_t replication, uint64_t stream,
    const uint64_t[:] shopper,  # IN   (n,)
    const uint64_t[:] journey,  # IN   (n,)
    const uint64_t[:] step,     # IN   (n,)
    uint64_t[:, ::1] out,       # OUT  (n, 4), the block of each address
):
    """Write the four Philox words of every address."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(out.shape[0]):
            _draws.block(seed, replication, stream, shopper[i], journey[i], step[i], &out[i, 0])


def uniforms(
    uint64_t seed, uint64_t replication, uint64_t stream,
    const uint64_t[:] shopper,  # IN   (n,)
    const uint64_t[:] journey,  # IN   (n,)
    const uint64_t[:] step,     # IN   (n,)
    double[::1] out,            # OUT  (n,), in (0, 1)
):
    """Write the uniform of every address."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(out.shape[0]):
            out[i] = _draws.uniform(seed, replication, stream, shopper[i], journey[i], step[i])


def to_exponential(
    double[::1] u,              # IN, OUT  (n,), uniforms, then draws
    const double[:] mean,       # IN   (n,)
):
    """Turn uniforms into exponentials, in place."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(u.shape[0]):
            u[i] = _draws.exponential(u[i], mean[i])


def to_normal(
    double[::1] u,              # IN, OUT  (n,), uniforms, then draws
    const double[:] mean,       # IN   (n,)
    const double[:] sd,         # IN   (n,)
):
    """Turn uniforms into normals, in place."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(u.shape[0]):
            u[i] = mean[i] + sd[i] * _draws.normal(u[i])


def to_lognormal(
    double[::1] u,              # IN, OUT  (n,), uniforms, then draws
    const double[:] mean_log,   # IN   (n,)
    const double[:] sd_log,     # IN   (n,)
):
    """Turn uniforms into lognormals, in place."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(u.shape[0]):
            u[i] = _draws.lognormal(u[i], mean_log[i], sd_log[i])


def to_gamma(
    double[::1] u,              # IN, OUT  (n,), uniforms, then draws
    const double[:] shape,      # IN   (n,)
    const double[:] scale,      # IN   (n,)
):
    """Turn uniforms into gammas, in place."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(u.shape[0]):
            u[i] = scale[i] * _draws.gamma(u[i], shape[i])


def to_beta(
    double[::1] u,              # IN, OUT  (n,), uniforms, then draws
    const double[:] a,          # IN   (n,)
    const double[:] b,          # IN   (n,)
):
    """Turn uniforms into betas, in place."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(u.shape[0]):
            u[i] = _draws.beta(u[i], a[i], b[i])


def to_poisson(
    const double[::1] u,        # IN   (n,), uniforms
    const double[:] mean,       # IN   (n,)
    int64_t[::1] out,           # OUT  (n,), counts
):
    """Turn uniforms into Poisson counts."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(u.shape[0]):
            out[i] = _draws.poisson(u[i], mean[i])


def to_category(
    const double[::1] u,        # IN   (n,), uniforms
    const double[:, ::1] weight,      # IN   (n, n_categories)
    int64_t[::1] out,           # OUT  (n,), in [0, n_categories)
):
    """Turn uniforms into category indices, each row by its own weights."""
    cdef Py_ssize_t i
    cdef Py_ssize_t n_categories = weight.shape[1]
    with nogil:
        for i in range(u.shape[0]):
            out[i] = _draws.categorical(u[i], &weight[i, 0], n_categories)


def to_category_cumulative(
    const double[::1] u,        # IN   (n,), uniforms
    const double[::1] cumulative,   # IN   (n_categories,), running sums of the weights
    int64_t[::1] out,           # OUT  (n,), in [0, n_categories)
):
    """Turn uniforms into category indices, all rows by the same weights."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(u.shape[0]):
            out[i] = _draws.categorical_cumulative(u[i], &cumulative[0], cumulative.shape[0])
