"""What ./run promises: services of its own, parts kept alive, an end without leftovers."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from config.launcher import environment
from config.postgres import Postgres
from config.processes import CHECKOUT, processes_saying, stop, wait_until
from config.redis import Redis
from config.services import opened_for_tests, run_dir

SUPERVISE = """
import os, sys
from pathlib import Path
from config.supervisor import KeepsDying, Supervisor, program

try:
    with Supervisor(Path(sys.argv[1])) as supervisor:
        for number, shell in enumerate(sys.argv[3:], 1):
            name = f"{sys.argv[2]}-{number}"
            supervisor.add(program(name, ["/bin/sh", "-c", shell], dict(os.environ)))
        supervisor.watch()
except KeepsDying as end:
    sys.exit(str(end))
"""


@pytest.fixture
def supervise(tmp_path):
    """Runs shell commands as parts under a supervisor in a process of its own."""
    with contextlib.ExitStack() as stack:

        def start(*shells, name="part"):
            process = subprocess.Popen(
                [sys.executable, "-u", "-c", SUPERVISE, str(tmp_path / "logs"), name, *shells],
                cwd=CHECKOUT,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            stack.callback(stop, process, signal.SIGKILL, 1)
            stack.enter_context(process.stdout)
            stack.enter_context(process.stderr)
            return process

        yield start


@pytest.fixture(scope="module")
def own():
    """A PostgreSQL and a Redis beside those of the other tests."""
    given = {name: os.environ.pop(name) for name in ("DATABASE_URL", "REDIS_URL")}
    with opened_for_tests() as addresses:
        os.environ.update(given)
        yield addresses


@pytest.fixture
def open_folder():
    """An empty folder that PostgreSQL's user can reach also where the tests run as root."""
    with tempfile.TemporaryDirectory(dir=run_dir()) as folder:
        yield Path(folder)


def pid_said(process, part):
    """The process id in the part's next line."""
    return int(re.fullmatch(rf"{part} (\d+)\n", process.stdout.readline()).group(1))


def is_running(pid):
    with contextlib.suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_a_part_that_dies_is_started_again_and_named_again(supervise):
    run = supervise("exec sleep 60")
    first = pid_said(run, "part-1")
    os.kill(first, signal.SIGKILL)
    second = pid_said(run, "part-1")
    assert second != first
    assert is_running(second)


def test_three_deaths_within_ten_seconds_end_all_with_the_last_lines(supervise):
    run = supervise("exec sleep 60", "echo my last words; exit 3")
    bystander = pid_said(run, "part-1")
    said, complaint = run.communicate(timeout=10)
    assert run.returncode == 1
    assert [line.split()[0] for line in said.splitlines()] == ["part-2"] * 3
    assert "part-2 died 3 times in 10 seconds. Its last lines:\nmy last words" in complaint
    assert not is_running(bystander)


def test_one_worker_may_die_as_often_as_it_likes_while_another_works(supervise):
    run = supervise("exec sleep 60", "sleep 0.1", name="worker")
    steady = pid_said(run, "worker-1")
    for _death in range(6):
        pid_said(run, "worker-2")
    assert run.poll() is None
    assert is_running(steady)


def test_workers_that_all_keep_dying_end_all(supervise):
    run = supervise("sleep 0.1", "echo my last words; exit 3", name="worker")
    _said, complaint = run.communicate(timeout=20)
    assert run.returncode == 1
    assert "died 3 times" in complaint


def test_a_signal_ends_the_parts_in_the_opposite_order(supervise, tmp_path):
    diary = tmp_path / "diary"
    shell = f"trap 'echo {{}} >> {diary}; exit' TERM; while :; do sleep 0.05; done"
    run = supervise(shell.format("web"), shell.format("scheduler"))
    for part in ("part-1", "part-2"):
        pid_said(run, part)
    time.sleep(0.3)  # until the shells have set their traps
    run.terminate()
    assert run.wait(10) == 0
    assert diary.read_text().split() == ["scheduler", "web"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of the death")
def test_no_part_outlives_a_supervisor_that_is_killed(supervise):
    run = supervise("exec sleep 60")
    part = pid_said(run, "part-1")
    run.kill()
    assert wait_until(lambda: not is_running(part), 5)


def test_our_database_role_is_no_superuser_and_owns_its_database(own):
    with psycopg.connect(own["DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolbypassrls, pg_get_userbyid(datdba) = current_user"
            " FROM pg_roles, pg_database"
            " WHERE rolname = current_user AND datname = current_database()"
        ).fetchone()
    assert row == (False, True, False, True)


def test_our_database_knows_letters_beyond_the_latin_ones(own):
    with psycopg.connect(own["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT lower('ПРИВЕТ ŁÓDŹ'), 'Минск' ILIKE '%МИН%'").fetchone()
    assert row == ("привет łódź", True)


def test_our_database_listens_on_no_port_and_its_socket_folder_is_closed(own):
    with psycopg.connect(own["DATABASE_URL"]) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        folder = Path(connection.info.host)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_each_test_run_has_services_of_its_own(own, services):
    assert own["DATABASE_URL"] != services["DATABASE_URL"]
    assert own["REDIS_URL"] != services["REDIS_URL"]


@pytest.mark.skipif(sys.platform != "linux", reason="finds the server by its command line")
def test_a_commit_outlives_a_killed_server_even_with_an_open_session(tmp_path, open_folder):
    server = Postgres(open_folder)
    first = server.open(tmp_path / "log")
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with psycopg.connect(server.url) as asleep:
        asleep.pgconn.send_query(b"SELECT pg_sleep(60)")
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        second = server.open(tmp_path / "log")
        asleep.close()
    with psycopg.connect(server.url) as connection:
        kept = connection.execute("SELECT answer FROM kept").fetchone()
    stop(second, server.stop_signal, 10)
    assert kept == (42,)
    assert not processes_saying(str(server.data))


def test_a_second_start_finds_the_server_of_the_first(tmp_path):
    first = Redis(tmp_path).open(tmp_path / "log")
    assert Redis(tmp_path).open(tmp_path / "log") is None
    stop(first, signal.SIGTERM, 5)


def test_redis_keeps_its_address_over_a_restart_and_asks_for_its_password(tmp_path):
    server = Redis(tmp_path)
    first = server.open(tmp_path / "log")
    address = server.url
    stop(first, signal.SIGKILL, 5)
    second = server.open(tmp_path / "log")
    assert server.url == address
    with socket.create_connection(("127.0.0.1", urlsplit(address).port), 5) as stranger:
        stranger.sendall(b"PING\r\n")
        assert stranger.recv(100).startswith(b"-NOAUTH")
    stop(second, signal.SIGTERM, 5)


def test_a_taken_port_is_refused_in_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "config.launcher", "--port", str(port)],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == f"Port {port} is taken on 127.0.0.1: choose one with --port N.\n"


def test_what_the_environment_gives_wins_over_what_run_makes_up(tmp_path, monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", "https://meetups.example.org")
    monkeypatch.setenv("SECRET_KEY", "given")
    made = environment(tmp_path, [], "http://127.0.0.1:8000")
    assert made["SECRET_KEY"] == "given"
    assert made["PUBLIC_URL"] == "https://meetups.example.org"
    assert made["ALLOWED_HOSTS"] == "127.0.0.1,meetups.example.org,localhost,[::1]"


def test_the_made_up_secret_is_kept_and_closed_to_others(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    first = environment(tmp_path, [], "http://127.0.0.1:8000")["SECRET_KEY"]
    assert environment(tmp_path, [], "http://127.0.0.1:8000")["SECRET_KEY"] == first
    assert len(first) >= 64
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_gunicorn_ends_with_one_sentence_where_a_needed_variable_is_missing():
    bare = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    ended = subprocess.run(
        [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", "127.0.0.1:0"],
        cwd=CHECKOUT,
        env=bare,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == 3
    assert ended.stderr.count("is not set: see docs/operations.md") == 1
