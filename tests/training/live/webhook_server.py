"""An HTTP server that receives alerts and answers as it is told."""

import http.server
import json
import threading

SECRET = "T0123-very-secret"


class Server(http.server.ThreadingHTTPServer):
    """A server on this machine that keeps what it receives.

    Attributes:
        answers: Status, headers and body of each answer, the last one for all that follow. A status
            of None: no answer until the test ends.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.received, self.answers = [], [(200, {}, b"ok")]
        self.released = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/services/{SECRET}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        answers = self.server.answers
        self.server.received.append((self.path, dict(self.headers), json.loads(data)))
        status, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
        if status is None:
            self.server.released.wait(60)
            return
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.server.received.append((self.path, dict(self.headers), None))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        pass
