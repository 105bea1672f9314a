#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""The services of sigstore on loopback, from nothing but Python and openssl(1): a certificate
authority with the API of Fulcio 2 and a log of certificates, transparency logs with the APIs of Rekor
1 and 2 and real Merkle trees, a timestamp authority (RFC 3161), and where a CI system gives tokens.

    fake_sigstore.py --log FILE --out FOLDER [--tls CERTIFICATE KEY]

When it is ready it prints its port and that of another one, which answers 200 to everything. FOLDER
then has

    trusted_root.json           signing_config.json (log), _tsa (both), _only_tsa, _v2 (both, the
                                log by its API 2), _v2_only, _v3
    token.jwt                   of GITHUB's, for workflow()
    token-email.jwt             for dev@example.org
    token-expired.jwt token-unverified.jwt
    fault                       what goes wrong from now on, words separated by blanks; see below

The log has a JSON object for each request; "auth" says whether it had an Authorization.

    SERVICE:STATUS              ca, log or tsa answers this status; SERVICE:STATUS*N N times only
    SERVICE:redirect            to the other port
    SERVICE:huge :truncated :empty :text :hang :close
    ca:other-key ca:wrong-sct ca:no-sct ca:other-ca ca:detached ca:server (its usage)
    log:other-entry log:wrong-set log:wrong-proof log:wrong-checkpoint log:other-log
    tsa:other-data tsa:rejected tsa:other-tsa tsa:replay
"""
import argparse
import base64
import contextlib
import hashlib
import http.server
import json
import pathlib
import ssl
import struct
import threading
import time
import urllib.parse

import der

GITHUB = "https://token.actions.githubusercontent.com"
WORKFLOW = "acme/ebpf/.github/workflows/release.yml@refs/tags/v1"
FULCIO = "1.3.6.1.4.1.57264.1."
SCTS = "1.3.6.1.4.1.11129.2.4.2"
CODE, STAMP, SERVER = "1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.1"
YEAR = 365 * 86400


def b64(data):
    """Base64 as text."""
    return base64.b64encode(data).decode()


def sha(data):
    """SHA-256."""
    return hashlib.sha256(data).digest()


def canonical(value):
    """JCS, for what has no odd numbers or characters."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def rfc3339(seconds):
    """A time."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


class Refused(Exception):
    """An answer that is an error: status and words."""


class Authority:
    """A root and a certificate below it that signs others."""

    def __init__(self, folder, title, usage):
        self.key, root_key = der.new_key(folder / f"{title}.key"), der.new_key(folder / "root.key")
        self.name, self.spki = der.name(title), der.spki(self.key)
        root_name, root_spki = der.name(title + " root"), der.spki(root_key)
        life = (time.time() - YEAR, time.time() + YEAR)
        self.root = der.certificate(
            der.tbs(root_name, (root_name, root_spki), root_spki, life, der.CA), root_key)
        below = usage or [*der.CA, der.extension("2.5.29.37", der.usage(CODE))]
        self.certificate = der.certificate(
            der.tbs(self.name, (root_name, root_spki), self.spki, life, below), root_key)

    @property
    def chain(self):
        """For the trusted root."""
        return {"certificates": [{"rawBytes": b64(c)} for c in (self.certificate, self.root)]}


class Fulcio:
    """The certificate authority with its log of certificates."""

    def __init__(self, folder):
        self.folder = folder
        self.good, self.other = (Authority(folder, t, None) for t in ("fulcio", "another"))
        self.ct_key = der.new_key(folder / "ct.key")
        self.ct_spki = der.spki(self.ct_key)

    def sct(self, body, issuer, faults):
        """A list of one signed certificate timestamp, RFC 6962 3.3."""
        head = struct.pack(">HQH", 0, int(time.time() * 1000), 1)
        signed = (head + sha(issuer.spki) + struct.pack(">I", len(body))[1:] + body + b"\0\0")
        if "ca:wrong-sct" in faults:
            signed += b"?"
        signature = der.sign(self.ct_key, signed)
        one = (b"\0" + sha(self.ct_spki) + head[2:10] + b"\0\0\4\3" +
               struct.pack(">H", len(signature)) + signature)
        return struct.pack(">HH", len(one) + 2, len(one)) + one

    @staticmethod
    def identity(claims):
        """Extensions that say who it is."""
        issuer = claims["iss"]
        if "email" in claims:
            san = der.tlv(0x81, claims["email"].encode())
        elif issuer == GITHUB:
            san = der.tlv(0x86, ("https://github.com/" + claims["job_workflow_ref"]).encode())
        else:
            san = der.tlv(0x86, claims["sub"].encode())
        out = [der.extension("2.5.29.17", der.seq(san), True),
               der.extension(FULCIO + "1", issuer.encode()),
               der.extension(FULCIO + "8", der.utf8(issuer))]
        for number, claim in (("2", "event_name"), ("3", "sha"), ("5", "repository"), ("6", "ref")):
            if claim in claims:
                out.append(der.extension(FULCIO + number, claims[claim].encode()))
        return out

    def issue(self, public, claims, faults):
        """A chain in PEM, the leaf first."""
        issuer = self.other if "ca:other-ca" in faults else self.good
        if "ca:other-key" in faults:
            public = der.spki(der.new_key(self.folder / "stranger.key"))
        usage = SERVER if "ca:server" in faults else CODE
        parts = [*der.SIGNER, der.extension("2.5.29.37", der.usage(usage)), *self.identity(claims)]
        life = (time.time() - 5, time.time() + 600)
        body = der.tbs(der.seq(), (issuer.name, issuer.spki), public, life, parts)
        sct = self.sct(body, issuer, faults)
        if not {"ca:no-sct", "ca:detached"} & faults:
            parts.append(der.extension(SCTS, der.octets(sct)))
            # where der.tbs() puts the identifiers of keys must be the same with and without
            body = der.tbs(der.seq(), (issuer.name, issuer.spki), public, life, parts)
        return [der.pem(c) for c in (der.certificate(body, issuer.key), issuer.certificate,
                                     issuer.root)], sct

    def answer(self, text, token, faults):
        """CreateSigningCertificate."""
        try:
            claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
            request = json.loads(text)["publicKeyRequest"]
            pem, proof = request["publicKey"]["content"], request["proofOfPossession"]
        except (IndexError, KeyError, ValueError) as error:
            raise Refused(400, "There was an error processing the request") from error
        if claims["exp"] < time.time():
            raise Refused(401, "There was an error processing the identity token: expired")
        subject = claims.get("email", claims["sub"])
        if not der.verifies(pem.encode(), base64.b64decode(proof), subject.encode(), self.folder):
            raise Refused(400, "The signature supplied in the request could not be verified")
        chain, sct = self.issue(der.unpem(pem), claims, faults)
        if "ca:detached" in faults:
            return {"signedCertificateDetachedSct": {
                "chain": {"certificates": chain}, "signedCertificateTimestamp": b64(sct)}}
        return {"signedCertificateEmbeddedSct": {"chain": {"certificates": chain}}}


def root_of(hashes):
    """Of a Merkle tree, RFC 6962 2.1."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha(b"\1" + root_of(hashes[:split]) + root_of(hashes[split:]))


def path_to(index, hashes):
    """The audit path, RFC 6962 2.1.1."""
    if len(hashes) == 1:
        return []
    split = 1 << (len(hashes) - 1).bit_length() - 1
    if index < split:
        return path_to(index, hashes[:split]) + [root_of(hashes[split:])]
    return path_to(index - split, hashes[split:]) + [root_of(hashes[:split])]


def verifies_digest(public, signature, digest, folder):
    """Whether a signature in base64 over what has this SHA-256 is good."""
    files = []
    for title, data in (("hash", digest), ("sig", base64.b64decode(signature)), ("pub", public)):
        files.append(folder / f"digest.{title}")
        files[-1].write_bytes(data)
    return b"Verified Successfully" in der.openssl(
        "pkeyutl", "-verify", "-pubin", "-inkey", files[2], "-in", files[0], "-sigfile", files[1],
        "-pkeyopt", "digest:sha256")


class Rekor:
    """The transparency log."""

    def __init__(self, folder, host):
        self.folder, self.host = folder, host
        self.key, self.stranger = (der.new_key(folder / k) for k in ("rekor.key", "other.key"))
        self.spki = der.spki(self.key)
        self.entries = [(b"filler %d" % i, 0) for i in range(5)]

    def public(self, pem):
        """The key of a verifier, which is a key or a certificate."""
        if b"CERTIFICATE" in pem:
            return der.openssl("x509", "-pubkey", "-noout", data=pem)
        return pem

    def body_of(self, proposal):
        """What is kept of a proposal, after its signature was verified, as Rekor does."""
        spec = proposal["spec"]
        if proposal["kind"] == "dsse":
            text, [verifier] = (spec["proposedContent"][k] for k in ("envelope", "verifiers"))
            envelope = json.loads(text)
            payload, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"].encode()
            signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
            [signature] = [s["sig"] for s in envelope["signatures"]]
            spec = {"envelopeHash": {"algorithm": "sha256", "value": sha(text.encode()).hex()},
                    "payloadHash": {"algorithm": "sha256", "value": sha(payload).hex()},
                    "signatures": [{"signature": signature, "verifier": verifier}]}
            public = self.public(base64.b64decode(verifier))
            good = der.verifies(public, base64.b64decode(signature), signed, self.folder)
        else:
            public = self.public(base64.b64decode(spec["signature"]["publicKey"]["content"]))
            good = verifies_digest(public, spec["signature"]["content"],
                                   bytes.fromhex(spec["data"]["hash"]["value"]), self.folder)
        if not good:
            raise Refused(400, "validation failed: verifying signature")
        return canonical({"apiVersion": "0.0.1", "kind": proposal["kind"], "spec": spec})

    def show(self, index, faults):
        """An entry by its hex name."""
        key = self.stranger if "log:other-log" in faults else self.key
        log_id = sha(der.spki(key))
        body, then = self.entries[index]
        hashes = [sha(b"\0" + e) for e, _ in self.entries]
        size, root = len(hashes), root_of(hashes)
        promised = canonical({"body": b64(body), "integratedTime": then, "logIndex": index,
                              "logID": log_id.hex()})
        note = f"{self.host} - 1\n{size}\n{b64(root)}\n"
        signed = log_id[:4] + der.sign(
            key, note.encode() + b"?" * ("log:wrong-checkpoint" in faults))
        path = [h.hex() for h in path_to(index, hashes)]
        if "log:wrong-proof" in faults:
            path[0] = sha(b"").hex()
        promise = der.sign(key, promised + b"?" * ("log:wrong-set" in faults))
        return {hashes[index].hex(): {
            "body": b64(body), "integratedTime": then, "logID": log_id.hex(), "logIndex": index,
            "verification": {
                "inclusionProof": {
                    "checkpoint": f"{note}\n\u2014 {self.host} {b64(signed)}\n", "hashes": path,
                    "logIndex": index, "rootHash": root.hex(), "treeSize": size},
                "signedEntryTimestamp": b64(promise)}}}

    def add(self, text, faults):
        """(index, whether it is new)"""
        body = self.body_of(json.loads(text))
        for index, (other, _) in enumerate(self.entries):
            if body == other:
                return index, False
        if "log:other-entry" in faults:
            body = self.entries[-1][0] if len(self.entries) > 5 else body.replace(b'"sig', b'"sog')
        self.entries.append((body, int(time.time())))
        return len(self.entries) - 1, True


class Rekor2:
    """The transparency log with the API of Rekor 2, whose key is Ed25519."""

    NAME = "log2.fake.example"

    def __init__(self, folder):
        self.folder = folder
        self.key = der.new_ed25519(folder / "rekor2.key")
        self.spki = der.spki(self.key)
        # C2SP signed-note, "Signature types"
        self.id = sha(self.NAME.encode() + b"\n\1" + self.spki[-32:])
        self.entries = [b"filler %d" % i for i in range(2)]

    def body_of(self, request):
        """What is kept of it, after its signature was verified."""
        spec = request["hashedRekordRequestV002"]
        verifier = spec["signature"]["verifier"]
        if "x509Certificate" in verifier:
            raw = base64.b64decode(verifier["x509Certificate"]["rawBytes"])
            public = der.openssl("x509", "-inform", "DER", "-pubkey", "-noout", data=raw)
        else:
            raw = base64.b64decode(verifier["publicKey"]["rawBytes"])
            public = der.openssl("pkey", "-pubin", "-inform", "DER", data=raw)
        if not verifier["keyDetails"].endswith(("SHA_256", "SHA256")) or not verifies_digest(
                public, spec["signature"]["content"], base64.b64decode(spec["digest"]), self.folder):
            raise Refused(400, "invalid signature")
        return canonical({"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {
            "hashedRekordV002": {"data": {"algorithm": "SHA2_256", "digest": spec["digest"]},
                                 "signature": spec["signature"]}}})

    def answer(self, text, faults):
        """A TransparencyLogEntry."""
        body = self.body_of(json.loads(text))
        if "log:other-entry" in faults:
            body = body.replace(b'"content":"M', b'"content":"N')
        self.entries.append(body)
        hashes = [sha(b"\0" + e) for e in self.entries]
        index, size = len(hashes) - 1, len(hashes)
        root = root_of(hashes)
        note = f"{self.NAME}\n{size}\n{b64(root)}\n"
        signed = self.id[:4] + der.sign_ed25519(
            self.key, note.encode() + b"?" * ("log:wrong-checkpoint" in faults), self.folder)
        path = [sha(b"")] * ("log:wrong-proof" in faults) or path_to(index, hashes)
        return {"logIndex": str(index), "logId": {"keyId": b64(self.id)},
                "kindVersion": {"kind": "hashedrekord", "version": "0.0.2"},
                "inclusionProof": {
                    "logIndex": str(index), "rootHash": b64(root), "treeSize": str(size),
                    "hashes": [b64(h) for h in path],
                    "checkpoint": {
                        "envelope": f"{note}\n\u2014 {self.NAME} {b64(signed)}\n"}},
                "canonicalizedBody": b64(body)}


class Tsa:
    """The timestamp authority."""

    CONFIG = ("[t]\nserial=serial\nsigner_digest=sha256\ndefault_policy=1.3.6.1.4.1.57264.2\n"
              "digests=sha256\naccuracy=secs:1\nordering=no\ntsa_name=no\n"
              "ess_cert_id_chain=no\ness_cert_id_alg=sha256\n")

    def __init__(self, folder):
        self.folder = folder
        stamps = [*der.SIGNER, der.extension("2.5.29.37", der.usage(STAMP), True)]
        self.good = Authority(folder, "tsa", stamps)
        self.other = Authority(folder, "other-tsa", stamps)
        (folder / "tsa.cnf").write_text(self.CONFIG)
        (folder / "serial").write_text("01\n")
        self.last = None

    def answer(self, query, faults):
        """TimeStampResp."""
        authority = self.other if "tsa:other-tsa" in faults else self.good
        signer, file = self.folder / "tsa.pem", self.folder / "query"
        if "tsa:other-data" in faults:
            at = query.index(b"\x04\x20") + 2
            query = query[:at] + sha(b"other") + query[at + 32:]
        if "tsa:rejected" in faults:
            text = der.tlv(0x30, der.utf8("the clock is\x1b[31m wrong"))
            return der.seq(der.seq(der.integer(2), text))
        if "tsa:replay" in faults and self.last:
            return self.last
        signer.write_text(der.pem(authority.certificate))
        file.write_bytes(query)
        config = f"oid_section=o\n[o]\n{self.CONFIG}".replace("serial=s", f"serial={self.folder}/s")
        (self.folder / "tsa.cnf").write_text(config)
        self.last = der.openssl("ts", "-reply", "-config", self.folder / "tsa.cnf", "-section", "t",
                                "-queryfile", file, "-inkey", authority.key, "-signer", signer)
        return self.last


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    fulcio = rekor = rekor2 = tsa = log = folder = other_port = None
    lock, used = threading.Lock(), {}

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        """Not to stderr."""

    def send(self, status, body, kind="application/json", **headers):
        """The whole answer."""
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        entry = {"method": self.command, "path": self.path, "status": status,
                 "auth": "Authorization" in self.headers}
        self.log.write(json.dumps(entry) + "\n")
        self.log.flush()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for field, value in headers.items():
            self.send_header(field.replace("_", "-"), value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def fails(self, service, faults):
        """Whether a fault took the place of the answer."""
        for fault in sorted(faults):
            who, _, what = fault.partition(":")
            status, _, times = what.partition("*")
            if who != service:
                continue
            if status.isdigit():
                self.used[fault] = self.used.get(fault, 0) + 1
                if times and self.used[fault] > int(times):
                    continue
                extra = {"Retry_After": "0"} if times else {}
                self.send(int(status), {"code": 13, "message": "there was \x1b[31man error"},
                          **extra)
            elif what == "redirect":
                self.send(307, b"", Location=f"http://127.0.0.1:{self.other_port}{self.path}")
            elif what == "huge":
                self.send(200, b'{"x":"' + b"x" * (80 << 20) + b'"}')
            elif what == "truncated":
                self.send(200, b'{"signedCertificateEmbeddedSct": {"chain": {"cert')
            elif what == "empty":
                self.send(200, b"")
            elif what == "text":
                self.send(200, b"<html>a proxy's page</html>", "text/html")
            elif what == "close":
                self.close_connection = True
            else:
                continue
            return True
        return False

    def answer(self, service, body, faults):
        """Of one that works."""
        if service == "ca":
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            self.send(200, self.fulcio.answer(body, token, faults))
        elif service == "tsa":
            self.send(201, self.tsa.answer(body, faults), "application/timestamp-reply")
        elif self.path.startswith("/api/v2/"):
            self.send(201, self.rekor2.answer(body, faults))
        else:
            index, is_new = self.rekor.add(body, faults)
            shown = self.rekor.show(index, faults)
            uuid = next(iter(shown))
            place = "/api/v1/log/entries/" + uuid
            if is_new:
                self.send(201, shown, Location=place, ETag=uuid)
            else:
                self.send(409, {"code": 409, "message": "an equivalent entry already exists"},
                          Location=place)

    def do_POST(self):
        """The services."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        services = {"/api/v2/signingCert": "ca", "/api/v1/log/entries": "log",
                    "/api/v2/log/entries": "log", "/api/v1/timestamp": "tsa"}
        faults = set((self.folder / "fault").read_text().split())
        service = services.get(self.path)
        if f"{service}:hang" in faults:
            time.sleep(20)
            self.close_connection = True
            return
        with self.lock:
            if not service:
                self.send(404, {"code": 5, "message": "Not Found"})
            elif not self.fails(service, faults):
                try:
                    self.answer(service, body, faults)
                except Refused as refused:
                    self.send(refused.args[0], {"code": 3, "message": refused.args[1]})

    def do_GET(self):
        """Entries, and tokens for CI jobs."""
        url = urllib.parse.urlsplit(self.path)
        with self.lock:
            if url.path == "/ci/token" and "audience=sigstore" in url.query:
                if self.headers.get("Authorization") != "Bearer of-this-job":
                    self.send(401, {"message": "who?"})
                else:
                    self.send(200, {"count": 1, "value": (self.folder / "token.jwt").read_text()})
                return
            for index in range(len(self.rekor.entries)):
                shown = self.rekor.show(index, set())
                if url.path == "/api/v1/log/entries/" + next(iter(shown)):
                    self.send(200, shown)
                    return
            self.send(404, {"code": 404, "message": "not found"})


class Other(http.server.BaseHTTPRequestHandler):
    """Where a redirect goes."""

    log = None

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        """Not to stderr."""

    def do_POST(self):
        """Takes what nobody should send."""
        self.log.write(json.dumps({"method": "POST", "path": "OTHER " + self.path, "status": 200,
                                   "auth": "Authorization" in self.headers}) + "\n")
        self.log.flush()
        self.send_response(200)
        self.end_headers()

    do_GET = do_POST


def b64url(value):
    """Of JSON, without padding."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def write_tokens(folder):
    """Nobody looks at their signatures."""
    now = int(time.time())
    times = {"iat": now, "nbf": now, "exp": now + 86400, "aud": "sigstore"}
    mail = {"iss": "https://accounts.example.com", "sub": "12345", "email": "dev@example.org",
            "email_verified": True}
    tokens = {
        "token": {"iss": GITHUB, "sub": "repo:acme/ebpf:ref:refs/tags/v1", "ref": "refs/tags/v1",
                  "job_workflow_ref": WORKFLOW, "repository": "acme/ebpf", "event_name": "push",
                  "sha": "a" * 40},
        "token-email": mail,
        "token-unverified": {**mail, "email_verified": False},
        "token-expired": {**mail, "exp": now - 60},
    }
    for title, claims in tokens.items():
        text = ".".join([b64url({"alg": "RS256", "typ": "JWT"}), b64url({**times, **claims}),
                         b64url(b"no signature " + title.encode())])
        (folder / f"{title}.jwt").write_text(text)


def write_root(folder, url, fulcio, logs, tsa):
    """trusted_root.json"""
    valid = {"start": rfc3339(time.time() - 3600)}

    def log(base, public, key_id=None, details="PKIX_ECDSA_P256_SHA_256"):
        return {"baseUrl": base, "hashAlgorithm": "SHA2_256",
                "logId": {"keyId": b64(key_id or sha(public))},
                "publicKey": {"rawBytes": b64(public), "keyDetails": details, "validFor": valid}}

    def authority(who):
        return {"subject": {"organization": "epm tests", "commonName": "fake"}, "uri": url,
                "certChain": who.chain, "validFor": valid}
    (folder / "trusted_root.json").write_text(json.dumps({
        "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "tlogs": [log(url, logs[0].spki),
                  log("http://" + logs[1].NAME, logs[1].spki, logs[1].id, "PKIX_ED25519")],
        "ctlogs": [log(url + "/ct", fulcio.ct_spki)],
        "certificateAuthorities": [authority(fulcio.good)],
        "timestampAuthorities": [authority(tsa.good)]}))


def write_configs(folder, url):
    """signing_config*.json"""
    def service(address, version=1):
        return [{"url": address, "majorApiVersion": version, "operator": "fake",
                 "validFor": {"start": rfc3339(time.time() - 3600)}}]

    def write(title, **members):
        (folder / f"signing_config{title}.json").write_text(json.dumps({
            "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
            "caUrls": service(url), "rekorTlogConfig": {}, "tsaConfig": {}, **members}))
    logs = {"rekorTlogUrls": service(url), "rekorTlogConfig": {"selector": "ANY"}}
    stamps = {"tsaUrls": service(url + "/api/v1/timestamp"),
              "tsaConfig": {"selector": "EXACT", "count": 1}}
    write("", **logs)
    write("_tsa", **logs, **stamps)
    write("_only_tsa", **stamps)
    write("_v2", **{**logs, **stamps, "rekorTlogUrls": service(url, 2)})
    write("_v2_only", **{**logs, "rekorTlogUrls": service(url, 2)})
    write("_v3", **{**logs, "rekorTlogUrls": service(url, 3)})


def main():
    """Serves until it is killed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--log", required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--tls", nargs=2)
    options = parser.parse_args()
    folder, work = options.out, options.out / "work"
    work.mkdir(parents=True)
    (folder / "fault").write_text("")
    with open(options.log, "a", encoding="utf-8") as log:
        Handler.log = Other.log = log
        Handler.fulcio, Handler.rekor2, Handler.tsa = Fulcio(work), Rekor2(work), Tsa(work)
        Handler.folder = folder
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other)
        Handler.other_port = other.server_address[1]
        if options.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*options.tls)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        host = f"127.0.0.1:{server.server_address[1]}"
        url = ("https://" if options.tls else "http://") + host
        Handler.rekor = Rekor(work, host)
        write_tokens(folder)
        write_root(folder, url, Handler.fulcio, (Handler.rekor, Handler.rekor2), Handler.tsa)
        write_configs(folder, url)
        threading.Thread(target=other.serve_forever, daemon=True).start()
        print(server.server_address[1], Handler.other_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
