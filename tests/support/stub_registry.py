#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""A small OCI 1.1 registry in memory, on loopback, that can be told to misbehave.

    stub_registry.py [--seed LAYOUT] [--log FILE] [--fault "METHOD KIND ACTION…"]… [more]

When it is ready it prints its port; the second port on the line is that of "the other host", which
has the same blobs below /cdn/. The log has one JSON object for each request; of credentials it says
only which scheme was used.

--fault takes a method or `any`, a kind of request (ping manifest blob upload tags referrers token
cdn other any) and actions:

  path=REGEX longer=N      only where the path has this, where the body is longer
  times=N each=N after=N   only N requests in all, N for each path, not the first N
  status=N                 an error instead of the answer
    retry-after=TEXT         +N is a date N seconds from now
    challenge=TEXT           WWW-Authenticate
    location=URL             {self} {other} {path} are put in
    early                    answer before the body is read, then close
  html | text=TEXT         what the error says; \\x1b is understood (quote it as for a shell)
  body=TEXT | body=@FILE   instead of the body, as it is; digest and length fit it
  type=TEXT                instead of the Content-Type
  link=TEXT warning=TEXT header=NAME:TEXT   such a header
  nodigest | digest=TEXT   without Docker-Content-Digest, or with another
  flip                     one bit of the body is wrong
  grow=N shrink=N          N bytes more or less than there should be, with a length to match
  pad=N                    a manifest with N spaces behind it; the digest is right or not told
  cut=N                    the connection ends N bytes into the body of each answer
  norange                  Range is not understood
  endless                  the body has no end
  gzip-bomb                Content-Encoding: gzip, 10 GB of zeros
  rate=N                   N bytes a second
  hang                     no answer at all, until the client closes; the log has it at once
  stall=N                  the same after N bytes of the answer's body
  garbage                  an answer that is no HTTP
  drop=N                   the connection ends N bytes into the body of the request; a session keeps them
"""
import argparse
import base64
import contextlib
import email.utils
import hashlib
import http.server
import itertools
import json
import pathlib
import re
import shlex
import socket
import ssl
import sys
import threading
import time
import urllib.parse
import uuid
import zlib

INDEX = "application/vnd.oci.image.index.v1+json"
PIECE = 64 * 1024
LARGE = 16 << 20
FOREVER = sys.maxsize

ROUTES = [  # kind, path
    ("ping", re.compile(r"/v2/?")),
    ("tags", re.compile(r"/v2/(?P<name>.+)/tags/list")),
    ("referrers", re.compile(r"/v2/(?P<name>.+)/referrers/(?P<ref>[^/]+)")),
    ("manifest", re.compile(r"/v2/(?P<name>.+)/manifests/(?P<ref>[^/]+)")),
    ("upload", re.compile(r"/v2/(?P<name>.+)/blobs/uploads/(?P<ref>[^/]*)")),
    ("blob", re.compile(r"/v2/(?P<name>.+)/blobs/(?P<ref>[^/]+)")),
    ("token", re.compile(r"/token")),
    ("cdn", re.compile(r"/cdn/(?P<ref>[^/]+)")),
]


def sha256(data):
    """The digest of these bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Fault:
    """One --fault."""

    FLAGS = {"early", "html", "nodigest", "flip", "norange", "endless", "gzip-bomb", "hang",
             "garbage"}
    VALUES = {"status", "retry-after", "challenge", "location", "text", "body", "type", "link", "stall",
              "warning", "header", "digest", "grow", "shrink", "pad", "cut", "rate", "drop"}

    def __init__(self, text):
        self.method, self.kind, *words = shlex.split(text)
        self.actions = dict(word.partition("=")[::2] for word in words)
        self.path = re.compile(self.actions.pop("path", ""))
        self.longer = int(self.actions.pop("longer", -1))
        self.times = int(self.actions.pop("times", FOREVER))
        self.each = int(self.actions.pop("each", FOREVER))
        self.after = int(self.actions.pop("after", 0))
        self.seen, self.by_path = 0, {}
        for name in self.actions:
            if name not in self.FLAGS | self.VALUES:
                raise ValueError(f"no such action: {name}")

    def hits(self, method, kind, path, length):
        """Whether this request is one of those; counts it."""
        if (self.method not in (method, "any") or self.kind not in (kind, "any")
                or not self.path.search(path) or length <= self.longer):
            return False
        self.seen += 1
        self.by_path[path] = self.by_path.get(path, 0) + 1
        return self.after < self.seen <= self.after + self.times and self.by_path[path] <= self.each


class Content:
    """What the registry has: {digest: bytes}, {(name, digest): (type, bytes)}, {(name, tag): digest}."""

    def __init__(self):
        self.lock = threading.Lock()
        self.blobs, self.manifests, self.tags, self.owners = {}, {}, {}, set()
        self.uploads, self.ended = {}, set()

    def seed(self, layout):
        """Takes over an image layout: REPOSITORY:TAG are the names in its index."""
        folder = pathlib.Path(layout)
        for file in (folder / "blobs" / "sha256").iterdir():
            self.blobs["sha256:" + file.name] = file.read_bytes()
        for entry in json.loads((folder / "index.json").read_text())["manifests"]:
            name = entry.get("annotations", {}).get("org.opencontainers.image.ref.name", "")
            repository, _, tag = name.rpartition(":")
            if repository:
                self.tags[repository, tag] = entry["digest"]
                self._seed_manifest(repository, entry)

    def _seed_manifest(self, name, entry):
        body = self.blobs[entry["digest"]]
        self.manifests[name, entry["digest"]] = (entry["mediaType"], body)
        document = json.loads(body)
        for child in document.get("manifests", []):
            self._seed_manifest(name, child)
        for blob in [document.get("config"), *document.get("layers", [])]:
            if blob:
                self.owners.add((name, blob["digest"]))

    def find(self, name, ref):
        """(digest, type, bytes) of a manifest, or None."""
        digest = ref if ":" in ref else self.tags.get((name, ref))
        found = self.manifests.get((name, digest))
        return found and (digest, *found)

    def referrers(self, name, subject):
        """Descriptors of the manifests that name it as their subject."""
        found = []
        for (owner, digest), (media_type, body) in list(self.manifests.items()):
            document = json.loads(body) if owner == name else {}
            if (document.get("subject") or {}).get("digest") != subject:
                continue
            one = {"mediaType": media_type, "digest": digest, "size": len(body),
                   "artifactType": document.get("artifactType") or
                   (document.get("config") or {}).get("mediaType"),
                   "annotations": document.get("annotations")}
            found.append({key: value for key, value in one.items() if value})
        return found


class Reply:
    """An answer. body: bytes, or an iterator of pieces without a known length."""

    def __init__(self, status, body=b"", media_type=None, **headers):
        self.status, self.body = status, body.encode() if isinstance(body, str) else body
        self.headers = {key.replace("_", "-"): str(value) for key, value in headers.items()}
        if media_type:
            self.headers["Content-Type"] = media_type
        self.cut = self.rate = None

    @classmethod
    def error(cls, status, code, message="", **headers):
        """The JSON of the distribution-spec."""
        body = {"errors": [{"code": code, "message": message or code.lower().replace("_", " ")}]}
        return cls(status, json.dumps(body), "application/json", **headers)


class Dropped(Exception):
    """Nothing more is to be said on this connection."""


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    numbers = itertools.count(1)
    options = content = log = None
    faults = ()

    def setup(self):
        super().setup()
        self.number = next(Handler.numbers)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handle(self):
        # A client that tries TLS first gets the answer that Go's understand, at once.
        with contextlib.suppress(ConnectionError):
            if not self.options.tls and self.connection.recv(1, socket.MSG_PEEK) == b"\x16":
                self.wfile.write(b"HTTP/1.0 400 Bad Request\r\n\r\n")
                return
            super().handle()

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        """Not to stderr."""

    # --- a request -------------------------------------------------------------------------------

    def answer(self):
        """Any request: find the route, let faults happen, answer."""
        self.url = urllib.parse.urlsplit(self.path)
        self.query = urllib.parse.parse_qs(self.url.query)
        self.kind, self.name, self.ref = "other", None, None
        for kind, pattern in ROUTES:
            found = pattern.fullmatch(self.url.path)
            if found:
                groups = found.groupdict()
                self.kind, self.name = kind, groups.get("name")
                self.ref = urllib.parse.unquote(groups.get("ref") or "")
                break
        self.length = int(self.headers.get("Content-Length") or 0)
        self.body, self.status, self.sent = b"", 0, 0
        self.actions, self.is_noted = {}, False
        with self.content.lock:
            for fault in self.faults:
                if fault.hits(self.command, self.kind, self.url.path, self.length):
                    self.actions.update(fault.actions)
        try:
            self.send(self.spoil(self.reply()))
            if "early" in self.actions:
                self.linger()
        except (Dropped, OSError):
            self.close_connection = True
        finally:
            if not self.is_noted:
                self.note()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def note(self):
        """One line of the log."""
        said = {key.lower().replace("-", "_"): self.headers[key] for key in (
            "Range", "Content-Range", "Content-Type", "Accept", "If-None-Match", "Expect",
            "User-Agent", "Accept-Encoding") if key in self.headers}
        scheme = (self.headers.get("Authorization") or "").partition(" ")[0]
        self.log.write(json.dumps({
            "connection": self.number, "listener": self.server.listener, "method": self.command,
            "path": self.path, "kind": self.kind, "status": self.status,
            "authorization": scheme or None, "length": len(self.body), "sent": self.sent,
            **said}) + "\n")
        self.log.flush()

    def read_body(self):
        """All of it, unless the client is to be cut off."""
        limit = int(self.actions.get("drop", FOREVER))
        if "chunked" in (self.headers.get("Transfer-Encoding") or ""):
            while size := int(self.rfile.readline().partition(b";")[0], 16):
                self.body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            self.body = self.rfile.read(min(self.length, limit))
        if "drop" in self.actions:
            self.body = self.body[:limit]
            if self.kind == "upload" and self.ref in self.content.uploads:
                self.content.uploads[self.ref] += self.body
            raise Dropped

    def reply(self):
        """What is said to this request when all goes well."""
        actions = self.actions
        if "early" in actions:
            self.close_connection = True
        else:
            self.read_body()
        if "hang" in actions:
            self.wait_for_end()
        if "garbage" in actions:
            self.wfile.write(b"220 mail.example ESMTP\r\n\r\n")
            raise Dropped
        if "status" in actions:
            return self.refuse(int(actions["status"]))
        if self.options.max_body and len(self.body) > self.options.max_body:
            return Reply(413, "<html>413 Request Entity Too Large</html>", "text/html")
        denied = None if self.kind in ("token", "cdn") else self.denied()
        return denied or getattr(self, "on_" + self.kind)()

    def linger(self):
        """As nginx does, so that the client can read the answer: the rest is dropped for a while."""
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(5)
        while self.connection.recv(PIECE):
            pass

    def wait_for_end(self):
        """Until the client has enough; what it sends meanwhile is not looked at."""
        self.note()
        self.is_noted = True
        while self.connection.recv(PIECE):
            pass
        raise Dropped

    # --- faults ----------------------------------------------------------------------------------

    def fill(self, text):
        """Puts in the addresses."""
        scheme = "https" if self.options.tls else "http"
        here, other = self.server.port, self.server.other
        text = text.replace("{self}", f"{scheme}://127.0.0.1:{here}").replace("{path}", self.path)
        text = text.replace("{other}", f"http://127.0.0.1:{other}")
        return text.encode("latin-1", "replace").decode("unicode_escape")

    def refuse(self, status):
        """An error that was asked for."""
        actions = self.actions
        codes = {401: "UNAUTHORIZED", 403: "DENIED", 404: "NAME_UNKNOWN", 429: "TOOMANYREQUESTS"}
        reply = Reply.error(status, codes.get(status, "UNKNOWN"), self.fill(actions.get("text", "")))
        if "html" in actions:
            reply = Reply(status, "<!DOCTYPE html>\n<html><head><title>Oops</title></head>\n"
                          "<body><h1>Bad gateway</h1>\n<p>nginx</p></body></html>\n", "text/html")
        if "retry-after" in actions:
            after = actions["retry-after"]
            if after.startswith("+"):
                after = email.utils.formatdate(time.time() + int(after), usegmt=True)
            reply.headers["Retry-After"] = after
        if "challenge" in actions:
            reply.headers["WWW-Authenticate"] = self.fill(actions["challenge"])
        if "location" in actions:
            reply.headers["Location"] = self.fill(actions["location"])
        return reply

    def spoil(self, reply):
        """Makes the answer what the faults say."""
        actions, headers = self.actions, reply.headers
        if "body" in actions:
            text = actions["body"]
            reply.body = (pathlib.Path(text[1:]).read_bytes() if text.startswith("@")
                          else text.encode())
            reply.status = int(actions.get("status", 200))
        if "pad" in actions:
            pad(reply, int(actions["pad"]))
        if ("body" in actions or "pad" in actions) and "Docker-Content-Digest" in headers:
            headers["Docker-Content-Digest"] = sha256(reply.body)
            headers["ETag"] = f'"{sha256(reply.body)}"'
        if "type" in actions:
            headers["Content-Type"] = actions["type"]
        for name in ("link", "warning"):
            if name in actions:
                headers[name.title()] = self.fill(actions[name])
        if "header" in actions:
            name, _, text = actions["header"].partition(":")
            headers[name] = self.fill(text)
        if "nodigest" in actions:
            headers.pop("Docker-Content-Digest", None)
            headers.pop("ETag", None)
        if "digest" in actions:
            headers["Docker-Content-Digest"] = self.fill(actions["digest"])
        if self.options.warning:
            headers["Warning"] = f'299 - "{self.fill(self.options.warning)}"'
        self.spoil_body(reply)
        return reply

    def spoil_body(self, reply):
        """The part of it that is about bytes."""
        actions = self.actions
        if "flip" in actions and reply.body:
            reply.body = reply.body[:-1] + bytes([reply.body[-1] ^ 1])
        if "grow" in actions:
            reply.body += b"x" * int(actions["grow"])
        if "shrink" in actions:
            reply.body = reply.body[:-int(actions["shrink"])]
        if "endless" in actions:
            reply.body = itertools.chain([reply.body], itertools.repeat(b"\0" * PIECE))
        if "gzip-bomb" in actions:
            reply.headers["Content-Encoding"] = "gzip"
            reply.body = bomb()
        cut = actions.get("cut", actions.get("stall"))
        reply.cut = int(cut) if cut is not None else None
        reply.rate = int(actions["rate"]) if "rate" in actions else None

    def send(self, reply):
        """Writes the answer."""
        self.status = reply.status
        empty = self.command == "HEAD" or reply.status in (204, 304)
        is_stream = not isinstance(reply.body, bytes)
        self.send_response_only(reply.status)
        if is_stream:
            reply.headers["Connection"] = "close"
            self.close_connection = True
        elif reply.status not in (204, 304):
            reply.headers.setdefault("Content-Length", str(len(reply.body)))
        if self.close_connection:
            reply.headers["Connection"] = "close"
        for name, text in reply.headers.items():
            self.send_header(name, text)
        self.end_headers()
        if empty:
            return
        for piece in reply.body if is_stream else pieces(reply.body, reply.rate or PIECE):
            if reply.cut is not None and self.sent + len(piece) > reply.cut:
                self.wfile.write(piece[:reply.cut - self.sent])
                self.sent = reply.cut
                if "stall" in self.actions:
                    self.wait_for_end()
                raise Dropped
            self.wfile.write(piece)
            self.sent += len(piece)
            if reply.rate:
                time.sleep(1)

    # --- authorization ---------------------------------------------------------------------------

    def wanted(self):
        """The access that this request takes, as a scope; None where none is needed."""
        if not self.name:
            return None
        return f"repository:{self.name}:" + (
            "pull" if self.command in ("GET", "HEAD") and self.kind != "upload" else "pull,push")

    def denied(self):
        """A challenge, or None."""
        scheme, _, secret = (self.headers.get("Authorization") or "").partition(" ")
        if self.options.basic:
            good = base64.b64encode(self.options.basic.encode()).decode()
            if (scheme, secret) == ("Basic", good):
                return None
            return Reply.error(401, "UNAUTHORIZED", WWW_Authenticate='Basic realm="stub"')
        if not self.options.bearer:
            return None
        wanted, granted = self.wanted(), []
        with contextlib.suppress(ValueError):
            if scheme == "Bearer":
                granted = json.loads(base64.urlsafe_b64decode(secret))
        if granted and (not wanted or covers(granted, wanted)):
            return None
        realm = self.options.realm or "{self}/token"
        challenge = f'Bearer realm="{self.fill(realm)}",service="stub"'
        if wanted:
            challenge += f',scope="{wanted}"'
        return Reply.error(401, "UNAUTHORIZED", WWW_Authenticate=challenge)

    def on_token(self):
        """The token server of --bearer: the token is the list of what it allows."""
        query = self.query if self.command == "GET" else urllib.parse.parse_qs(self.body.decode())
        scheme, _, secret = (self.headers.get("Authorization") or "").partition(" ")
        user = base64.b64encode((self.options.bearer or "").encode()).decode()
        if scheme and (scheme, secret) != ("Basic", user):
            return Reply.error(401, "UNAUTHORIZED", "bad credentials")
        if self.command == "POST" and query.get("refresh_token") != ["identity-of-user"]:
            return Reply.error(401, "UNAUTHORIZED", "bad identity token")
        granted = [one for scope in query.get("scope", []) for one in scope.split(" ")]
        if not scheme and self.command == "GET" and not self.options.anonymous:
            granted = [one for one in granted if one.startswith("repository:public/")]
        token = base64.urlsafe_b64encode(json.dumps(["login", *granted]).encode()).decode()
        return Reply(200, json.dumps({"token": token, "expires_in": self.options.expires_in}),
                     "application/json")

    # --- the registry ----------------------------------------------------------------------------

    def on_ping(self):
        """end-1"""
        return Reply(200, "{}", "application/json", Docker_Distribution_API_Version="registry/2.0")

    def on_other(self):
        """Whatever is no part of a registry."""
        return Reply(404, "404 page not found\n", "text/plain")

    def on_tags(self):
        """end-8"""
        tags = sorted(tag for name, tag in self.content.tags if name == self.name)
        if not tags:
            return Reply.error(404, "NAME_UNKNOWN")
        last = self.query.get("last", [""])[0]
        rest = [tag for tag in tags if tag > last]
        count = int(self.query.get("n", ["0"])[0]) or len(rest)
        page = rest[:min(count, self.options.page or count)]
        headers = {}
        if len(page) < len(rest):
            headers["Link"] = (f"<{self.url.path}?n={len(page)}&last="
                               f'{urllib.parse.quote(page[-1])}>; rel="next"')
        return Reply(200, json.dumps({"name": self.name, "tags": page}), "application/json",
                     **headers)

    def on_referrers(self):
        """end-12"""
        if self.options.no_referrers:
            return self.on_other()
        found, headers = self.content.referrers(self.name, self.ref), {}
        if self.options.filter and "artifactType" in self.query:
            wanted = self.query["artifactType"][0]
            found = [one for one in found if one.get("artifactType") == wanted]
            headers["OCI-Filters-Applied"] = "artifactType"
        last = int(self.query.get("last", ["0"])[0])
        page = found[last:last + (self.options.page or len(found))]
        if last + len(page) < len(found):
            headers["Link"] = f'<{self.url.path}?last={last + len(page)}>; rel="next"'
        return Reply(200, json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": page}),
                     INDEX, **headers)

    def on_manifest(self):
        """end-3, end-7, end-9"""
        if self.command == "PUT":
            return self.put_manifest()
        found = self.content.find(self.name, self.ref)
        if not found:
            return Reply.error(404, "MANIFEST_UNKNOWN")
        digest, media_type, body = found
        if self.command == "DELETE":
            del self.content.manifests[self.name, digest]
            return Reply(202)
        accept = ",".join(self.headers.get_all("Accept") or ["*/*"])
        if media_type not in accept and "*/*" not in accept:
            return Reply.error(404, "MANIFEST_UNKNOWN", "accept header does not support it")
        headers = {"Docker_Content_Digest": digest, "ETag": f'"{digest}"'}
        if (self.headers.get("If-None-Match") or "").strip('"') == digest:
            return Reply(304, **headers)
        return Reply(200, body, media_type, **headers)

    def put_manifest(self):
        """end-7"""
        digest = sha256(self.body)
        if ":" in self.ref and self.ref != digest:
            return Reply.error(400, "DIGEST_INVALID")
        document = json.loads(self.body)
        if document.get("mediaType") != self.headers.get("Content-Type"):
            return Reply.error(400, "MANIFEST_INVALID", "mediaType is not the Content-Type")
        wanted = [document.get("config"), *document.get("layers", [])]
        absent = [blob["digest"] for blob in wanted
                  if blob and (self.name, blob["digest"]) not in self.content.owners]
        absent += [one["digest"] for one in document.get("manifests", [])
                   if (self.name, one["digest"]) not in self.content.manifests]
        if absent:
            errors = [{"code": "MANIFEST_BLOB_UNKNOWN", "message": "blob unknown to registry",
                       "detail": one} for one in absent]
            return Reply(400, json.dumps({"errors": errors}), "application/json")
        with self.content.lock:
            self.content.manifests[self.name, digest] = (document["mediaType"], self.body)
            if ":" not in self.ref:
                self.content.tags[self.name, self.ref] = digest
        headers = {"Docker_Content_Digest": digest}
        subject = document.get("subject")
        if subject and not self.options.no_referrers and not self.options.no_subject:
            headers["OCI_Subject"] = subject["digest"]
        return Reply(201, Location=f"/v2/{self.name}/manifests/{digest}", **headers)

    def on_blob(self):
        """end-2, end-10"""
        if (self.name, self.ref) not in self.content.owners:
            return Reply.error(404, "BLOB_UNKNOWN")
        if self.command == "DELETE":
            self.content.owners.discard((self.name, self.ref))
            return Reply(202)
        if self.options.redirect_blobs and self.command == "GET":
            return Reply(307, Location=self.fill("{other}/cdn/") + self.ref)
        return self.blob()

    def on_cdn(self):
        """Where --redirect-blobs leads."""
        return self.blob() if self.ref in self.content.blobs else Reply.error(404, "BLOB_UNKNOWN")

    def blob(self):
        """The bytes, or the range that was asked for."""
        data = self.content.blobs[self.ref]
        headers = {"Docker_Content_Digest": self.ref, "ETag": f'"{self.ref}"',
                   "Accept_Ranges": "bytes"}
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        if not asked or "norange" in self.actions or self.options.no_range:
            return Reply(200, data, "application/octet-stream", **headers)
        first = int(asked.group(1))
        last = min(int(asked.group(2) or len(data)), len(data) - 1)
        if first > last:
            return Reply(416, Content_Range=f"bytes */{len(data)}")
        headers["Content_Range"] = f"bytes {first}-{last}/{len(data)}"
        return Reply(206, data[first:last + 1], "application/octet-stream", **headers)

    # --- uploads ---------------------------------------------------------------------------------

    def session(self, status, ident, **headers):
        """An answer with the Location of an upload; each has a state that is good for one request."""
        data = self.content.uploads[ident]
        location = f"/v2/{self.name}/blobs/uploads/{ident}?_state={len(data)}%2F{ident[:8]}"
        if not self.options.relative:
            location = self.fill("{self}") + location
        if self.options.chunk_min:
            headers["OCI-Chunk-Min-Length"] = self.options.chunk_min
        return Reply(status, Location=location, Range=f"0-{max(len(data) - 1, 0)}",
                     Docker_Upload_UUID=ident, **headers)

    def store(self, data, digest):
        """A complete blob."""
        if sha256(data) != digest:
            return Reply.error(400, "DIGEST_INVALID")
        with self.content.lock:
            self.content.blobs[digest] = data
            self.content.owners.add((self.name, digest))
        return Reply(201, Location=f"/v2/{self.name}/blobs/{digest}", Docker_Content_Digest=digest)

    def mounted(self):
        """The answer to ?mount=, or None for "open a session"."""
        digest, source = self.query["mount"][0], self.query.get("from", [None])[0]
        if self.options.mount not in (201, 202):
            return Reply.error(self.options.mount, "UNSUPPORTED")
        if self.options.mount == 201 and (source, digest) in self.content.owners:
            self.content.owners.add((self.name, digest))
            return Reply(201, Location=f"/v2/{self.name}/blobs/{digest}",
                         Docker_Content_Digest=digest)
        return None

    def on_upload(self):
        """end-4 to end-6, end-11, end-13, end-14"""
        uploads, digest = self.content.uploads, self.query.get("digest", [""])[0]
        if self.command == "POST":
            reply = self.mounted() if "mount" in self.query else None
            if not reply and digest and self.options.single_post:
                return self.store(self.body, digest)
            if reply:
                return reply
            ident = str(uuid.uuid4())
            uploads[ident] = b""
            return self.session(202, ident)
        if self.ref not in uploads:
            return Reply.error(404, "BLOB_UPLOAD_UNKNOWN")
        if self.command == "GET":
            return self.session(204, self.ref)
        if self.command == "DELETE":
            del uploads[self.ref]
            return Reply(204)
        return self.add(uploads, digest)

    def add(self, uploads, digest):
        """PATCH and PUT: the next piece, or the last."""
        have = len(uploads[self.ref])
        asked = re.fullmatch(r"(\d+)-(\d+)", self.headers.get("Content-Range") or "")
        state = self.query.get("_state", [""])[0]
        starts = int(asked.group(1)) if asked else have
        if starts != have or state != f"{have}/{self.ref[:8]}":
            return self.session(416, self.ref)
        # only the last piece may be short
        if self.body and self.ref in self.content.ended:
            return Reply.error(400, "SIZE_INVALID", "a piece was shorter than OCI-Chunk-Min-Length")
        if asked and int(asked.group(2)) - starts + 1 != len(self.body):
            return Reply.error(400, "SIZE_INVALID")
        if self.command == "PATCH" and len(self.body) < (self.options.chunk_min or 0):
            self.content.ended.add(self.ref)
        uploads[self.ref] += self.body
        if self.command == "PATCH":
            return self.session(202, self.ref)
        return self.store(uploads.pop(self.ref), digest)


def pad(reply, size):
    """Spaces behind the body; many of them are made on the way, and then without a digest."""
    if size <= LARGE:
        reply.body += b" " * size
        return
    reply.headers["Content-Length"] = str(len(reply.body) + size)
    reply.headers.pop("Docker-Content-Digest", None)
    reply.headers.pop("ETag", None)
    reply.body = itertools.chain([reply.body], itertools.repeat(b" " * PIECE, size // PIECE),
                                 [b" " * (size % PIECE)])


def covers(granted, wanted):
    """Whether one of the scopes allows as much as the wanted one."""
    name, _, actions = wanted.rpartition(":")
    for scope in granted:
        owner, _, allowed = scope.rpartition(":")
        if owner == name and set(actions.split(",")) <= set(allowed.split(",")):
            return True
    return False


def pieces(data, size):
    """The bytes in pieces of this size."""
    view = memoryview(data)
    return (view[at:at + size] for at in range(0, len(data), size))


def bomb():
    """
    Pieces of a gzip stream of 10 GB of zeros, without its checksum, which nobody comes to. They are
    compressed once: doing so while sending is slower than a reader's time limit on a busy machine.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    yield packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    piece = packer.compress(bytes(10_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(1_000):
        yield piece


class Server(http.server.ThreadingHTTPServer):
    """A listener: "main" or "other"."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, listener, options):
        super().__init__(("127.0.0.1", 0), Handler)
        self.listener, self.port, self.other = listener, self.server_address[1], None
        self.context = None
        if options.tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*options.tls)

    def finish_request(self, request, client_address):
        # in the connection's own thread, so that one bad handshake stops nobody else
        with contextlib.suppress(OSError):
            if self.context:
                request = self.context.wrap_socket(request, server_side=True)
            super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def parse():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--seed", metavar="LAYOUT", action="append", default=[], help="image layout to start from")
    add("--log", default="/dev/null")
    add("--fault", action="append", default=[], type=Fault, help="see above")
    add("--tls", nargs=2, metavar=("CERT", "KEY"))
    add("--basic", metavar="USER:PASSWORD")
    add("--bearer", metavar="USER:PASSWORD", help="tokens, of a server at /token")
    add("--realm", help="instead of {self}/token")
    add("--anonymous", action="store_true", help="tokens for everything to everybody")
    add("--expires-in", type=int, default=300)
    add("--redirect-blobs", action="store_true", help="to the other host")
    add("--single-post", action="store_true", help="POST ?digest= stores the body")
    add("--mount", type=int, default=201, help="answer to ?mount=: 201 (where it can), 202, 404, …")
    add("--chunk-min", type=int, help="OCI-Chunk-Min-Length")
    add("--max-body", type=int, help="413 for a longer one")
    add("--relative", action="store_true", help="relative Locations")
    add("--no-range", action="store_true")
    add("--no-referrers", action="store_true", help="no referrers API")
    add("--no-subject", action="store_true", help="no OCI-Subject")
    add("--filter", action="store_true", help="referrers are filtered here")
    add("--page", type=int, help="entries on a page of tags or referrers")
    add("--warning", help="Warning header of every answer")
    return parser.parse_args()


def main():
    """Serves until it is killed."""
    options = parse()
    content = Content()
    for layout in options.seed:
        content.seed(layout)
    with open(options.log, "a", encoding="utf-8") as log:
        Handler.options, Handler.content, Handler.log = options, content, log
        Handler.faults = options.fault
        server, other = Server("main", options), Server("other", argparse.Namespace(tls=None))
        server.other, other.other = other.port, server.port
        threading.Thread(target=other.serve_forever, daemon=True).start()
        print(server.port, other.port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
