"""Tail probabilities of two distributions, from their closed forms.

SciPy has them too, but it would be 150 MB of an installation for these two functions.
"""

from math import comb, erfc, exp, fsum, lgamma, log, sqrt


def sign_test(first: int, second: int) -> float:
    """The exact two-sided p-value of a sign test with equal chances.

    The probability that ``first + second`` fair coins fall at least as unevenly as observed. It is
    twice the lower tail of the binomial distribution, and 1 for an even split.

    Args:
        first: number of outcomes of one kind.
        second: number of the other kind.
    """
    count, fewer = first + second, min(first, second)
    if 2 * fewer == count:
        return 1.0
    # The largest term is exact, and each further one follows from its neighbor: with n choose k,
    # the term below is k / (n - k + 1) times as large.
    largest = comb(count, fewer) / (1 << count)
    ratio, ratios = 1.0, []
    for k in range(fewer, -1, -1):
        ratios.append(ratio)
        ratio *= k / (count - k + 1)
        if ratio < _NEGLIGIBLE:
            break
    return min(1.0, 2 * largest * fsum(ratios))


_NEGLIGIBLE = 1e-20
"""Of a term in relation to the largest one: the sum of all smaller terms rounds to nothing."""


def chi_squared_tail(statistic: float, degrees: int) -> float:
    """The probability that a chi-squared variable is at least ``statistic``.

    With y = statistic / 2, this is Σ exp(-y) y^i / Γ(i + 1) over i = 0, 1, ... below degrees / 2
    for even degrees of freedom. For odd ones, i = 1/2, 3/2, ... and erfc(√y) is added
    (Abramowitz and Stegun 1964, 26.4.4 and 26.4.5).

    Args:
        statistic: not negative.
        degrees: of freedom, at least 1.
    """
    if statistic <= 0:
        return 1.0
    y = statistic / 2
    odd = degrees % 2
    terms = [
        exp(i * log(y) - y - lgamma(i + 1)) for i in (k + odd / 2 for k in range(degrees // 2))
    ]
    return min(1.0, fsum([erfc(sqrt(y)) if odd else 0.0, *terms]))
