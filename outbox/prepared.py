"""A statement that the server keeps planned: planning would cost as much as doing.

Between question and answer the sender is free to do something else, while PostgreSQL writes.
"""

import re
import select
import weakref
from collections.abc import Callable

import psycopg
from django.db import connection
from psycopg import errors, pq

_GOOD = {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK}
_PARAMETER = re.compile(r"%\((\w+)\)s")


class Prepared:
    """One statement with parameters like `%(name)s`, for every connection of this process."""

    def __init__(self, name: str, statement: str) -> None:
        self.name = name.encode()
        self.parameters = list(dict.fromkeys(_PARAMETER.findall(statement)))
        self._statement = _PARAMETER.sub(self._numbered, statement).encode()
        self._known_to: weakref.WeakSet[psycopg.Connection] = weakref.WeakSet()

    def ask(
        self, values: dict[str, object], meanwhile: Callable[[], None] = lambda: None
    ) -> bytes | None:
        """Run it and return the first value of its first row, as text.

        `meanwhile` is called while the server works; it must keep off this connection.
        """
        connection.ensure_connection()
        with connection.wrap_database_errors:
            line = connection.connection.pgconn
            self._send(connection.connection, [_as_text(values[name]) for name in self.parameters])
            try:
                meanwhile()
            finally:
                result = _answer(line)
            _check(line, result)
        return result.get_value(0, 0) if result.ntuples else None

    def _send(self, session: psycopg.Connection, values: list[bytes | None]) -> None:
        if connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:  # a pooler in between
            session.pgconn.send_query_params(self._statement, values)
            return
        if session not in self._known_to:
            _check(session.pgconn, session.pgconn.prepare(self.name, self._statement))
            self._known_to.add(session)
        session.pgconn.send_query_prepared(self.name, values)

    def _numbered(self, parameter: re.Match[str]) -> str:
        return f"${self.parameters.index(parameter[1]) + 1}"


def _as_text(value: object) -> bytes | None:
    return None if value is None else str(value).encode()


def _check(line: pq.abc.PGconn, result: pq.abc.PGresult) -> None:
    if result.status in _GOOD:
        return
    if line.status == pq.ConnStatus.BAD:
        raise psycopg.OperationalError(line.error_message.decode(errors="replace"))
    raise errors.error_from_result(result)


def _answer(line: pq.abc.PGconn) -> pq.abc.PGresult:
    """What the server says; waits without holding up other threads."""
    door = select.poll()
    door.register(line.socket, select.POLLIN)
    while line.is_busy():
        door.poll()
        line.consume_input()
    result = line.get_result()
    while line.get_result() is not None:
        pass
    if result is None:
        raise psycopg.OperationalError("The server gave no answer.")
    return result
