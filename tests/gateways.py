"""Stand-ins that speak the interfaces of Telegram and of Twilio, on real sockets.

`answer` is what the next requests get: a status with a body, "drop" or "silence".
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl


class Gateway(ThreadingHTTPServer):
    """Takes everything and keeps it: `asked` are (path, headers, content) in their order."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.answer: Any = None
        self.headers: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def contents(self) -> list[dict[str, Any]]:
        return [content for _path, _headers, content in self.asked]

    def taken(self, path: str, content: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        raise NotImplementedError


class BotApi(Gateway):
    """core.telegram.org/bots/api"""

    def taken(self, path: str, content: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if path.endswith("/setWebhook"):
            return 200, {"ok": True, "result": True, "description": "Webhook was set"}
        chat = {"id": content["chat_id"], "type": "private"}
        result = {"message_id": len(self.asked), "chat": chat, "text": content["text"]}
        return 200, {"ok": True, "result": result}

    def refuse(self, code: int, words: str, **parameters: Any) -> None:
        said = {"ok": False, "error_code": code, "description": words}
        self.answer = (code, said | ({"parameters": parameters} if parameters else {}))


class TwilioApi(Gateway):
    """twilio.com/docs/messaging/api/message-resource"""

    def taken(self, path: str, content: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return 201, {"sid": f"SM{len(self.asked):032d}", "status": "queued", "to": content["To"]}

    def refuse(self, status: int, code: int, words: str) -> None:
        self.answer = (status, {"code": code, "message": words, "status": status})


class Handler(BaseHTTPRequestHandler):
    server: Gateway
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
        is_json = self.headers["Content-Type"] == "application/json"
        content = json.loads(raw) if is_json else dict(parse_qsl(raw))
        self.server.asked.append((self.path, dict(self.headers), content))
        if self.server.answer == "silence":
            time.sleep(2)
        if isinstance(self.server.answer, str):
            self.close_connection = True
            return
        self._say(*(self.server.answer or self.server.taken(self.path, content)))

    def _say(self, status: int, said: Any) -> None:
        body = said.encode() if isinstance(said, str) else json.dumps(said).encode()
        self.send_response(status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: Any) -> None:
        pass


@contextmanager
def running(gateway: Gateway) -> Iterator[Gateway]:
    thread = threading.Thread(target=gateway.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield gateway
    finally:
        gateway.shutdown()
        gateway.server_close()
        thread.join()
