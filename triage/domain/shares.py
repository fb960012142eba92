"""How sure a share is that was counted: one interval for confidences, figures, reports and measurements."""

from __future__ import annotations

from math import sqrt

Z = 1.959963984540054
"""97.5 % of the standard normal distribution lies below it."""
FEWEST_PEOPLE = 5
"""A figure about what fewer people did is not shown: it could be put down to one of them."""


def wilson(right: float, n: float) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927): `right` of `n`, neither needs to be whole. Of none: 0 to 1."""
    if n <= 0:
        return 0.0, 1.0
    share, z2 = right / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))
