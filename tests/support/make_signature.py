#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Signatures as other tools make them, and such as nobody should make, at a registry. openssl signs.

    make_signature.py HOST:PORT NAME DIGEST FORM [WORD=VALUE]…

FORM is bundle (a referrer), simple (a layer under sha256-HEX.sig) or envelope (under sha256-HEX.att).
Prints the digest of the manifest it stands in.

  key=FILE         PEM of the private key
  of=DIGEST        what the payload is about, instead of DIGEST
  type=URI         of the predicate; predicate=JSON
  annotations=JSON signed ones
  statement=JSON   members that the statement gets, or loses (null)
  bundle=JSON      the same of the bundle
  raw=FILE         these bytes instead of the bundle, payload or envelope; @N: so many bytes of JSON
  sig=BASE64       this for the signature
  sigs=N           so many signatures
  keyid=TEXT       of the signature
  hint=TEXT        of the key
  payload-type=T   of the envelope
  twice            each member of the bundle twice
  layers=N         so many layers; each simple one with a payload of its own
  layer-type=T     media type of the layers
  layer=JSON       annotations that the layer gets
  size=N           that the layer's descriptor promises
  missing          the layer's blob is not there
  tagged           a bundle under sha256-HEX.sig
"""
import base64
import hashlib
import json
import pathlib
import subprocess
import sys

from registry_client import Registry

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"
DSSE = "application/vnd.dsse.envelope.v1+json"
SIGNATURE = "https://sigstore.dev/cosign/sign/v1"


def dump(value):
    """Without blanks."""
    return json.dumps(value, separators=(",", ":")).encode()


def encode(data):
    """Base64."""
    return base64.b64encode(data).decode()


def merge(value, text):
    """Members that are changed; null takes one away."""
    for name, new in json.loads(text).items():
        if new is None:
            value.pop(name, None)
        else:
            value[name] = new
    return value


class Maker:
    """One run."""

    def __init__(self, host, name, digest, form, words):
        self.registry, self.name, self.digest, self.form = Registry(host), name, digest, form
        self.words = dict(word.partition("=")[::2] for word in words)

    def sign(self, data):
        """Base64 of the signature over these bytes."""
        if "sig" in self.words:
            return self.words["sig"]
        command = ["openssl", "dgst", "-sha256", "-sign", self.words["key"]]
        return encode(subprocess.run(command, input=data, check=True, capture_output=True).stdout)

    def raw(self):
        """What was given instead of something good; None: nothing."""
        text = self.words.get("raw")
        if text is None:
            return None
        if text.startswith("@"):
            return b'{"mediaType":"' + b"x" * (int(text[1:]) - 16) + b'"}'
        return pathlib.Path(text).read_bytes()

    def statement(self):
        """in-toto's."""
        about = self.words.get("of", self.digest).partition(":")[2]
        subject = {"digest": {"sha256": about},
                   "annotations": json.loads(self.words.get("annotations", "{}"))}
        value = {"_type": "https://in-toto.io/Statement/v1", "subject": [subject],
                 "predicateType": self.words.get("type", SIGNATURE),
                 "predicate": json.loads(self.words.get("predicate", "{}"))}
        return dump(merge(value, self.words.get("statement", "{}")))

    def envelope(self):
        """DSSE."""
        payload, kind = self.statement(), self.words.get("payload-type",
                                                         "application/vnd.in-toto+json")
        signed = b"DSSEv1 %d %s %d " % (len(kind), kind.encode(), len(payload)) + payload
        signature = {"sig": self.sign(signed)}
        if "keyid" in self.words:
            signature["keyid"] = self.words["keyid"]
        return {"payload": encode(payload), "payloadType": kind,
                "signatures": [signature] * int(self.words.get("sigs", 1))}

    def bundle(self):
        """A sigstore bundle by a key."""
        value = {"mediaType": BUNDLE,
                 "verificationMaterial": {"publicKey": {"hint": self.words.get("hint", "")}},
                 "dsseEnvelope": self.envelope()}
        text = dump(merge(value, self.words.get("bundle", "{}")))
        if "twice" in self.words:
            text = text[:-1] + b"," + text[1:]
        return text

    def simple(self, number):
        """A payload of simple signing and its annotations."""
        about = self.words.get("of", self.digest)
        optional = json.loads(self.words.get("annotations", "{}"))
        if number:
            optional["number"] = str(number)
        payload = self.raw() or dump({
            "critical": {"identity": {"docker-reference": self.name},
                         "image": {"docker-manifest-digest": about},
                         "type": "cosign container image signature"},
            "optional": optional or None})
        return payload, {"dev.cosignproject.cosign/signature": self.sign(payload)}

    def body(self, number):
        """The bytes of a layer, and its annotations."""
        if self.form == "simple":
            return self.simple(number)
        text = self.raw()
        if text is None:
            text = self.bundle() if self.form == "bundle" else dump(self.envelope())
        return text, {"dev.cosignproject.cosign/signature": ""} if self.form != "bundle" else {}

    def layer(self, number):
        """Its descriptor; the blob is put."""
        text, annotations = self.body(number)
        digest = "sha256:" + hashlib.sha256(text).hexdigest()
        if "missing" in self.words:
            self.registry.ask("DELETE", f"/v2/{self.name}/blobs/{digest}")
        else:
            self.registry.put_blob(self.name, text)
        kind = {"bundle": BUNDLE, "simple": SIMPLE, "envelope": DSSE}[self.form]
        return {"mediaType": self.words.get("layer-type", kind), "digest": digest,
                "size": int(self.words.get("size", len(text))),
                "annotations": merge(annotations, self.words.get("layer", "{}"))}

    def subject(self):
        """The descriptor of what is signed."""
        status, said, text = self.registry.ask("GET", f"/v2/{self.name}/manifests/{self.digest}")
        if status != 200:
            sys.exit(f"make_signature: {self.digest}: {status}")
        return {"mediaType": said["Content-Type"], "digest": self.digest, "size": len(text)}

    def list_it(self, digest, text):
        """In the index under the subject's tag, where the registry knows nothing of subjects."""
        tag = self.digest.replace(":", "-")
        status, _, old = self.registry.ask("GET", f"/v2/{self.name}/manifests/{tag}")
        index = json.loads(old) if status == 200 else {"schemaVersion": 2, "mediaType": INDEX,
                                                       "manifests": []}
        index["manifests"].append({"mediaType": MANIFEST, "digest": digest, "size": len(text)})
        self.registry.put_manifest(self.name, tag, dump(index))

    def make(self):
        """All of it."""
        n_layers = int(self.words.get("layers", 1))
        first = self.layer(0)
        layers = [first]
        if n_layers > 100:  # the same again: what matters is their number
            layers = [first] * n_layers
        elif n_layers > 1:
            layers += [self.layer(number) for number in range(1, n_layers)]
        config = self.registry.put_blob(self.name, b"{}")
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "layers": layers,
                    "config": {"mediaType": "application/vnd.oci.empty.v1+json", "size": 2,
                               "digest": config}}
        if self.form == "bundle" and "tagged" not in self.words:
            manifest["subject"] = self.subject()
        text = dump(manifest)
        digest = "sha256:" + hashlib.sha256(text).hexdigest()
        if "subject" in manifest:
            self.registry.put_manifest(self.name, digest, text)
            self.list_it(digest, text)
        else:
            suffix = ".att" if self.form == "envelope" else ".sig"
            self.registry.put_manifest(self.name, self.digest.replace(":", "-") + suffix, text)
        return digest


if __name__ == "__main__":
    if len(sys.argv) < 5 or sys.argv[4] not in ("bundle", "simple", "envelope"):
        sys.exit(__doc__)
    print(Maker(*sys.argv[1:5], sys.argv[5:]).make())
