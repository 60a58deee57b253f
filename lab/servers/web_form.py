#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""web_form.py ADDRESS RECIPIENT: a contact form as a thousand sites have it: what is posted goes to RECIPIENT by sendmail."""
import http.server
import subprocess
import sys
import urllib.parse


class Form(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        fields = urllib.parse.parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        text = fields.get("text", [""])[0].replace("\r", "")
        message = f"From: form@example.com\nTo: {sys.argv[2]}\nSubject: from the contact form\n\n{text}\n"
        done = subprocess.run(["sendmail", "-i", "-f", "<>", sys.argv[2]], input=message, text=True)
        self.send_response(200 if done.returncode == 0 else 500)
        self.end_headers()


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer((sys.argv[1], 80), Form)
    print("listening", flush=True)
    server.serve_forever()
