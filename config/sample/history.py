"""A year of evenings in Minsk and who came, so that the numbers have something to say."""

import random
from typing import Any

# Weeks ago, title, registered; of a free evening some two in five come (need 53).
PAST = (
    (13, "Tests that people read", 61),
    (17, "The night the queue grew", 68),
    (22, "Maps, routes and a bus", 52),
    (26, "Small models, small machines", 74),
    (30, "What we learned from one outage", 57),
    (35, "Types for people in a hurry", 49),
    (39, "A parser in an evening", 55),
    (44, "From notebook to service", 63),
    (48, "First steps in open source", 44),
)
SERIES = "minsk-python"


def past_evenings() -> list[dict[str, Any]]:
    """The evenings as `community.json` would name them."""
    return [
        {
            "series": SERIES, "slug": f"minsk-python-year-{weeks}", "title": title,
            "starts": f"{weeks} weeks ago, Thursday 19:00", "minutes": 150, "venue": "brick-hall",
            "capacity": 80, "mode": "onsite", "status": "published",
        }
        for weeks, title, _registered in PAST
    ]  # fmt: skip


def past_guests(emails: list[str]) -> list[dict[str, Any]]:
    """Who registered and who came: some nearly always, most now and then."""
    chance = random.Random(2026)  # noqa: S311 -- a sample that is the same each time
    faithful = {email: chance.betavariate(0.8, 1.2) for email in emails}
    return [
        {
            "event": f"minsk-python-year-{weeks}",
            "email": email,
            "came": chance.random() < 0.15 + 0.6 * faithful[email],
        }
        for weeks, _title, registered in PAST
        for email in _drawn(chance, faithful, registered)
    ]


def _drawn(chance: random.Random, faithful: dict[str, float], number: int) -> list[str]:
    """So many different people, the faithful ones more often."""
    drawn = {email: chance.random() ** (1 / (0.2 + liking)) for email, liking in faithful.items()}
    return sorted(drawn, key=lambda email: drawn[email], reverse=True)[:number]
