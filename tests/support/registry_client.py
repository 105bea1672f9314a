#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""What the tests themselves ask of a registry, independently of epm. Plain HTTP, no credentials.

    registry_client.py seed HOST:PORT LAYOUT             pushes every NAME:TAG of an image layout
    registry_client.py get HOST:PORT PATH                prints what is at PATH, status 1 if nothing
    registry_client.py put-blob HOST:PORT NAME FILE      prints its digest
    registry_client.py put HOST:PORT NAME REF FILE       a manifest or index; prints its digest
"""
import hashlib
import http.client
import json
import pathlib
import sys

ACCEPT = ", ".join([
    "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json", "*/*"])


class Registry:
    """One connection."""

    def __init__(self, host):
        self.connection = http.client.HTTPConnection(host, timeout=60)

    def ask(self, method, path, body=None, **headers):
        """(status, headers, body)"""
        self.connection.request(method, path, body, {"Accept": ACCEPT, **headers})
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def must(self, status, method, path, body=None, **headers):
        """The same where there is one good answer."""
        got, said, text = self.ask(method, path, body, **headers)
        if got != status:
            sys.exit(f"registry_client: {method} {path}: {got} {text[:300]!r}")
        return said

    def put_blob(self, name, data):
        """Its digest."""
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        said = self.must(202, "POST", f"/v2/{name}/blobs/uploads/")
        where = "/v2/" + said["Location"].partition("/v2/")[2]
        self.must(201, "PUT", f"{where}{'&' if '?' in where else '?'}digest={digest}", data,
                  **{"Content-Type": "application/octet-stream"})
        return digest

    def put_manifest(self, name, ref, data):
        """Its digest."""
        self.must(201, "PUT", f"/v2/{name}/manifests/{ref}", data,
                  **{"Content-Type": json.loads(data)["mediaType"]})
        return "sha256:" + hashlib.sha256(data).hexdigest()

    def seed(self, layout):
        """All names of the layout."""
        index = json.loads((layout / "index.json").read_text())
        for entry in index["manifests"]:
            name = entry.get("annotations", {}).get("org.opencontainers.image.ref.name", "")
            repository, _, tag = name.rpartition(":")
            if repository:
                self.seed_manifest(layout, repository, tag, entry["digest"])

    def seed_manifest(self, layout, name, ref, digest):
        """Children and blobs first."""
        data = self.blob(layout, digest)
        document = json.loads(data)
        for child in document.get("manifests", []):
            self.seed_manifest(layout, name, child["digest"], child["digest"])
        for one in [document.get("config"), *document.get("layers", [])]:
            if one:
                self.put_blob(name, self.blob(layout, one["digest"]))
        self.put_manifest(name, ref, data)

    @staticmethod
    def blob(layout, digest):
        """The bytes."""
        return (layout / "blobs" / digest.replace(":", "/")).read_bytes()


def main(command, host, *words):
    """One command."""
    registry = Registry(host)
    if command == "seed":
        registry.seed(pathlib.Path(words[0]))
    elif command == "get":
        status, _, body = registry.ask("GET", words[0])
        if status != 200:
            sys.exit(f"registry_client: {words[0]}: {status}")
        sys.stdout.buffer.write(body)
    elif command == "put-blob":
        print(registry.put_blob(words[0], pathlib.Path(words[1]).read_bytes()))
    elif command == "put":
        print(registry.put_manifest(*words[:2], pathlib.Path(words[2]).read_bytes()))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
