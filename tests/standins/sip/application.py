"""The two questions that the edge asks the application, answered from a table."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "edge-token-of-the-tests"


@dataclass
class Application:
    """Who has which HA1, which (grant, number, user) is allowed with which caller ID; one page."""

    ha1: dict[str, str] = field(default_factory=dict)
    grants: dict[tuple[str, str, str], str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    page: str = ""
    down: bool = False
    url: str = ""

    def reply(self, path: str, token: str | None) -> tuple[int, str]:
        """Return the status and the body for a request of the edge."""
        address = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.asked.append(path)
        if address.path == "/":
            return 200, self.page
        if self.down:
            return 500, ""
        if token != TOKEN:
            return 401, ""
        if address.path == "/internal/sip/ha1":
            ha1 = self.ha1.get(query["user"])
            return (200, ha1) if ha1 else (404, "")
        key = (query["grant"], query["number"], query["user"])
        return (200, self.grants[key]) if key in self.grants else (403, "")


@contextmanager
def serving(application: Application) -> Iterator[Application]:
    """Answer on a free loopback port for the block; `application.url` says where."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, text = application.reply(self.path, self.headers.get("X-Edge-Token"))
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    application.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield application
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
