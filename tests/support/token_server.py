#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""A token server for docker-registry's "token" authentication, on loopback.

    token_server.py --key KEY --cert CERT [--ttl SECONDS] [--log FILE]

Prints its port when it is ready. The user is user, who may do everything; anybody may pull
from public/*. GET with Basic or nothing, POST of OAuth2 with a password or the identity token
"identity-of-user". The log has a JSON object for each request, without credentials. Tokens are
signed by openssl(1).
"""
import argparse
import base64
import http.server
import json
import os
import pathlib
import subprocess
import time
import urllib.parse

SERVICE, ISSUER = "epm-test", "epm-test-issuer"  # as in registry.bash
USER, PASSWORD, IDENTITY = "user", "tr0ub4dor-horse", "identity-of-user"


def b64url(data):
    """Without padding, as in a JWT."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    options = certificate = log = None

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        """Not to stderr."""

    def token(self, subject, access):
        """A JWT."""
        now = int(time.time())
        head = {"typ": "JWT", "alg": "RS256", "x5c": [self.certificate]}
        claims = {"iss": ISSUER, "sub": subject, "aud": SERVICE, "iat": now, "nbf": now - 10,
                  "exp": now + self.options.ttl, "jti": b64url(os.urandom(8)), "access": access}
        text = b64url(json.dumps(head).encode()) + "." + b64url(json.dumps(claims).encode())
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.options.key],
                                   input=text.encode(), stdout=subprocess.PIPE, check=True).stdout
        return text + "." + b64url(signature)

    def who(self, form):
        """The user, "" for nobody in particular, None for a wrong password."""
        if self.command == "POST":
            if form.get("grant_type") == ["refresh_token"]:
                return USER if form.get("refresh_token") == [IDENTITY] else None
            given = (form.get("username"), form.get("password"))
            return USER if given == ([USER], [PASSWORD]) else None
        scheme, _, secret = (self.headers.get("Authorization") or "").partition(" ")
        if not scheme:
            return ""
        good = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        return USER if (scheme, secret) == ("Basic", good) else None

    def answer(self):
        """A token, or 401."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        query = urllib.parse.urlsplit(self.path).query
        form = urllib.parse.parse_qs(query if self.command == "GET" else body)
        user = self.who(form)
        scopes = [scope for text in form.get("scope", []) for scope in text.split(" ") if scope]
        self.log.write(json.dumps({
            "method": self.command, "path": self.path, "user": user, "scopes": scopes,
            "grant": form.get("grant_type", [None])[0],
            "authorization": (self.headers.get("Authorization") or "").partition(" ")[0] or None,
        }) + "\n")
        self.log.flush()
        if user is None:
            return self.send(401, {"errors": [{"code": "UNAUTHORIZED",
                                               "message": "bad credentials"}]})
        access = []
        for scope in scopes:
            kind, _, rest = scope.partition(":")
            name, _, actions = rest.rpartition(":")
            allowed = actions.split(",")
            if not user:
                allowed = ["pull"] if "pull" in allowed and name.startswith("public/") else []
            if allowed:
                access.append({"type": kind, "name": name, "actions": allowed})
        token = self.token(user, access)
        result = {"token": token, "access_token": token, "expires_in": self.options.ttl,
                  "issued_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        if self.command == "POST" or "offline_token" in form:
            result["refresh_token"] = IDENTITY
        return self.send(200, result)

    do_GET = do_POST = answer

    def send(self, status, value):
        """JSON."""
        body = json.dumps(value).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    """Serves until it is killed."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--key", required=True)
    parser.add_argument("--cert", required=True)
    parser.add_argument("--ttl", type=int, default=300, help="seconds a token is good for")
    parser.add_argument("--log", default="/dev/null")
    Handler.options = parser.parse_args()
    pem = pathlib.Path(Handler.options.cert).read_text(encoding="ascii")
    Handler.certificate = "".join(pem.split("-----")[2].split())
    with open(Handler.options.log, "a", encoding="utf-8") as log:
        Handler.log = log
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
