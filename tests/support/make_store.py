#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Write packages into an OCI image layout, independently of epm.

    make_store.py HOME NAME:TAG...                     one package a name, contents differ by NAME
    make_store.py HOME --many N                        N names of N packages, one index
    make_store.py HOME --index NAME:TAG ARCH...        an image index
    make_store.py HOME --edit FILE EXPRESSION          rewrite a JSON file: EXPRESSION sees `d`

The annotations of PRODUCT.md's "The package"; entries as epm's store.h has them.
"""
import hashlib
import json
import os
import sys

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
PACKAGE = "application/vnd.eunomia.package.v1"


def put(home, data, media_type, **more):
    digest = hashlib.sha256(data).hexdigest()
    path = os.path.join(home, "blobs/sha256", digest)
    with open(path, "wb") as f:
        f.write(data)
    return {"mediaType": media_type, "digest": "sha256:" + digest, "size": len(data), **more}


def dump(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def title(text):
    return {"annotations": {"org.opencontainers.image.title": text}}


def package(home, name, arch="amd64", version="1.0"):
    config = {
        "name": name, "version": version, "formatVersion": 1, "architecture": arch,
        "os": "linux", "toolchain": {"compiler": "clang"}, "requirements": {"btf": True},
        "flags": [{"name": "pid", "type": "int", "default": 0}],
        "programs": [{"name": "trace_open", "attach": "tracepoint/syscalls/sys_enter_openat"}],
        "maps": [{"name": "events", "type": "ringbuf", "maxEntries": 262144}],
    }
    skel = {"bpf_skel": {"obj_name": name, "data_sections": [], "maps": [], "progs": []},
            "export_types": []}
    manifest = {
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": PACKAGE,
        "config": put(home, dump(config), "application/vnd.eunomia.package.config.v1+json"),
        "layers": [
            put(home, ("\x7fELF of %s for %s" % (name, arch)).encode(),
                "application/vnd.eunomia.bpf.object.v1+elf", **title(name + ".bpf.o")),
            put(home, dump(skel), "application/vnd.eunomia.bpf.config.v1+json",
                **title(name + ".skel.json")),
        ],
        "annotations": {"org.opencontainers.image.title": name,
                        "org.opencontainers.image.version": version},
    }
    descriptor = put(home, dump(manifest), MANIFEST, artifactType=PACKAGE,
                     platform={"os": "linux", "architecture": arch})
    return descriptor


def named(descriptor, name):
    return {**descriptor, "annotations": {
        "io.containerd.image.name": name, "org.opencontainers.image.ref.name": name,
        "dev.eunomia.store.added": "2026-01-02T03:04:05Z", "dev.eunomia.store.size": "4321",
        "org.opencontainers.image.version": "1.0"}}


def base(name):
    return name.rsplit("/", 1)[-1].split(":")[0]


def load(home):
    os.makedirs(os.path.join(home, "blobs/sha256"), exist_ok=True)
    with open(os.path.join(home, "oci-layout"), "w") as f:
        f.write('{"imageLayoutVersion":"1.0.0"}')
    try:
        with open(os.path.join(home, "index.json")) as f:
            return json.load(f)
    except FileNotFoundError:
        return {"schemaVersion": 2, "mediaType": INDEX, "manifests": []}


def save(home, index):
    with open(os.path.join(home, "index.json"), "w") as f:
        json.dump(index, f)


def main(home, args):
    if args[0] == "--edit":
        path = os.path.join(home, args[1])
        with open(path) as f:
            d = json.load(f)
        exec(args[2], {"d": d})
        with open(path, "w") as f:
            json.dump(d, f)
        return
    index = load(home)
    if args[0] == "--many":
        one = package(home, "many")
        for i in range(int(args[1])):
            digest = hashlib.sha256(b"%d" % i).hexdigest()
            index["manifests"].append(named({**one, "digest": "sha256:" + digest} if i else one,
                                            "ghcr.io/example/tool%05d:1.%d" % (i, i % 7)))
    elif args[0] == "--index":
        manifests = [package(home, base(args[1]), arch) for arch in args[2:]]
        document = {"schemaVersion": 2, "mediaType": INDEX, "artifactType": PACKAGE,
                    "manifests": manifests}
        index["manifests"].append(named(put(home, dump(document), INDEX), args[1]))
    else:
        index["manifests"] += [named(package(home, base(n)), n) for n in args]
    save(home, index)


main(sys.argv[1], sys.argv[2:])
