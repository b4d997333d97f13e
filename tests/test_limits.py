import pytest
from allauth.core.internal.ratelimit import parse_rates
from django.test import RequestFactory

from config.limits import scaled
from meetups.limits import too_many


@pytest.mark.parametrize(
    ("scale", "amounts"), [(1, [10, 5]), (10, [100, 50]), (0.5, [5, 2]), (0.001, [1, 1])]
)
def test_every_count_is_multiplied_and_never_less_than_one(scale, amounts):
    rates = parse_rates(scaled("10/m/ip,5/300s/key", scale))

    assert [rate.amount for rate in rates] == amounts
    assert [rate.duration for rate in rates] == [60, 300]
    assert [rate.per for rate in rates] == ["ip", "key"]


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (30, "a minute"),
        (61, "2 minutes"),
        (3600, "60 minutes"),
        (7200, "2 hours"),
        (86399, "24 hours"),
    ],
)
def test_who_asked_too_often_reads_how_long_to_wait(wait, words):
    answer = too_many(RequestFactory().get("/"), wait)

    assert answer.status_code == 429
    assert answer["Retry-After"] == str(wait)
    assert f"please wait {words} before you try again" in answer.content.decode()
