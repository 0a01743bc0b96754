"""Reference values of the studentized range by composite Gauss-Legendre quadrature of both integrals.

Usage: python studentized_range_cases.py > Tests/DistributionsTests/Fixtures/studentized-range.csv
Rows: number of groups, degrees of freedom, q, cdf, sf. Good to about 1e-13; compared with
scipy.stats.studentized_range where that can tell.
"""

import numpy as np
from scipy.special import gammaln, log_ndtr, ndtr
from scipy.stats import studentized_range

CASES = [
    (2, 7, 3), (3, 10.08, 5), (4, 20, 3.5), (6, np.inf, 4.2), (10, 5.5, 1.2), (3, 1, 60), (2, 0.7, 0.01),
    (3, 10, 1e-4), (5, 3.3, 4000), (8, 120, 14), (12, 40, 9), (50, 15, 6.5), (200, 300, 5.5), (3, 1e6, 3),
    (20, np.inf, 11), (4, np.inf, 0.02), (2.5, 12, 2.2), (100, 4, 0.9), (2, np.inf, 30), (6, 2, 1e5),
]


def nodes(low, high, pieces):
    x, w = np.polynomial.legendre.leggauss(32)
    edges = np.linspace(low, high, pieces + 1)
    half = (edges[1] - edges[0]) / 2
    return ((edges[:-1] + edges[1:])[:, None] / 2 + half * x).ravel(), np.tile(w * half, pieces)


def interval(low, high):
    """Phi(high) - Phi(low) by quadrature of the density where the interval is short."""
    if high[0] - low[0] > 1:
        return np.where(low > 0, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))
    x, w = np.polynomial.legendre.leggauss(32)
    middle, half = (low + high) / 2, (high[0] - low[0]) / 2
    return np.exp(-((middle[:, None] + half * x) ** 2) / 2) @ w * half / np.sqrt(2 * np.pi)


def normal(w, k, upper):
    width = 14 / np.sqrt(k) if w < 1 and not upper else 14
    center = min(w / 2, 30)
    z, weights = nodes(min(0, center) - width, max(center, 6) + width, 30)
    density = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    if upper:
        ratio = np.exp(log_ndtr(z - w) - log_ndtr(z))
        with np.errstate(divide="ignore"):
            f = -np.exp((k - 1) * log_ndtr(z)) * np.expm1((k - 1) * np.log1p(-np.minimum(ratio, 1)))
    else:
        f = interval(z - w, z) ** (k - 1)
    return k * np.sum(weights * density * f)


def studentized(q, k, df, upper):
    if df == np.inf:
        return normal(q, k, upper)
    shift = -np.log1p(q * q / (2 * df)) / 2 if upper else 0
    if df > 50:
        u, weights = nodes(shift - 12 / np.sqrt(2 * df), 12 / np.sqrt(2 * df), 12)
    else:
        rate = df if upper else df + k - 1
        u, weights = nodes(shift - 45 / rate, np.log1p((100 + 4 * k) / df) / 2, 60)
    h = df / 2
    # x^h e^-x / Gamma(h) at x = h s^2, its large terms cancelled by hand.
    stirling = gammaln(h) - ((h - 0.5) * np.log(h) - h) if h < 1e3 else np.log(2 * np.pi) / 2 + 1 / (12 * h)
    density = 2 * np.sqrt(h) * np.exp(-h * (np.expm1(2 * u) - 2 * u) - stirling)
    return np.sum(weights * density * np.array([normal(q * s, k, upper) for s in np.exp(u)]))


if __name__ == "__main__":
    print("groups,df,q,cdf,sf")
    for k, df, q in CASES:
        sf = studentized(q, k, df, True)
        cdf = studentized(q, k, df, False) if sf > 0.5 else 1 - sf
        other = studentized_range.cdf(q, k, df)
        # scipy takes 100,000 degrees of freedom for infinity.
        assert df >= 1e5 or abs(cdf - other) < 1e-9, (k, df, q, cdf, sf, other)
        print(f"{k!r},{df!r},{q!r},{cdf:.17g},{sf:.17g}")
