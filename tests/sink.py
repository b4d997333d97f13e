"""A mail server that fails on purpose, at the exact byte, and remembers what it accepted.

    python -m tests.sink --log accepted.log --script rcpt_450,ok
    python -m tests.sink --log accepted.log --seed 7 --share accept_drop=0.01 --pipelining

Prints `port N` when it listens. The log has one line for each accepted message, flushed before
the answer leaves: Message-ID, recipient, mode.
"""

import argparse
import asyncio
import random
import re
import sys
from pathlib import Path

CONNECT = ("no_banner", "banner_421")
MESSAGE = (
    "mail_451",
    "mail_drop",
    "rcpt_450",
    "rcpt_550",
    "rcpt_drop",
    "rcpt_slow",
    "data_421",
    "data_drop",
    "dot_451",
    "dot_554",
    "dot_drop",
    "accept_drop",
    "accept_silence",
    "accept_slow",
    "ok",
)
QUIT = ("quit_drop", "quit_hang")
SILENCE = 3600.0


class Hangup(Exception):
    """The line is cut here."""


class Faults:
    """Which fault comes next: from a script first, then by chance with a fixed seed."""

    def __init__(self, script: list[str], shares: dict[str, float], seed: int) -> None:
        self.script = script
        self.shares = shares
        self.chance = random.Random(seed)

    def next(self, kinds: tuple[str, ...]) -> str:
        if self.script and self.script[0] in kinds:
            return self.script.pop(0)
        throw = self.chance.random()
        for mode in kinds:
            throw -= self.shares.get(mode, 0)
            if throw < 0:
                return mode
        return "ok"


class Sink:
    def __init__(self, log: Path, faults: Faults, slow: float, pipelining: bool) -> None:
        self.pipelining = pipelining
        self.log = log.open("a", buffering=1)
        self.faults = faults
        self.slow = slow

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await Talk(self, reader, writer).run()
        except (Hangup, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    def accept(self, content: bytes, recipient: str, mode: str) -> None:
        found = re.search(rb"^Message-ID: *(\S+)", content, re.MULTILINE | re.IGNORECASE)
        message_id = found.group(1).decode() if found else "-"
        self.log.write(f"{message_id} {recipient} {mode}\n")


class Talk:
    """One connection."""

    def __init__(
        self, sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.sink = sink
        self.reader = reader
        self.writer = writer
        self.mode = "ok"
        self.recipient = ""

    async def run(self) -> None:
        mode = self.sink.faults.next(CONNECT)
        if mode == "no_banner":
            raise Hangup
        self.say("421 busy" if mode == "banner_421" else "220 sink")
        while line := await self.reader.readline():
            verb = line[:4].upper().decode("latin-1").strip()
            await getattr(self, f"on_{verb.lower()}", self.on_other)(line.decode("latin-1"))

    def say(self, line: str) -> None:
        self.writer.write(f"{line}\r\n".encode())

    async def on_other(self, line: str) -> None:
        self.say("502 what?")

    async def on_ehlo(self, line: str) -> None:
        if self.sink.pipelining:
            self.say("250-sink")
        self.say("250 PIPELINING" if self.sink.pipelining else "250 sink")

    async def on_rset(self, line: str) -> None:
        self.say("250 ok")

    async def on_mail(self, line: str) -> None:
        self.mode = self.sink.faults.next(MESSAGE)
        if self.mode == "mail_drop":
            raise Hangup
        self.say("451 not now" if self.mode == "mail_451" else "250 ok")

    async def on_rcpt(self, line: str) -> None:
        self.recipient = line.partition("<")[2].partition(">")[0]
        if self.mode == "rcpt_drop":
            raise Hangup
        if self.mode == "rcpt_slow":
            await asyncio.sleep(self.sink.slow)
        answers = {"rcpt_450": "450 mailbox busy", "rcpt_550": "550 5.1.1 no such user"}
        self.say(answers.get(self.mode, "250 ok"))

    async def on_data(self, line: str) -> None:
        if self.mode == "data_421":
            self.say("421 closing")
            raise Hangup
        self.say("354 go on")
        if self.mode == "data_drop":
            await self.reader.read(200)
            raise Hangup
        content = await self.reader.readuntil(b"\r\n.\r\n")
        await self.judge(content)

    async def judge(self, content: bytes) -> None:
        refusals = {"dot_451": "451 try again", "dot_554": "554 no"}
        if self.mode in refusals:
            self.say(refusals[self.mode])
            return
        if self.mode == "dot_drop":
            raise Hangup
        self.sink.accept(content, self.recipient, self.mode)
        if self.mode == "accept_drop":
            raise Hangup
        if self.mode == "accept_silence":
            await asyncio.sleep(SILENCE)
        if self.mode == "accept_slow":
            await asyncio.sleep(self.sink.slow)
        self.say("250 taken")

    async def on_quit(self, line: str) -> None:
        mode = self.sink.faults.next(QUIT)
        if mode == "quit_hang":
            await asyncio.sleep(SILENCE)
        if mode != "quit_drop":
            self.say("221 bye")
            await self.writer.drain()
        raise Hangup


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--script", default="", help="modes in their order, then ok")
    parser.add_argument("--share", action="append", default=[], metavar="MODE=SHARE")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pipelining", action="store_true", help="offer it (RFC 2920)")
    parser.add_argument("--slow", type=float, default=3, help="seconds of the slow modes")
    return parser.parse_args()


async def main() -> None:
    options = arguments()
    script = [mode for mode in options.script.split(",") if mode]
    shares = {mode: float(share) for mode, _, share in (s.partition("=") for s in options.share)}
    unknown = {*script, *shares} - {*CONNECT, *MESSAGE, *QUIT}
    if unknown:
        raise SystemExit(f"No such mode: {', '.join(sorted(unknown))}")
    sink = Sink(options.log, Faults(script, shares, options.seed), options.slow, options.pipelining)
    server = await asyncio.start_server(sink.serve, options.host, options.port, limit=16 * 1024**2)
    sys.stdout.write(f"port {server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
