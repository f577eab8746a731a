import numpy as np
import pytest

from eda.quartiles import quartiles_of, whiskers


def test_fences_lie_one_and_a_half_ranges_beyond_the_quartiles() -> None:
    found = quartiles_of(np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 100]))
    assert (found.q1, found.median, found.q3) == (3.25, 5.5, 7.75)  # by hand: 1 + 0.25 × 9 places
    assert (found.lower_fence, found.upper_fence) == (-3.5, 14.5)  # 4.5 × 1.5 = 6.75
    assert (found.below, found.above, found.outliers, found.share) == (0, 1, 1, 0.1)


def test_outliers_are_counted_on_both_sides_and_a_value_on_the_fence_is_none() -> None:
    found = quartiles_of(np.array([-2.0, -3, 0, 1, 1, 2, 2, 3, 5, 6.5]))
    assert (found.q1, found.q3) == (0.25, 2.75)
    assert (found.lower_fence, found.upper_fence) == (-3.5, 6.5)
    assert found.outliers == 0
    assert quartiles_of(np.array([0.0, 0, 0, 0, 0, -1, 1])).outliers == 2


def test_whiskers_end_at_values_that_are_there() -> None:
    values = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 100])
    assert whiskers(values, quartiles_of(values)) == (1, 9)


@pytest.mark.parametrize("values", [[7.0], [7.0, 7.0, 7.0]])
def test_values_that_are_all_the_same_have_no_outlier(values: list[float]) -> None:
    found = quartiles_of(np.array(values))
    assert (found.q1, found.q3, found.outliers, found.share) == (7, 7, 0, 0)
    assert whiskers(np.array(values), found) == (7, 7)
