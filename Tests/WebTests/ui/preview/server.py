"""Serves Web/ as the node does, security headers included, and the preview page beside it. Loopback only.

usage: server.py [PORT]: then open http://localhost:PORT/preview/?scene=call
"""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
WEB = HERE.parents[3] / "Web"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cache-Control": "no-store",
}


class Handler(SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        path = path.split("?")[0].split("#")[0]
        if path.startswith("/preview/") and path != "/preview/":
            return str(HERE / path.removeprefix("/preview/"))
        if path == "/" or path == "/preview/" or path.startswith("/r/"):
            return str(WEB / "index.html")
        return str(WEB / path.lstrip("/"))

    def send_head(self):
        if not self.path.startswith("/preview/?"):
            return super().send_head()
        import io

        page = (WEB / "index.html").read_text().replace("/app/main.js", "/preview/preview.js").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        return io.BytesIO(page)

    def end_headers(self):
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_):
        pass


def serve(port: int = 0) -> ThreadingHTTPServer:
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Handler))


if __name__ == "__main__":
    server = serve(int(sys.argv[1]) if len(sys.argv) > 1 else 8600)
    print(f"http://localhost:{server.server_port}/preview/?scene=home")
    server.serve_forever()
