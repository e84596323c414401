# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# cython: cdivision=True
"""Linear bandits: one ridge regression an action, its bounds, and Thompson's probabilities.

Action `a` keeps ``precision[a] = ridge I + sum x x'`` with its inverse, ``moment[a] = sum r x`` and
``theta[:, a] = inverse[a] moment[a]``. Both matrices are symmetric to the last bit. Every sum runs
over the features in their order, whether rows come one by one or in a batch, so the two agree to
the last bit. The callers (omnisim/policies/linear.py and choosing.py) validate and allocate.
"""

from libc.math cimport INFINITY, fabs, sqrt
from libc.stdint cimport int64_t, uint8_t
from libc.string cimport memset

cdef extern from "_dense.h" nogil:
    enum: LANES
    enum: MOST
    double quadratic(const double *x, const double *m, Py_ssize_t d)
    void quadratic_lanes(const double *x, const double *m, Py_ssize_t d, double *q)
    void add_row(const double *x, Py_ssize_t d, double *precision, double *inverse, double *gain)
    void mean_lanes(const double *x, const double *theta, Py_ssize_t d, Py_ssize_t n_actions,
                    double *mean)
    void mean_row(const double *x, const double *theta, Py_ssize_t d, Py_ssize_t n_actions,
                  double *mean)
    double add_points(double start, double step, const double *mean, const double *per_width,
                      Py_ssize_t n, const double *normal, Py_ssize_t middle, double per_unit,
                      double edge, double *sum)

cdef enum:
    POINTS = 8           # of the Gauss-Legendre rule
    GRID = 96            # points of the trapezoidal rule at most, before they are doubled

cdef double EDGE = 6.5   # deviations from the mean beyond which a normal has no mass: 4e-11
cdef double STEP = 0.4   # of the trapezoidal rule, in deviations of the narrowest score
cdef double[4] OFFSET = [0.0, 0.5, 0.25, 0.75]  # of further grids, in steps
cdef double CLOSE = 1e-10  # what each probability, and ten more, may add to their sum's error

# Gauss-Legendre, 8 points on [-1, 1]: Abramowitz and Stegun (1964), table 25.4.
cdef double[POINTS] NODE = [
    -0.960289856497536, -0.796666477413627, -0.525532409916329, -0.183434642495650,
    0.183434642495650, 0.525532409916329, 0.796666477413627, 0.960289856497536,
]
cdef double[POINTS] WEIGHT = [
    0.101228536290376, 0.222381034453374, 0.313706645877887, 0.362683783378362,
    0.362683783378362, 0.313706645877887, 0.222381034453374, 0.101228536290376,
]


def is_sound(
    const int64_t[:] index,             # IN   (n,)
    const double[:] propensity,         # IN   (n,)
    const double[:] reward,             # IN   (n,)
    int64_t n_actions,
):
    """Tell whether every action is one, every propensity in (0, 1] and every reward finite."""
    cdef Py_ssize_t r
    cdef bint sound = index.shape[0] == propensity.shape[0] == reward.shape[0]
    if sound:
        for r in range(index.shape[0]):
            # a number less itself is 0, unless it is infinite or none
            sound = (0 <= index[r] < n_actions and 0.0 < propensity[r] <= 1.0
                     and reward[r] - reward[r] == 0.0)
            if not sound:
                break
    return sound


def encode(
    const double[:, ::1] features,  # IN   (n, n_features)
    const int64_t[::1] column,      # IN   (k,), columns to take
    const double[::1] scale,        # IN   (k,), what each is divided by
    double[:, ::1] x,               # OUT  (n, k) or, with a constant in front, (n, k + 1)
):
    """Take and scale columns; a further column in front becomes 1."""
    cdef Py_ssize_t r, k, first = x.shape[1] - column.shape[0]
    with nogil:
        for r in range(features.shape[0]):
            if first:
                x[r, 0] = 1.0
            for k in range(column.shape[0]):
                x[r, first + k] = features[r, column[k]] / scale[k]


def used_columns(
    const double[:, ::1] x,             # IN   (n, n_features)
    const int64_t[::1] column,          # IN   (d,), d <= 256: where to look
    uint8_t[::1] used,                  # OUT  (d,), whether any row is not 0 there; 0 on entry
):
    """Find the columns that are not 0 throughout. O(n times the columns that are, and d)."""
    cdef Py_ssize_t r, k, still, n_left = column.shape[0]
    cdef Py_ssize_t[MOST] left
    with nogil:
        for k in range(n_left):
            left[k] = k
        for r in range(x.shape[0]):
            # invariant: left holds the columns that are 0 in all rows before r
            still = 0
            for k in range(n_left):
                if x[r, column[left[k]]] != 0.0:
                    used[left[k]] = 1
                else:
                    left[still] = left[k]
                    still += 1
            n_left = still
            if n_left == 0:
                break


def scores(
    const double[:, ::1] features,      # IN   (n, n_features)
    const int64_t[::1] column,          # IN   (d,), d <= 256, increasing: what is read; -1 is a 1
    const double[::1] scale,            # IN   (d,), what each is divided by
    const double[:, ::1] theta,         # IN   (d, n_actions)
    const double[:, :, ::1] inverse,    # IN   (n_actions, d, d), symmetric
    const int64_t[::1] wanted,          # IN   increasing: actions to score, others get 0
    double share,                       # 1, or 0 to leave the first term out
    double alpha,                       # 0 leaves the second term out
    double[:, ::1] score,               # OUT  (n, n_actions)
):
    """Write share x' theta + alpha sqrt(x' inverse x). O(n d n_actions) without the second term.

    Inputs of 0 add nothing to any sum, so that leaving them out of `column` changes no bit.
    """
    with nogil:
        score_rows(features, column, scale, theta, inverse, wanted, share, alpha, score)


cdef void score_rows(const double[:, ::1] features, const int64_t[::1] column,
                     const double[::1] scale, const double[:, ::1] theta,
                     const double[:, :, ::1] inverse, const int64_t[::1] wanted, double share,
                     double alpha, double[:, ::1] score) noexcept nogil:
    """Score 16 rows at a time, then what is left one by one."""
    cdef Py_ssize_t r = 0, a, b, k, d = column.shape[0], n_actions = theta.shape[1]
    cdef double[MOST * LANES] lanes, mean
    cdef double[LANES] q
    memset(mean, 0, sizeof(mean))
    while r + LANES <= features.shape[0]:
        for k in range(LANES):
            fill(&features[r + k, 0], &column[0], &scale[0], d, LANES, &lanes[k])
        if share:
            mean_lanes(lanes, &theta[0, 0], d, n_actions, mean)
        memset(&score[r, 0], 0, LANES * n_actions * sizeof(double))
        for b in range(wanted.shape[0]):
            a = wanted[b]
            if alpha:
                quadratic_lanes(lanes, &inverse[a, 0, 0], d, q)
                for k in range(LANES):
                    score[r + k, a] = mean[a * LANES + k] + alpha * sqrt(q[k])
            else:
                for k in range(LANES):
                    score[r + k, a] = mean[a * LANES + k]
        r += LANES
    while r < features.shape[0]:
        fill(&features[r, 0], &column[0], &scale[0], d, 1, lanes)
        if share:
            mean_row(lanes, &theta[0, 0], d, n_actions, mean)
        memset(&score[r, 0], 0, n_actions * sizeof(double))
        for b in range(wanted.shape[0]):
            a = wanted[b]
            score[r, a] = mean[a] if share else 0.0
            if alpha:
                score[r, a] += alpha * sqrt(quadratic(lanes, &inverse[a, 0, 0], d))
        r += 1


cdef inline void fill(const double *row, const int64_t *column, const double *scale, Py_ssize_t d,
                      Py_ssize_t stride, double *x) noexcept nogil:
    """Write the inputs of one row, `stride` apart."""
    cdef Py_ssize_t j
    for j in range(d):
        if column[j] < 0:
            x[j * stride] = 1.0
        elif scale[j] == 1.0:
            x[j * stride] = row[column[j]]
        else:
            x[j * stride] = row[column[j]] / scale[j]


def best(
    const double[:, ::1] score,         # IN   (n, n_actions)
    const double[::1] cost,             # IN   (n_actions,), taken off
    const uint8_t[:, ::1] eligible,     # IN   (n, n_actions), at least one a row
    int64_t[::1] index,                 # OUT  (n,)
):
    """Write the eligible action of the highest score after cost, the first one on a tie."""
    cdef Py_ssize_t r, a
    cdef double top, value
    with nogil:
        for r in range(score.shape[0]):
            top = -INFINITY
            for a in range(score.shape[1]):
                value = score[r, a] - cost[a]
                if eligible[r, a] and value > top:
                    top = value
                    index[r] = a


def draw(
    const double[:, ::1] probability,   # IN   (n, n_actions), >= 0, rows sum to about 1
    const double[::1] u,                # IN   (n,), in (0, 1)
    int64_t[::1] index,                 # OUT  (n,)
    double[::1] propensity,             # OUT  (n,)
):
    """Draw an action a row by the inverse distribution function; never one of probability 0."""
    cdef Py_ssize_t r, a
    cdef double total, below
    with nogil:
        for r in range(probability.shape[0]):
            total = 0.0
            for a in range(probability.shape[1]):
                total += probability[r, a]
            total *= u[r]
            below = 0.0
            for a in range(probability.shape[1]):
                if probability[r, a] > 0.0:
                    index[r] = a
                    below += probability[r, a]
                    if below > total:
                        break
            propensity[r] = probability[r, index[r]]


def update(
    const double[:, ::1] x,             # IN   (n, d), d <= 256
    const int64_t[::1] action,          # IN   (n,), in [0, n_actions)
    const double[::1] reward,           # IN   (n,)
    int64_t refresh_every,              # updates of an action between two fresh inverses
    double[:, :, ::1] precision,        # IN, OUT  (n_actions, d, d), lower triangles
    double[:, :, ::1] inverse,          # IN, OUT  (n_actions, d, d)
    double[:, ::1] moment,              # IN, OUT  (n_actions, d)
    double[:, ::1] theta,               # IN, OUT  (d, n_actions)
    int64_t[::1] n_updates,             # IN, OUT  (n_actions,)
):
    """Add rows one after the other (Sherman and Morrison 1950). O(n d**2)."""
    cdef Py_ssize_t r, a, i, d = x.shape[1], n_actions = theta.shape[1]
    cdef double[MOST] gain
    cdef double error
    with nogil:
        for r in range(x.shape[0]):
            a = action[r]
            error = reward[r]
            for i in range(d):
                error -= x[r, i] * theta[i, a]
                moment[a, i] += reward[r] * x[r, i]
            add_row(&x[r, 0], d, &precision[a, 0, 0], &inverse[a, 0, 0], gain)
            n_updates[a] += 1
            if n_updates[a] % refresh_every == 0:
                invert(&precision[a, 0, 0], d, &inverse[a, 0, 0])
                solve(&inverse[a, 0, 0], &moment[a, 0], d, n_actions, &theta[0, a])
            else:
                for i in range(d):
                    theta[i, a] += gain[i] * error


cdef void solve(const double *inverse, const double *moment, Py_ssize_t d, Py_ssize_t stride,
                double *theta) noexcept nogil:
    cdef Py_ssize_t i, j
    for i in range(d):
        theta[i * stride] = 0.0
        for j in range(d):
            theta[i * stride] += inverse[i * d + j] * moment[j]


cdef void invert(const double *m, Py_ssize_t d, double *inverse) noexcept nogil:
    """Invert a positive definite matrix afresh by Cholesky's factor. O(d**3).

    `inverse` holds first the factor L, then its inverse W, both lower triangular, then W' W.
    """
    cdef Py_ssize_t i, j, k
    cdef double s
    for j in range(d):
        for i in range(j, d):
            s = m[i * d + j]
            for k in range(j):
                s -= inverse[i * d + k] * inverse[j * d + k]
            inverse[i * d + j] = sqrt(s) if i == j else s / inverse[j * d + j]
    # invariant: columns below j of the lower triangle hold W, from j on they hold L
    for j in range(d):
        inverse[j * d + j] = 1.0 / inverse[j * d + j]
        for i in range(j + 1, d):
            s = 0.0
            for k in range(j, i):
                s -= inverse[i * d + k] * inverse[k * d + j]
            inverse[i * d + j] = s / inverse[i * d + i]
    for i in range(d):
        for j in range(i + 1):
            s = 0.0
            for k in range(i, d):
                s += inverse[k * d + i] * inverse[k * d + j]
            # of W only rows from i on are still read, and of row i only columns after j, or i
            inverse[j * d + i] = s
            inverse[i * d + j] = s


def thompson(
    const double[:, ::1] mean,          # IN   (n, n_actions), n_actions <= 256, after cost
    const double[:, ::1] width,         # IN   (n, n_actions), > 0
    const uint8_t[:, ::1] eligible,     # IN   (n, n_actions), at least one a row
    const double[:, ::1] normal,        # IN   (13 per_unit + 2, 2) distribution and density from
                                        #      -6.5 on; one entry more, for rounding at the end
    double per_unit,                    # entries of `normal` a unit
    double[:, ::1] probability,         # OUT  (n, n_actions), rows sum to 1
):
    """Write the probability that each action's independent normal score is the highest.

    P(a) is the integral of f_a times the distribution functions of the others. The trapezoidal
    rule converges faster than any power of its step where a function is smooth and vanishes at both
    ends (Trefethen and Weideman 2014, SIAM Review 56(3), section 5). Its error shows: the integrals
    add up to 1, whatever the means and widths. Where it is too large, or scores differ too much in
    width, Gauss-Legendre takes over, on pieces of at most two standard deviations of whichever
    score varies there.
    """
    cdef Py_ssize_t r, a, n_actions = mean.shape[1]
    cdef double total
    with nogil:
        for r in range(mean.shape[0]):
            integrate(&mean[r, 0], &width[r, 0], &eligible[r, 0], n_actions, &normal[0, 0],
                      normal.shape[0] // 2 - 1, per_unit, &probability[r, 0])
            total = 0.0
            for a in range(n_actions):
                total += probability[r, a]
            for a in range(n_actions):
                probability[r, a] /= total


cdef void integrate(const double *mean, const double *width, const uint8_t *eligible,
                    Py_ssize_t n_actions, const double *normal, Py_ssize_t middle,
                    double per_unit, double *probability) noexcept nogil:
    cdef Py_ssize_t a, b, n_able = 0
    cdef Py_ssize_t[MOST] able
    cdef double low = -INFINITY, high = -INFINITY, s, step
    for a in range(n_actions):
        probability[a] = 0.0
        if eligible[a]:
            low = max(low, mean[a] - EDGE * width[a])
            high = max(high, mean[a] + EDGE * width[a])
    # an action whose best lies below everybody's worst has no chance and changes no other's
    for a in range(n_actions):
        if eligible[a] and mean[a] + EDGE * width[a] >= low:
            able[n_able] = a
            n_able += 1
    if n_able == 1:
        probability[able[0]] = 1.0
        return
    if on_a_grid(low, high, mean, width, able, n_able, normal, middle, per_unit, probability):
        return
    s = low
    while s < high:
        step = high - s
        for b in range(n_able):
            a = able[b]
            if s < mean[a] - EDGE * width[a]:
                step = min(step, mean[a] - EDGE * width[a] - s)
            elif s < mean[a] + EDGE * width[a]:
                step = min(step, 2.0 * width[a])
        add_piece(s, step, mean, width, able, n_able, normal, middle, per_unit, probability)
        if s + step <= s:
            break
        s += step


cdef bint on_a_grid(double low, double high, const double *mean, const double *width,
                    const Py_ssize_t *able, Py_ssize_t n_able, const double *normal,
                    Py_ssize_t middle, double per_unit, double *probability) noexcept nogil:
    """Integrate by the trapezoidal rule; tell whether that is accurate, else change nothing.

    Points go downwards until the highest score is almost surely above. While the sum is off, as
    many points are put halfway between, twice at most, and added to the same sums.
    """
    cdef double[MOST] center, per_width, total
    cdef double step = INFINITY, s, whole
    cdef Py_ssize_t b
    cdef int n_grids
    for b in range(n_able):
        center[b], per_width[b], total[b] = mean[able[b]], 1.0 / width[able[b]], 0.0
        step = min(step, STEP * width[able[b]])
    if not high - low <= GRID * step:  # also where that is no number
        return False
    for n_grids in range(1, 5):
        s = high - OFFSET[n_grids - 1] * step
        while s > low:
            if add_points(s, step, center, per_width, n_able, normal, middle, per_unit, EDGE,
                          total) < 1e-12:
                break
            s -= LANES * step
        whole = 0.0
        for b in range(n_able):
            whole += total[b]
        if n_grids != 3 and fabs(whole / n_grids - 1.0) < (10 + n_able) * CLOSE:
            for b in range(n_able):
                probability[able[b]] = total[b]
            return True
    return False


cdef void add_piece(double start, double step, const double *mean, const double *width,
                    const Py_ssize_t *able, Py_ssize_t n_able, const double *normal,
                    Py_ssize_t middle, double per_unit, double *probability) noexcept nogil:
    """Add the part of the integral over [start, start + step]."""
    cdef double[MOST] below, density, before, per_width
    cdef double s, after, weight
    cdef Py_ssize_t k, b
    for b in range(n_able):
        per_width[b] = 1.0 / width[able[b]]
    for k in range(POINTS):
        s = start + 0.5 * step * (1.0 + NODE[k])
        weight = 0.5 * step * WEIGHT[k]
        after = 1.0
        for b in range(n_able):
            lookup((s - mean[able[b]]) * per_width[b], normal, middle, per_unit, &below[b],
                   &density[b])
            before[b] = after
            after *= below[b]
        after = 1.0
        for b in range(n_able - 1, -1, -1):
            probability[able[b]] += weight * density[b] * per_width[b] * before[b] * after
            after *= below[b]


cdef inline void lookup(double z, const double *normal, Py_ssize_t middle, double per_unit,
                        double *below, double *density) noexcept nogil:
    """Interpolate the normal distribution function and density by cubic Hermite polynomials."""
    cdef double place, t, h = 1.0 / per_unit, f0, f1, g0, g1, t0, t1, z0
    cdef Py_ssize_t k
    if z <= -EDGE:
        below[0] = density[0] = 0.0
        return
    if z >= EDGE:
        below[0] = 1.0
        density[0] = 0.0
        return
    place = (z + EDGE) * per_unit
    k = <Py_ssize_t>place
    t = place - k
    z0 = (k - middle) * h
    f0, g0, f1, g1 = normal[2 * k], normal[2 * k + 1], normal[2 * k + 2], normal[2 * k + 3]
    t0, t1 = t * t * (3.0 - 2.0 * t), t * (1.0 - t)
    below[0] = f0 + (f1 - f0) * t0 + h * t1 * (g0 * (1.0 - t) - g1 * t)
    # the slope of the density is -z times itself
    density[0] = g0 + (g1 - g0) * t0 + h * t1 * (-z0 * g0 * (1.0 - t) + (z0 + h) * g1 * t)
