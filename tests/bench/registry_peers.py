# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""The content that is sent, and the command lines of the tools that send it."""
import base64
import hashlib
import json
import os
import pathlib
import shutil
import subprocess

INDEX = "application/vnd.oci.image.index.v1+json"
PACKAGE = "application/vnd.eunomia.package.v1"
OBJECT = "application/vnd.eunomia.bpf.object.v1+elf"
TITLE = "org.opencontainers.image.title"
NAME = "org.opencontainers.image.ref.name"
NEVER = "org.opencontainers.image.created=1970-01-01T00:00:00Z"  # else each push is another digest
INLINE_MAX = 128 << 10  # PACKAGE_INLINE_MAX of pkg/package.h


def dump(value):
    """Canonical JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


class Package:
    """What epm build makes of an example, as files and as an image layout with one name. With a
    size its object is replaced by so many random bytes."""

    def __init__(self, folder, label, size, store, name):
        self.label = label
        self.files, self.layout = folder / label / "files", folder / label / "layout"
        self.files.mkdir(parents=True)
        (self.layout / "blobs" / "sha256").mkdir(parents=True)
        built = json.loads((store / "index.json").read_text())["manifests"]
        entry = next(one for one in built if one["annotations"].get(NAME) == name)
        manifest = json.loads(self._blob(store, entry))
        self.words = []  # for oras push
        for one in [manifest["config"], *manifest["layers"]]:
            data = self._blob(store, one)
            if size and one["mediaType"] == OBJECT:
                data = os.urandom(size)
            one.update(self._put(data))
            one.pop("data", None)
            if len(data) <= INLINE_MAX:
                one["data"] = base64.b64encode(data).decode()
            title = one.get("annotations", {}).get(TITLE, "config.json")
            os.link(self._path(self.layout, one), self.files / title)
            if one is not manifest["config"]:
                self.words.append(f"{title}:{one['mediaType']}")
        self.size = max(layer["size"] for layer in manifest["layers"])
        self.config_type = manifest["config"]["mediaType"]
        entry = {"mediaType": manifest["mediaType"], **self._put(dump(manifest))}
        self.digest = entry["digest"]
        index = {"schemaVersion": 2, "mediaType": INDEX,
                 "manifests": [{**entry, "annotations": {NAME: "1"}}]}
        (self.layout / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        (self.layout / "index.json").write_bytes(dump(index))

    @staticmethod
    def _path(layout, descriptor):
        return layout / "blobs" / descriptor["digest"].replace(":", "/")

    def _blob(self, layout, descriptor):
        return self._path(layout, descriptor).read_bytes()

    def _put(self, data):
        one = {"digest": "sha256:" + hashlib.sha256(data).hexdigest(), "size": len(data)}
        self._path(self.layout, one).write_bytes(data)
        return one


class Peer:
    """A tool. prepare() makes what it starts from and is not measured; `home` is new for each cold
    run and the same for the warm one behind it."""

    def __init__(self, name, program):
        self.name, self.program = name, str(program)

    def prepare(self, direction, package, home):
        """Before the cold run."""

    def environment(self, home):
        """What the tool may know."""
        keep = {key: os.environ[key] for key in ("PATH", "TMPDIR", "ASAN_OPTIONS")
                if key in os.environ}
        return {**keep, "HOME": str(home), "LC_ALL": "C.UTF-8"}

    def push(self, package, home, ref):
        """argv"""
        raise NotImplementedError

    def pull(self, package, home, ref):
        """argv"""
        raise NotImplementedError


class Epm(Peer):
    """The store is in home/store; for pushes it has the package, by hard links."""

    def __init__(self, name, program, template):
        super().__init__(name, program)
        self.template = template

    def environment(self, home):
        return {**super().environment(home), "EPM_HOME": str(home / "store")}

    @staticmethod
    def trust(home):
        """Nothing here is signed; the peers verify nothing either."""
        store = home / "store"
        store.mkdir(parents=True, exist_ok=True)
        (store / "policy.yaml").write_text('scopes: {"*": {unsigned: allow}}\n')

    def prepare(self, direction, package, home):
        if direction == "pull":
            self.trust(home)
            return
        made = self.template / package.label
        if not made.exists():
            environment = {**super().environment(home), "EPM_HOME": str(made)}
            subprocess.run([self.program, "copy", f"oci:{package.layout}:1", "store:bench:1"],
                           env=environment, check=True, stdout=subprocess.DEVNULL)
        shutil.copytree(made, home / "store", copy_function=os.link)

    def push(self, package, home, ref):
        return [self.program, "push", "bench:1", ref]

    def pull(self, package, home, ref):
        return [self.program, "pull", ref]


class Oras(Peer):
    """From and to files, as it is used."""

    def push(self, package, home, ref):
        return [self.program, "push", "--plain-http", "--no-tty", ref, "-a", NEVER,
                "--artifact-type", PACKAGE, "--config", f"config.json:{package.config_type}",
                *package.words]

    def pull(self, package, home, ref):
        return [self.program, "pull", "--plain-http", "--no-tty", "-o", str(home / "out"), ref]


class Crane(Peer):
    """From and to an image layout."""

    def push(self, package, home, ref):
        return [self.program, "push", str(package.layout), ref]

    def pull(self, package, home, ref):
        return [self.program, "pull", "--format=oci", ref, str(home / "out")]


class Skopeo(Peer):
    """From and to an image layout."""

    def environment(self, home):
        # As root it would remember in /var/lib which repositories have a blob, and mount it from
        # there in what is to be a cold push. With this it takes HOME.
        return {**super().environment(home), "_CONTAINERS_ROOTLESS_UID": "1000"}

    def push(self, package, home, ref):
        return [self.program, "copy", "--insecure-policy", "--dest-tls-verify=false",
                f"oci:{package.layout}:1", f"docker://{ref}"]

    def pull(self, package, home, ref):
        return [self.program, "copy", "--insecure-policy", "--src-tls-verify=false",
                f"docker://{ref}", f"oci:{home / 'out'}:1"]


def find_peers(top, epm, template):
    """([Peer…], [what is missing…])"""
    peers, missing = [], []
    fetched = subprocess.run([top / "tests" / "support" / "peers"], stdout=subprocess.PIPE,
                             text=True, check=False).stdout.strip()
    if os.access(epm, os.X_OK):
        peers.append(Epm("epm", epm, template))
    else:
        missing.append(f"epm ({epm} is not built)")
    for name, kind in (("oras", Oras), ("crane", Crane), ("skopeo", Skopeo)):
        path = shutil.which(name, path=os.pathsep.join([fetched, os.environ["PATH"]]))
        if path:
            peers.append(kind(name, pathlib.Path(path)))
        else:
            missing.append(name)
    return peers, missing
