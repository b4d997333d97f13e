"""A mail server that notes how many commands came in one go."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def recording_server(settings, *, pipelining: bool) -> Iterator[list[int]]:
    """Points the settings at it; yields the number of answers that each write asked for."""
    heard: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as door:
        settings.OUTBOX_TRANSPORT = "outbox.smtp.SmtpTransport"
        settings.EMAIL_HOST, settings.EMAIL_PORT = door.getsockname()
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        thread = threading.Thread(target=_serve, args=(door, pipelining, heard))
        thread.start()
        yield heard
        thread.join(5)


def _serve(door: socket.socket, pipelining: bool, heard: list[int]) -> None:
    line, _address = door.accept()
    with line:
        line.sendall(b"220 recording\r\n")
        in_message = False
        while said := line.recv(1_000_000):
            answers, in_message = _answers(said, in_message, pipelining)
            heard.append(len(answers))
            line.sendall(b"".join(answers))


def _answers(said: bytes, in_message: bool, pipelining: bool) -> tuple[list[bytes], bool]:
    answers = []
    if in_message:
        message, dot, said = said.partition(b"\r\n.\r\n")
        if not dot:  # the rest is on its way
            return [], True
        answers.append(b"250 taken\r\n")
    commands = said.split(b"\r\n")[:-1]
    for command in commands:
        if command.upper().startswith(b"EHLO"):
            answers.append(b"250-here\r\n250 PIPELINING\r\n" if pipelining else b"250 here\r\n")
        else:
            answers.append(b"354 go on\r\n" if command == b"DATA" else b"250 ok\r\n")
    return answers, b"DATA" in commands
