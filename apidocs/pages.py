"""Serves the API description: `/` to read it and to try calls, `/openapi.json` for tools. Needs no network."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import swagger_ui_bundle

from apidocs.openapi import DOCUMENT

FILES = Path(str(swagger_ui_bundle.swagger_ui_path))
TYPES = {".css": "text/css", ".js": "text/javascript", ".png": "image/png"}
ASSETS = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-16x16.png", "favicon-32x32.png")
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Holdfast API</title>
<link rel="icon" href="favicon-32x32.png">
<link rel="stylesheet" href="swagger-ui.css">
<div id="api"></div>
<script src="swagger-ui-bundle.js"></script>
<script>
  SwaggerUIBundle({
    url: "openapi.json", dom_id: "#api", deepLinking: true, persistAuthorization: true, validatorUrl: null,
  })
</script>
</html>
"""


def described(api_url: str) -> bytes:
    """docs/openapi.json, with the running API as its server."""
    document = json.loads(DOCUMENT.read_text())
    document["servers"] = [{"url": api_url}]
    return json.dumps(document).encode()


@contextmanager
def pages(port: int, api_url: str) -> Iterator[str]:
    """Serves the pages on 127.0.0.1 within the context; gives their address."""
    responses = {"/": ("text/html", PAGE.encode()), "/openapi.json": ("application/json", described(api_url))}
    responses |= {f"/{name}": (TYPES[Path(name).suffix], (FILES / name).read_bytes()) for name in ASSETS}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            status = 200 if path in responses else 404
            media_type, body = responses.get(path, ("text/plain", b"No such page."))
            self.send_response(status)
            self.send_header("Content-Type", f"{media_type}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Logs nothing: the terminal is for the functions' lines."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
