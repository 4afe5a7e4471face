"""Where the browser is, and a server that shows a folder: what browser tests stand on."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

# It asks the world for nothing: updates, variations and sign-in belong to no test.
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# The first is the same engine without a window's parts, and opens a page in half the time.
_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def chromium() -> str:
    """The Chromium of this machine, or nothing; `PIONEERS_CHROMIUM` names another."""
    named = os.environ.get("PIONEERS_CHROMIUM", "")
    found = named or next(filter(None, map(shutil.which, _NAMES)), "")
    return found or (str(_MAC) if _MAC.exists() else "")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Files of one folder below a path; what is not there gets the site's own 404.html."""

    below = "/"

    protocol_version = "HTTP/1.1"
    extensions_map: ClassVar = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".woff2": "font/woff2",
    }

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        if code != 404 or not page.is_file():
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def translate_path(self, path: str) -> str:
        inside = path.startswith(self.below)
        return super().translate_path(path.removeprefix(self.below) if inside else "/404")

    def log_message(self, *_: object) -> None:
        return


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        return  # a browser that closes early is no fault


@contextmanager
def served(folder: Path, below: str = "/") -> Iterator[str]:
    """Serve a folder on a free port of loopback; yields its address, with a slash at the end.

    Args:
        below: the path of the folder's address, with slashes around it.
    """
    handler = type("_Below", (_Quiet,), {"below": below})
    server = _Server(("127.0.0.1", 0), functools.partial(handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{below}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
