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

#define LANES 32  /* rows that quadratic_lanes takes together; enough to hide the adder's latency */
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

/* Do the same for 32 rows at once, x being (d, 32). */
CLONED static void quadratic_lanes(const double *restrict x, const double *restrict m, ptrdiff_t d,
                                   double *restrict q)
{
    double total[LANES] = {0.0};
    for (ptrdiff_t i = 0; i < d; i++) {
        double t[LANES] = {0.0};
        for (ptrdiff_t j = 0; j < i; j++)
            for (int k = 0; k < LANES; k++)
                t[k] += m[i * d + j] * x[j * LANES + k];
        for (int k = 0; k < LANES; k++) {
            double own = x[i * LANES + k];
            total[k] += own * (m[i * d + i] * own + 2.0 * t[k]);
        }
    }
    for (int k = 0; k < LANES; k++)
        q[k] = total[k] > 0.0 ? total[k] : 0.0;
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

#endif
