/* Loops over dense symmetric matrices, compiled for wider vectors where the machine has them.
 *
 * Each sum runs in one order whatever the width of the vectors, and no product is fused with a sum
 * (-ffp-contract=off), so that every machine and every batch gives the same bits.
 */
#ifndef OMNISIM_DENSE_H
#define OMNISIM_DENSE_H

#include <stddef.h>
#include <string.h>

#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define CLONED __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CLONED
#endif

#if defined(__GNUC__) && !defined(__clang__)
#define KEEP_LOOP _Pragma("GCC unroll 1")
#else
#define KEEP_LOOP
#endif

#define LANES 16  /* rows of the batch that quadratic_lanes takes together: two wide registers */
#define SUMS 4    /* sums that it takes together; with LANES they hide the adder's latency */
#define BLOCK 8   /* sums that quadratic takes together */
#define MOST 256  /* inputs and actions at most */

/* Return x' m x from one triangle of m: sum_i x_i (m_ii x_i + 2 t_i), t_i = sum_{j<i} m_ij x_j.
 *
 * Eight sums t_i grow side by side over the columns before theirs, then each over the rest; the
 * pragma keeps the inner loop a loop, which is what gets vectorised. */
CLONED static double quadratic(const double *restrict x, const double *restrict m, ptrdiff_t d)
{
    double q = 0.0;
    for (ptrdiff_t first = 0; first < d; first += BLOCK) {
        ptrdiff_t n = d - first < BLOCK ? d - first : BLOCK;
        double t[BLOCK] = {0.0};
        if (n == BLOCK)
            for (ptrdiff_t j = 0; j < first; j++)
                KEEP_LOOP
                for (int k = 0; k < BLOCK; k++)
                    t[k] += m[j * d + first + k] * x[j];
        for (ptrdiff_t i = first; i < first + n; i++) {
            double sum = t[i - first];
            for (ptrdiff_t j = n == BLOCK ? first : 0; j < i; j++)
                sum += m[i * d + j] * x[j];
            q += x[i] * (m[i * d + i] * x[i] + 2.0 * sum);
        }
    }
    return q > 0.0 ? q : 0.0;
}

/* Eight numbers side by side; the compiler splits them where registers are narrower. */
typedef double wide __attribute__((vector_size(64), aligned(8), may_alias));

/* Do the same for 16 rows at once, x being (d, 16).
 *
 * Four sums t_i grow side by side over the columns before theirs, all of them in registers, so that
 * each x_j is loaded once for four; then each over the rest. */
CLONED static void quadratic_lanes(const double *restrict x, const double *restrict m, ptrdiff_t d,
                                   double *restrict q)
{
    const wide *row = (const wide *)x;
    wide total0 = {0.0}, total1 = {0.0};
    for (ptrdiff_t first = 0; first < d; first += SUMS) {
        ptrdiff_t n = d - first < SUMS ? d - first : SUMS, begin = n == SUMS ? first : 0;
        const double *ma = m + first * d, *mb = ma + d, *mc = mb + d, *md = mc + d;
        wide a0 = {0.0}, a1 = {0.0}, b0 = {0.0}, b1 = {0.0};
        wide c0 = {0.0}, c1 = {0.0}, d0 = {0.0}, d1 = {0.0};
        for (ptrdiff_t j = 0; j < begin; j++) {
            wide x0 = row[2 * j], x1 = row[2 * j + 1];
            a0 += ma[j] * x0;
            a1 += ma[j] * x1;
            b0 += mb[j] * x0;
            b1 += mb[j] * x1;
            c0 += mc[j] * x0;
            c1 += mc[j] * x1;
            d0 += md[j] * x0;
            d1 += md[j] * x1;
        }
        wide t[SUMS][2] = {{a0, a1}, {b0, b1}, {c0, c1}, {d0, d1}};
        for (ptrdiff_t i = first; i < first + n; i++) {
            wide t0 = t[i - first][0], t1 = t[i - first][1], x0 = row[2 * i], x1 = row[2 * i + 1];
            for (ptrdiff_t j = begin; j < i; j++) {
                t0 += m[i * d + j] * row[2 * j];
                t1 += m[i * d + j] * row[2 * j + 1];
            }
            total0 += x0 * (m[i * d + i] * x0 + 2.0 * t0);
            total1 += x1 * (m[i * d + i] * x1 + 2.0 * t1);
        }
    }
    for (int k = 0; k < LANES; k++) {
        double sum = k < 8 ? total0[k % 8] : total1[k % 8];
        q[k] = sum > 0.0 ? sum : 0.0;
    }
}

/* Add x x' to the lower triangle of the precision and keep the whole of its inverse (Sherman and
 * Morrison 1950); write gain = (new inverse) x. Products commute, so that the inverse stays
 * symmetric to the last bit. */
CLONED static void add_row(const double *restrict x, ptrdiff_t d, double *restrict precision,
                           double *restrict inverse, double *restrict gain)
{
    double g[MOST], q = 1.0;
    memset(g, 0, (size_t)d * sizeof(double));
    for (ptrdiff_t j = 0; j < d; j++)
        for (ptrdiff_t i = 0; i < d; i++)
            g[i] += inverse[j * d + i] * x[j];
    for (ptrdiff_t i = 0; i < d; i++)
        q += x[i] * g[i];
    double shrink = 1.0 / q;
    for (ptrdiff_t i = 0; i < d; i++) {
        gain[i] = g[i] * shrink;
        for (ptrdiff_t j = 0; j <= i; j++)
            precision[i * d + j] += x[i] * x[j];
        for (ptrdiff_t j = 0; j < d; j++)
            inverse[i * d + j] -= (g[i] * g[j]) * shrink;
    }
}

/* Write x' theta of one row, theta being (d, n_actions). */
CLONED static void mean_row(const double *restrict x, const double *restrict theta, ptrdiff_t d,
                            ptrdiff_t n_actions, double *restrict mean)
{
    for (ptrdiff_t a = 0; a < n_actions; a++)
        mean[a] = 0.0;
    for (ptrdiff_t j = 0; j < d; j++)
        for (ptrdiff_t a = 0; a < n_actions; a++)
            mean[a] += x[j] * theta[j * n_actions + a];
}

/* Do the same for 16 rows at once, x being (d, 16) and mean (n_actions, 16). */
CLONED static void mean_lanes(const double *restrict x, const double *restrict theta, ptrdiff_t d,
                              ptrdiff_t n_actions, double *restrict mean)
{
    const wide *row = (const wide *)x;
    for (ptrdiff_t a = 0; a < n_actions; a++) {
        wide t0 = {0.0}, t1 = {0.0};
        for (ptrdiff_t j = 0; j < d; j++) {
            t0 += row[2 * j] * theta[j * n_actions + a];
            t1 += row[2 * j + 1] * theta[j * n_actions + a];
        }
        memcpy(mean + a * LANES, &t0, sizeof t0);
        memcpy(mean + a * LANES + 8, &t1, sizeof t1);
    }
}

/* Add LANES points of the trapezoidal rule, `step` apart from `start` downwards, to the integrals of
 * f_a times the distribution functions of the others, for n normals. Return the product of all
 * distribution functions at the last point: the chance that every one of them lies below it.
 *
 * The table holds distribution function and density of the standard normal, `per_unit` entries a
 * unit from -edge to edge, interpolated by cubic Hermite polynomials; the slope of the density is
 * -z times itself. Entry `middle` stands for 0; at both ends the density is 0, as beyond them. */
CLONED static double add_points(double start, double step, const double *restrict mean,
                                const double *restrict per_width, ptrdiff_t n,
                                const double *restrict normal, ptrdiff_t middle, double per_unit,
                                double edge, double *restrict sum)
{
    double below[MOST][LANES], density[MOST][LANES], before[MOST][LANES], after[LANES];
    const double h = 1.0 / per_unit;
    for (int k = 0; k < LANES; k++)
        after[k] = 1.0;
    for (ptrdiff_t b = 0; b < n; b++) {
        for (int k = 0; k < LANES; k++) {
            double z = (start - k * step - mean[b]) * per_width[b];
            double lifted = z < -edge ? -edge : z;
            double inside = lifted > edge ? edge : lifted;
            double place = (inside + edge) * per_unit;
            int j = (int)place;
            double t = place - j, z0 = (j - (int)middle) * h;
            double f0 = normal[2 * j], g0 = normal[2 * j + 1];
            double f1 = normal[2 * j + 2], g1 = normal[2 * j + 3];
            double t0 = t * t * (3.0 - 2.0 * t), t1 = h * t * (1.0 - t);
            below[b][k] = f0 + (f1 - f0) * t0 + t1 * (g0 * (1.0 - t) - g1 * t);
            density[b][k] =
                g0 + (g1 - g0) * t0 + t1 * (-z0 * g0 * (1.0 - t) + (z0 + h) * g1 * t);
        }
        for (int k = 0; k < LANES; k++) {
            before[b][k] = after[k];
            after[k] *= below[b][k];
        }
    }
    double least = after[LANES - 1];
    for (int k = 0; k < LANES; k++)
        after[k] = 1.0;
    for (ptrdiff_t b = n - 1; b >= 0; b--) {
        double part[LANES];
        for (int k = 0; k < LANES; k++) {
            part[k] = density[b][k] * before[b][k] * after[k];
            after[k] *= below[b][k];
        }
        for (int half = LANES / 2; half > 0; half /= 2)
            for (int k = 0; k < half; k++)
                part[k] += part[k + half];
        sum[b] += part[0] * step * per_width[b];
    }
    return least;
}

#endif
