"""The bell at the workers' door. Losing a ring loses nothing: the sweep comes every 15 s."""

import atexit
import logging
import threading
import time

from celery import current_app

logger = logging.getLogger(__name__)
PAUSE = 0.05  # seconds between two rings; a rush of commits needs one
PATIENCE = 20  # seconds after which an unheard ring is of no use


class Bell:
    """Rings from a thread of its own, so that no request waits for a broker that is gone."""

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._quiet = threading.Event()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Ask the workers to look; returns at once and never raises for a missing broker."""
        self._quiet.clear()
        self._wanted.set()
        with self._start:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="outbox-bell", daemon=True)
                self._thread.start()
                # A command ends right after its commit: give the last ring a moment.
                atexit.register(self._quiet.wait, 1)

    def _run(self) -> None:
        while self._wanted.wait():
            self._wanted.clear()
            self._send()
            if not self._wanted.is_set():
                self._quiet.set()
            time.sleep(PAUSE)

    def _send(self) -> None:
        try:
            current_app.send_task(
                "outbox.tasks.send_messages", retry=False, expires=PATIENCE, ignore_result=True
            )
        except Exception as error:  # whatever the broker does, the request has its answer
            logger.info("The workers could not be woken: %s", error)


ring = Bell().ring
