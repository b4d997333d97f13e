import pytest
from allauth.core.internal.ratelimit import parse_rates

from config.limits import scaled


@pytest.mark.parametrize(
    ("scale", "amounts"), [(1, [10, 5]), (10, [100, 50]), (0.5, [5, 2]), (0.001, [1, 1])]
)
def test_every_count_is_multiplied_and_never_less_than_one(scale, amounts):
    rates = parse_rates(scaled("10/m/ip,5/300s/key", scale))

    assert [rate.amount for rate in rates] == amounts
    assert [rate.duration for rate in rates] == [60, 300]
    assert [rate.per for rate in rates] == ["ip", "key"]
