# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""As much of DER and X.509 as a certificate authority for tests needs; openssl(1) makes the keys and
signs. A key is the path of its PEM."""
import base64
import hashlib
import pathlib
import subprocess
import time

ECDSA_SHA256 = "1.2.840.10045.4.3.2"


def openssl(*arguments, data=None):
    """What it prints."""
    return subprocess.run(["openssl", *map(str, arguments)], input=data, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout


def tlv(tag, *parts):
    """One value."""
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def seq(*parts):
    """SEQUENCE."""
    return tlv(0x30, *parts)


def integer(number):
    """INTEGER, not negative."""
    return tlv(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def octets(data):
    """OCTET STRING."""
    return tlv(4, data)


def bits(data, unused=0):
    """BIT STRING."""
    return tlv(3, bytes([unused]) + data)


def utf8(text):
    """UTF8String."""
    return tlv(12, text.encode())


def oid(text):
    """OBJECT IDENTIFIER."""
    first, second, *rest = map(int, text.split("."))
    out = b""
    for number in [40 * first + second, *rest]:
        part = bytes([number & 127])
        while number > 127:
            number >>= 7
            part = bytes([number & 127 | 128]) + part
        out += part
    return tlv(6, out)


def when(seconds):
    """UTCTime."""
    return tlv(0x17, time.strftime("%y%m%d%H%M%SZ", time.gmtime(seconds)).encode())


def name(common):
    """A distinguished name."""
    def part(kind, text):
        return tlv(0x31, seq(oid(kind), utf8(text)))
    return seq(part("2.5.4.10", "epm tests"), part("2.5.4.3", common))


def extension(kind, value, critical=False):
    """value: its DER."""
    return seq(oid(kind), b"\x01\x01\xff" if critical else b"", octets(value))


def new_key(path):
    """P-256."""
    openssl("ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", path)
    return path


def new_ed25519(path):
    """Ed25519."""
    openssl("genpkey", "-algorithm", "ED25519", "-out", path)
    return path


def sign_ed25519(key, data, folder):
    """Pure; folder: for a file, which openssl needs."""
    file = pathlib.Path(folder, "note")
    file.write_bytes(data)
    return openssl("pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", file)


def spki(key):
    """SubjectPublicKeyInfo."""
    return openssl("pkey", "-in", key, "-pubout", "-outform", "DER")


def sign(key, data):
    """ECDSA with SHA-256."""
    return openssl("dgst", "-sha256", "-sign", key, data=data)


def verifies(public_pem, signature, data, folder):
    """Whether the signature is good; folder: for files."""
    key, file = pathlib.Path(folder, "check.pub"), pathlib.Path(folder, "check.sig")
    key.write_bytes(public_pem)
    file.write_bytes(signature)
    return subprocess.run(["openssl", "dgst", "-sha256", "-verify", key, "-signature", file],
                          input=data, check=False, capture_output=True).returncode == 0


def key_id(public):
    """Of a SubjectPublicKeyInfo, as RFC 5280 4.2.1.2 (1) for keys of 65 bytes."""
    return hashlib.sha1(public[-65:]).digest()


def tbs(subject, issuer, public, life, extensions):
    """A TBSCertificate; issuer: (name, SubjectPublicKeyInfo); life: (begin, end)."""
    ids = [extension("2.5.29.14", octets(key_id(public))),
           extension("2.5.29.35", seq(tlv(0x80, key_id(issuer[1]))))]
    serial = int.from_bytes(hashlib.sha256(public + when(life[0])).digest()[:8], "big")
    return seq(tlv(0xa0, integer(2)), integer(serial), seq(oid(ECDSA_SHA256)), issuer[0],
               seq(when(life[0]), when(life[1])), subject, public,
               tlv(0xa3, seq(*extensions, *ids)))


def certificate(body, key):
    """A TBSCertificate signed."""
    return seq(body, seq(oid(ECDSA_SHA256)), bits(sign(key, body)))


def usage(*kinds):
    """Extended key usage."""
    return seq(*map(oid, kinds))


CA = [extension("2.5.29.19", seq(b"\x01\x01\xff"), True),
      extension("2.5.29.15", bits(b"\x06", 1), True)]
SIGNER = [extension("2.5.29.15", bits(b"\x80", 7), True)]


def pem(der):
    """A certificate as text."""
    text = base64.b64encode(der).decode()
    lines = "\n".join(text[i:i + 64] for i in range(0, len(text), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


def unpem(text):
    """The bytes of one block."""
    lines = text.strip().splitlines()
    return base64.b64decode("".join(lines[1:-1]))
