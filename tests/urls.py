"""Every address of the site, out of its own table of them, filled with what exists."""

import re

from django.urls import get_resolver


def addresses(**values):
    """All paths but the admin's; `values` are for the parts in angle brackets, by their name."""
    return [filled(route, values) for route in routes(get_resolver()) if "admin/" not in route]


def routes(resolver, before=""):
    """Every route below, as it is written in the table."""
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from routes(entry, route)
        else:
            yield route


def filled(route, values):
    """The path of a route with these values in its angle brackets."""
    route = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<any:\1>", route)
    route = route.replace("^", "").replace("$", "").replace("\\", "")
    return "/" + re.sub(r"<\w+:(\w+)>", lambda part: str(values[part[1]]), route)
