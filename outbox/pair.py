"""Two senders side by side in one process, so that hardly anything waits while one of them does.

PostgreSQL, the mail server and we each work while the others do. A process that is killed leaves
two messages unknown at most, one for each of its senders.
"""

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connection

from outbox.engine import Sender
from outbox.transport import configured

logger = logging.getLogger(__name__)


def send_due(channel: str, seconds: float) -> bool:
    """Send what is due on this channel; True if there may be more to send.

    The second sender comes once the first has found a full chunk. A fault of either is raised.
    """
    over = threading.Event()
    second: list[Future[bool]] = []
    with ThreadPoolExecutor(1, "outbox-second") as pool:

        def call_second() -> None:
            if not second:
                second.append(pool.submit(_second, channel, seconds, over))

        try:
            more = Sender(configured(channel), channel, over).run(seconds, call_second)
        except BaseException:  # also a shutdown or a time limit: they reach the first thread only
            over.set()
            raise
    return any([more, *(sender.result() for sender in second)])


def _second(channel: str, seconds: float, over: threading.Event) -> bool:
    try:
        return Sender(configured(channel), channel, over).run(seconds)
    except Exception:
        logger.exception("The second sender stopped.")  # the first may have a fault of its own
        raise
    finally:
        connection.close()  # it is this thread's alone
