"""A stand-in for Gemini's generateContent: answers from a script, and keeps what it was asked."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Generating(ThreadingHTTPServer):
    """Answers generateContent from a script; each answer is a list of parts."""

    def __init__(self) -> None:
        self.script: list[list[dict[str, Any]]] = []
        self.asked: list[dict[str, Any]] = []
        self.status = 200
        super().__init__(("127.0.0.1", 0), _Answers)


class _Answers(BaseHTTPRequestHandler):
    server: Generating

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(json.loads(body))
        parts = self.server.script.pop(0) if self.server.script else [{"text": "Well."}]
        answer = {"candidates": [{"content": {"role": "model", "parts": parts}}]}
        sent = json.dumps(answer if self.server.status == 200 else {"error": {}}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""
