"""Slow, obvious linear bandits: solve from scratch, integrate by adaptive quadrature."""

from itertools import pairwise

import numpy as np
from scipy.integrate import quad
from scipy.stats import norm


def ridge(x: np.ndarray, r: np.ndarray, penalty: float) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients and inverse precision of one action's rows."""
    precision = penalty * np.eye(x.shape[1]) + x.T @ x
    return np.linalg.solve(precision, x.T @ r), np.linalg.inv(precision)


def models(
    x: np.ndarray, action: np.ndarray, r: np.ndarray, n_actions: int, penalty: float
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return coefficients and inverse precision of each action."""
    return [ridge(x[action == a], r[action == a], penalty) for a in range(n_actions)]


def moments(
    x: np.ndarray, fitted: list[tuple[np.ndarray, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of each action's score, (n, n_actions) each."""
    mean = np.stack([x @ theta for theta, _ in fitted], axis=1)
    width = np.stack([np.sqrt(np.sum(x @ inv * x, axis=1)) for _, inv in fitted], axis=1)
    return mean, width


def chance_to_be_best(mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Return the probability that each of some independent normals is the highest."""
    low, high = (mean - 9 * sd).min(), (mean + 9 * sd).max()
    breaks = np.clip((mean + sd * np.array([-8, -3, 0, 3, 8])[:, None]).ravel(), low, high)
    edges = np.unique(np.concatenate(([low, high], breaks)))

    def density(s: float, a: int) -> float:
        others = np.delete(norm.cdf((s - mean) / sd), a)
        return float(norm.pdf(s, mean[a], sd[a]) * others.prod())

    parts = list(pairwise(edges))
    return np.array([
        sum(quad(density, p, q, args=(a,), epsabs=1e-11, epsrel=1e-9)[0] for p, q in parts)
        for a in range(len(mean))
    ])  # fmt: skip
