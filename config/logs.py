"""What must not stand in a log."""

import logging
import re

from people.tokens import SECRET_PATH

ADDRESS = re.compile(r"[^\s/?&=:,;\"'<>()]+(?:@|%40)[\w.-]+")


class ScrubTokens(logging.Filter):
    """Replaces the tokens of secret links and addresses of people in log lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = SECRET_PATH.sub(r"\1…", record.getMessage())
        record.msg = ADDRESS.sub("…@…", text)
        record.args = None
        return True
