"""Limits on signing in, as allauth writes them: how many, in what time, counted by what."""

# allauth's own figures, named here so that RATE_LIMIT_SCALE reaches them too.
SIGNING_IN = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "request_login_code": "20/m/ip,3/m/key",
    "confirm_email": "1/10s/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "reauthenticate": "10/m/user",
}


def scaled(rules: str, scale: float) -> str:
    """The rules with every count multiplied; never less than one."""
    return ",".join(_scaled(rule, scale) for rule in rules.split(","))


def _scaled(rule: str, scale: float) -> str:
    count, _slash, rest = rule.partition("/")
    return f"{max(round(int(count) * scale), 1)}/{rest}"
