# SPDX-License-Identifier: Apache-2.0
"""alarm_receiver.py ADDRESS PORT LOG: an administrator's own web server; refuses the first call, takes the others; LOG gets a JSON line each."""
import http.server
import json
import sys
import time

address, port, log = sys.argv[1:]


class Handler(http.server.BaseHTTPRequestHandler):
    calls = 0

    def do_POST(self):
        Handler.calls += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = 503 if Handler.calls == 1 else 204
        with open(log, "a") as out:
            out.write(json.dumps({"at": time.time(), "status": status, "path": self.path, "type": self.headers["Content-Type"], "body": json.loads(body)}) + "\n")
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer((address, int(port)), Handler).serve_forever()
