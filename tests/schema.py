"""The tables of a test run: made by migrations once for each state of them, copied from then on."""

import hashlib

import psycopg
from psycopg import sql

from config.processes import CHECKOUT


def copy_name() -> str:
    """The database in which this state of the migrations is kept."""
    files = [CHECKOUT / "requirements" / "base.txt", *CHECKOUT.glob("*/migrations/*")]
    state = hashlib.sha256()
    for file in sorted(files):
        if file.is_file():
            state.update(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}".encode())
    return f"schema_{state.hexdigest()[:16]}"


def is_kept(url: str) -> bool:
    """Whether the server has the copy for these migrations."""
    with psycopg.connect(url, dbname="postgres") as server:
        return copy_name() in _copies(server)


def keep(url: str, database: str) -> None:
    """Copies the fresh test database, which nobody may use meanwhile, and drops older copies."""
    with psycopg.connect(url, dbname="postgres", autocommit=True) as server:
        for old in _copies(server):
            server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(old)))
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(copy_name()), sql.Identifier(database)
            )
        )


def _copies(server: psycopg.Connection) -> list[str]:
    rows = server.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'schema\_%'")
    return [name for (name,) in rows.fetchall()]
