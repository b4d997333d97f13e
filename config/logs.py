"""What must not stand in a log."""

import logging
import re

# Secret links: a token in a path is as good as a password (reliability T45).
SECRET_PATH = re.compile(r"(/(?:registrations|proposals|talks/drafts|talks/invitations|u|follow/confirm|door|for)/)[A-Za-z0-9_-]{8,}")


class ScrubTokens(logging.Filter):
    """Replaces the tokens of secret links in log lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = SECRET_PATH.sub(r"\1…", record.getMessage())
        record.args = None
        return True
