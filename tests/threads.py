"""A race is tested as a race: threads with connections of their own, let go at one moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connections


def all_at_once(*tasks):
    """Runs the tasks at the same time; their results, or the errors they raised, in order."""
    start = threading.Barrier(len(tasks))

    def run(task):
        try:
            start.wait(10)
            return task()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def in_threads(count, task):
    """Runs the task in so many threads; each gets its number. Raises what one of them raised."""
    results = all_at_once(*[lambda number=number: task(number) for number in range(count)])
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results
