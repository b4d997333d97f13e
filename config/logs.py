"""What must not stand in a log."""

import logging

from people.tokens import SECRET_PATH


class ScrubTokens(logging.Filter):
    """Replaces the tokens of secret links in log lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = SECRET_PATH.sub(r"\1…", record.getMessage())
        record.args = None
        return True
