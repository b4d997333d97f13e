"""What must not stand in a log."""

import logging
import re

# Secret links: a token in a path is as good as a password (reliability T45).
SECRET_PLACES = (
    "registrations",
    "proposals",
    "talks/drafts",
    "talks/invitations",
    "for",
    "voice",
    "u",
    "follow/confirm",
    "door",
)
SECRET_PATH = re.compile(rf"(/(?:{'|'.join(SECRET_PLACES)})/)[A-Za-z0-9_-]{{8,}}")


class ScrubTokens(logging.Filter):
    """Replaces the tokens of secret links in log lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = SECRET_PATH.sub(r"\1…", record.getMessage())
        record.args = None
        return True
