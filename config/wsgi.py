import os
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

BOOT_ERROR = 3  # gunicorn's own: with any other code it starts the same worker again, for ever


def started() -> Callable[..., Any]:
    """Django; a start without what it needs ends gunicorn too, with the sentence."""
    try:
        return get_wsgi_application()
    except SystemExit as refusal:
        sys.stderr.write(f"{refusal}\n")
        raise SystemExit(BOOT_ERROR) from None


django = started()
CHARSET = re.compile(r";\s*charset=[^;]*", re.IGNORECASE)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django, always asked in UTF-8: it reads even the query in the charset that a client names,
    and "charset=hex" would end in a 500 before any middleware could answer.
    """
    environ["CONTENT_TYPE"] = CHARSET.sub("", environ.get("CONTENT_TYPE") or "")
    return django(environ, start_response)
