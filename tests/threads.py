"""A race is tested as a race: threads with connections of their own, let go at one moment."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connections


@contextmanager
def crew(count) -> Iterator:
    """So many threads that keep their connections; yields a function that runs as many tasks at
    the same time and returns their results. It raises what one of them raised.
    """
    start = threading.Barrier(count)

    def run(task):
        start.wait(30)
        return task()

    with ThreadPoolExecutor(count) as pool:

        def all_at_once(*tasks):
            futures = [pool.submit(run, task) for task in tasks]
            errors = [future.exception() for future in futures]
            for error in filter(None, errors):
                raise error
            return [future.result() for future in futures]

        try:
            yield all_at_once
        finally:
            all_at_once(*[connections.close_all] * count)


def in_threads(count, task):
    """Runs the task in so many threads; each gets its number. Raises what one of them raised."""
    with crew(count) as all_at_once:
        return all_at_once(*[lambda number=number: task(number) for number in range(count)])


def patience(seconds):
    """So many seconds on cores that nobody else uses; more where others do."""
    return seconds * max(os.getloadavg()[0] / os.cpu_count(), 1)
