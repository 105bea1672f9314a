#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Makes root.json, cases.json, legacy.json and jws.json beside itself, with python3-cryptography and openssl.

Nothing of epm is used, so that what epm expects is held against what others make. cases.json: a list of
{name, bundle, check}; check is how the error has to begin, "" for what is good. The other two likewise."""
import base64, copy, datetime as dt, hashlib, json, os, struct, subprocess, tempfile
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, padding, utils
from cryptography.x509.oid import NameOID, ExtendedKeyUsageOID as EKU, ObjectIdentifier as OID

HERE = os.path.dirname(os.path.abspath(__file__))
NOW = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
T = int(NOW.timestamp())
DAY = dt.timedelta(days=1)
NAME, ISSUER = 'https://example.com/acme/build@v1', 'https://issuer.example.com'
b64 = lambda b: base64.b64encode(b).decode()
sha = lambda b: hashlib.sha256(b).digest()
p256, p384 = lambda: ec.generate_private_key(ec.SECP256R1()), lambda: ec.generate_private_key(ec.SECP384R1())
spki = lambda k: k.public_key().public_bytes(ser.Encoding.DER, ser.PublicFormat.SubjectPublicKeyInfo)
der = lambda c: c.public_bytes(ser.Encoding.DER)
pem = lambda c: c.public_bytes(ser.Encoding.PEM)
rfc = lambda t: t.strftime('%Y-%m-%dT%H:%M:%SZ')
jcs = lambda o: json.dumps(o, sort_keys=True, separators=(',', ':')).encode()

def sign(key, data, h=hashes.SHA256()):
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(data, ec.ECDSA(h))

def dn(cn):
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, 'made'), x509.NameAttribute(NameOID.COMMON_NAME, cn)])

def authority(cn, key, issuer=None, issuer_key=None, eku=None, ca=True):
    b = (x509.CertificateBuilder().subject_name(dn(cn)).issuer_name(issuer.subject if issuer else dn(cn)).public_key(key.public_key())
         .serial_number(x509.random_serial_number()).not_valid_before(NOW - 2 * DAY).not_valid_after(NOW + 3650 * DAY)
         .add_extension(x509.BasicConstraints(ca, None), True)
         .add_extension(x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False), True)
         .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False))
    if eku:
        b = b.add_extension(x509.ExtendedKeyUsage(eku), False)
    return b.sign(issuer_key or key, hashes.SHA384())

root_key, inter_key, ct_key, old_ca_key = p384(), p384(), p256(), p256()
ROOT = authority('made root', root_key)
INTER = authority('made intermediate', inter_key, ROOT, root_key, [EKU.CODE_SIGNING])
TLS_KEY = p256()
TLS = authority('made for servers', TLS_KEY, ROOT, root_key, [EKU.SERVER_AUTH])
OLD = authority('made old root', old_ca_key)
ISSUERS = {'inter': (INTER, inter_key), 'tls': (TLS, TLS_KEY), 'old': (OLD, old_ca_key)}
rekor1, rekor2, rekor_old = p256(), ed25519.Ed25519PrivateKey.generate(), p256()
HOST2 = 'log2.example.com'
raw2 = rekor2.public_key().public_bytes(ser.Encoding.Raw, ser.PublicFormat.Raw)
ID2 = sha(HOST2.encode() + b'\n\x01' + raw2)
LOGS = {'1': (rekor1, sha(spki(rekor1))), 'false': (rekor_old, sha(spki(rekor1))), 'old': (rekor_old, sha(spki(rekor_old))), '2': (rekor2, ID2)}

def leaf(key, by='inter', start=-60, end=540, san=None, eku=[EKU.CODE_SIGNING], v2=ISSUER, v1=None, sct=True, ca=False, extra=()):
    issuer, ikey = ISSUERS[by]
    san = san if san is not None else [x509.UniformResourceIdentifier(NAME)]
    b = (x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(issuer.subject).public_key(key.public_key())
         .serial_number(x509.random_serial_number()).not_valid_before(NOW + dt.timedelta(seconds=start))
         .not_valid_after(NOW + dt.timedelta(seconds=end)).add_extension(x509.KeyUsage(True, *[False] * 8), True))
    if eku:
        b = b.add_extension(x509.ExtendedKeyUsage(eku), False)
    if ca:
        b = b.add_extension(x509.BasicConstraints(True, None), True)
    if san:
        b = b.add_extension(x509.SubjectAlternativeName(san), True)
    if v2:
        b = b.add_extension(x509.UnrecognizedExtension(OID('1.3.6.1.4.1.57264.1.8'), b'\x0c' + bytes([len(v2)]) + v2.encode()), False)
    if v1:
        b = b.add_extension(x509.UnrecognizedExtension(OID('1.3.6.1.4.1.57264.1.1'), v1.encode()), False)
    for oid, value, critical in extra:
        b = b.add_extension(x509.UnrecognizedExtension(OID(oid), value), critical)
    if not sct:
        return b.sign(ikey, hashes.SHA256())
    tbs = b.sign(ikey, hashes.SHA256()).tbs_certificate_bytes
    m = b'\0\0' + struct.pack('>QH', T * 1000, 1) + sha(spki(ikey)) + struct.pack('>I', len(tbs))[1:] + tbs + b'\0\0'
    s = sign(ct_key, m + (b'x' if sct == 'bad' else b''))
    one = b'\0' + (sha(spki(ct_key)) if sct != 'unknown' else b'\x11' * 32) + struct.pack('>Q', T * 1000) + b'\0\0\x04\x03' + struct.pack('>H', len(s)) + s
    one = struct.pack('>H', len(one)) + one
    lst = struct.pack('>H', len(one)) + one
    if sct == 'cut':
        lst = lst[:-9]
    ext = b'\x04' + (bytes([len(lst)]) if len(lst) < 128 else b'\x81' + bytes([len(lst)])) + lst
    return b.add_extension(x509.UnrecognizedExtension(OID('1.3.6.1.4.1.11129.2.4.2'), ext), False).sign(ikey, hashes.SHA256())

node = lambda l, r: sha(b'\1' + l + r)
def mth(a):
    if len(a) == 1: return a[0]
    k = 1
    while k * 2 < len(a): k *= 2
    return node(mth(a[:k]), mth(a[k:]))
def path(m, a):
    if len(a) <= 1: return []
    k = 1
    while k * 2 < len(a): k *= 2
    return path(m, a[:k]) + [mth(a[k:])] if m < k else path(m - k, a[k:]) + [mth(a[:k])]

def entry(log, kind, version, body, promise=True, proof=True, index=11, size=23, time=None):
    key, kid = LOGS[log]
    time = (T if time is None else time) if promise else 0
    e = {'logIndex': str(9000 + index), 'logId': {'keyId': b64(kid)}, 'kindVersion': {'kind': kind, 'version': version}, 'canonicalizedBody': b64(body)}
    if promise:
        e['integratedTime'] = str(time)
        s = sign(key, jcs({'body': b64(body), 'integratedTime': time, 'logID': kid.hex(), 'logIndex': 9000 + index}))
        e['inclusionPromise'] = {'signedEntryTimestamp': b64(s)}
    if proof:
        leaves = [sha(b'\0filler %d' % i) for i in range(size)]
        leaves[index] = sha(b'\0' + body)
        host = HOST2 if log == '2' else 'log%s.example.com' % log
        note = '%s\n%d\n%s\n' % (host, size, b64(mth(leaves)))
        line = '\u2014 %s %s\n' % (host, b64(kid[:4] + sign(key, note.encode())))
        witness = '\u2014 witness.example.com %s\n' % b64(b'WITN' + bytes(72))
        e['inclusionProof'] = {'logIndex': str(index), 'rootHash': b64(mth(leaves)), 'treeSize': str(size),
                               'hashes': [b64(h) for h in path(index, leaves)], 'checkpoint': {'envelope': note + '\n' + witness + line}}
    return e

STATEMENT = jcs({'_type': 'https://in-toto.io/Statement/v1', 'subject': [{'digest': {'sha256': 'ab' * 32}}],
                 'predicateType': 'https://sigstore.dev/cosign/sign/v1', 'predicate': {}})
PT = 'application/vnd.in-toto+json'
PAE = b'DSSEv1 %d %s %d %s' % (len(PT), PT.encode(), len(STATEMENT), STATEMENT)

def body(kind, sig, cert, payload=STATEMENT, pae=PAE):
    h = lambda d: {'algorithm': 'sha256', 'value': hashlib.sha256(d).hexdigest()}
    h2 = lambda d: {'algorithm': 'SHA2_256', 'digest': b64(sha(d))}
    ver = {'verifier': {'keyDetails': 'PKIX_ECDSA_P256_SHA_256', 'x509Certificate': {'rawBytes': b64(der(cert))}}}
    spec = {'dsse1': lambda: ('dsse', '0.0.1', {'envelopeHash': h(b'x'), 'payloadHash': h(payload), 'signatures': [{'signature': b64(sig), 'verifier': b64(pem(cert))}]}),
            'dsse2': lambda: ('dsse', '0.0.2', {'dsseV002': {'payloadHash': h2(payload), 'signatures': [{'content': b64(sig), **ver}]}}),
            'hashed1': lambda: ('hashedrekord', '0.0.1', {'data': {'hash': h(pae)}, 'signature': {'content': b64(sig), 'publicKey': {'content': b64(pem(cert))}}}),
            'hashed2': lambda: ('hashedrekord', '0.0.2', {'hashedRekordV002': {'data': h2(pae), 'signature': {'content': b64(sig), **ver}}}),
            'intoto': lambda: ('intoto', '0.0.2', {'content': {'envelope': {'payloadType': PT, 'signatures': [{'publicKey': b64(pem(cert)), 'sig': b64(b64(sig).encode())}]},
                                                               'hash': h(b'y'), 'payloadHash': h(payload)}}),
            'sha1': lambda: ('dsse', '0.0.1', {'payloadHash': {'algorithm': 'sha1', 'value': hashlib.sha1(payload).hexdigest()}}),
            'text': lambda: ('dsse', '0.0.1', None),
            'other': lambda: ('rpm', '0.0.1', {})}[kind]()
    if kind == 'text':
        return spec[0], spec[1], b'text'
    return spec[0], spec[1], jcs({'apiVersion': spec[1], 'kind': spec[0], 'spec': spec[2]})

class Tsa:
    def __init__(self, name):
        self.dir = tempfile.mkdtemp()
        open(self.dir + '/c', 'w').write('''[req]\ndistinguished_name=dn\n[dn]\n[root]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash
[leaf]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\nsubjectKeyIdentifier=hash
[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_digest=sha256\ndefault_policy=1.3.6.1.4.1.57264.2\ndigests=sha1,sha256,sha512\nordering=no\ntsa_name=yes\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n''')
        open(self.dir + '/serial', 'w').write('01\n')
        P = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-nodes', '-config', 'c']
        self.run('req', '-x509', *P, '-keyout', 'root.key', '-out', 'root.pem', '-days', '3650', '-subj', '/O=made/CN=%s root' % name, '-extensions', 'root')
        self.run('req', '-new', *P, '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', '/O=made/CN=%s' % name)
        self.run('x509', '-req', '-in', 'leaf.csr', '-CA', 'root.pem', '-CAkey', 'root.key', '-set_serial', '7', '-days', '3600', '-extfile', 'c', '-extensions', 'leaf', '-out', 'leaf.pem')
    def run(self, *a):
        return subprocess.run(['openssl', *a], cwd=self.dir, check=True, capture_output=True).stdout
    def chain(self):
        return [{'rawBytes': b64(self.run('x509', '-in', f, '-outform', 'DER'))} for f in ('leaf.pem', 'root.pem')]
    def stamp(self, data, h='sha256'):
        open(self.dir + '/d', 'wb').write(data)
        self.run('ts', '-query', '-data', 'd', '-' + h, '-no_nonce', '-out', 'q')
        self.run('ts', '-reply', '-config', 'c', '-section', 't', '-queryfile', 'q', '-inkey', 'leaf.key', '-signer', 'leaf.pem', '-out', 'r')
        return {'signedTimestamp': b64(open(self.dir + '/r', 'rb').read())}
TSA, TSA_OLD, TSA_OTHER = Tsa('made tsa'), Tsa('made old tsa'), Tsa('made other tsa')

valid = {'start': rfc(NOW - 2 * DAY)}
past = {'start': rfc(NOW - 2 * DAY), 'end': rfc(NOW - DAY)}
log_json = lambda key, kid, v, host='ct.example.com': {'baseUrl': 'https://' + host, 'hashAlgorithm': 'SHA2_256', 'publicKey': {'rawBytes': b64(spki(key)),
    'keyDetails': 'PKIX_ED25519' if key is rekor2 else 'PKIX_ECDSA_P256_SHA_256', 'validFor': v}, 'logId': {'keyId': b64(kid)}}
ca_json = lambda certs, v: {'subject': {'organization': 'made', 'commonName': 'x'}, 'uri': 'https://example.com', 'certChain': {'certificates': certs}, 'validFor': v}
raw = lambda c: {'rawBytes': b64(der(c))}
root = {'mediaType': 'application/vnd.dev.sigstore.trustedroot+json;version=0.1', 'aLaterMember': 1,
        'tlogs': [log_json(*LOGS['1'], valid, 'log1.example.com'), log_json(*LOGS['old'], past, 'logold.example.com'), log_json(*LOGS['2'], valid, HOST2)],
        'ctlogs': [log_json(ct_key, sha(spki(ct_key)), valid)],
        'certificateAuthorities': [ca_json([raw(OLD)], past), ca_json([], valid), ca_json([raw(INTER), raw(ROOT)], valid)],
        'timestampAuthorities': [ca_json(TSA_OLD.chain(), past), ca_json([], valid), ca_json(TSA.chain(), valid)]}

cases = []
def case(name, check, kind='dsse1', log='1', key=None, cert={}, version='.v0.3+json', tsa=None, promise=None, change=None, proof=True, sig_hash=hashes.SHA256(), **bodies):
    key = key or p256()
    c = leaf(key, **cert)
    sig = sign(key, PAE, sig_hash)
    k, v, bd = body(kind, bodies.get('sig', sig), bodies.get('cert_of', c), bodies.get('payload', STATEMENT), bodies.get('pae', PAE))
    promise = (log != '2') if promise is None else promise
    vm = {'tlogEntries': [entry(log, k, v, bd, promise, proof, time=bodies.get('time'))]}
    if version in ('.v0.3+json', '+json;version=0.3'):
        vm['certificate'] = raw(c)
    else:
        vm['x509CertificateChain'] = {'certificates': [raw(c), raw(INTER)]}
    if tsa:
        vm['timestampVerificationData'] = {'rfc3161Timestamps': tsa(sig)}
    b = {'mediaType': 'application/vnd.dev.sigstore.bundle' + version, 'verificationMaterial': vm,
         'dsseEnvelope': {'payload': b64(STATEMENT), 'payloadType': PT, 'signatures': [{'sig': b64(sig)}]}}
    if change:
        change(b)
    cases.append({'name': name, 'check': check, 'bundle': b})

other_name = lambda oid, text: x509.OtherName(OID(oid), b'\x0c' + bytes([len(text)]) + text.encode())
stamp = lambda sig: [TSA.stamp(sig)]
first = lambda b: b['verificationMaterial']['tlogEntries'][0]
# good ones
for k in ('dsse1', 'hashed1', 'intoto'):
    case('log 1, ' + k, '', k)
for k in ('dsse2', 'hashed2'):
    case('log 2, ' + k, '', k, '2', tsa=stamp)
case('timestamp by SHA-512', '', 'dsse2', '2', tsa=lambda s: [TSA.stamp(s, 'sha512')])
case('a timestamp of somebody else besides', '', 'dsse2', '2', tsa=lambda s: [TSA_OTHER.stamp(s), TSA.stamp(s)])
case('version 0.1, promise only', '', version='+json;version=0.1', proof=False)
case('version 0.2', '', version='+json;version=0.2')
case('version 0.2, other spelling', '', version='.v0.2+json')
case('version 0.3, other spelling', '', version='+json;version=0.3')
case('P-384', '', key=p384(), sig_hash=hashes.SHA384())
case('P-384 with SHA-256', '', key=p384())
case('P-521', '', key=ec.generate_private_key(ec.SECP521R1()), sig_hash=hashes.SHA512())
case('RSA', '', key=rsa.generate_private_key(65537, 2048))
case('Ed25519', '', key=ed25519.Ed25519PrivateKey.generate())
case('email', '', cert={'san': [x509.RFC822Name('acme@example.com')]})
case('other name', '', cert={'san': [other_name('1.3.6.1.4.1.57264.1.7', 'acme/build')]})
case('old issuer extension', '', cert={'v2': None, 'v1': ISSUER})
# bad ones
CHAIN, USAGE, SCT = 'certificate chain: ', 'certificate usage: ', 'certificate timestamp (SCT): '
case('certificate not yet valid', CHAIN, cert={'start': 60})
case('certificate expired', CHAIN, cert={'start': -700, 'end': -100})
case('certificate of an authority whose time is over', CHAIN, cert={'by': 'old'})
case('authority for servers', CHAIN, cert={'by': 'tls'})
def with_chain(b):
    b['verificationMaterial']['x509CertificateChain']['certificates'][1] = raw(TLS)
case('authority for servers, in the chain', USAGE, cert={'by': 'tls'}, version='+json;version=0.2', change=with_chain)
case('critical extension', CHAIN, cert={'extra': [('1.2.3.4', b'\x05\0', True)]})
case('no extended key usage', USAGE, cert={'eku': None})
case('for servers', USAGE, cert={'eku': [EKU.SERVER_AUTH]})
case('certificate of an authority', USAGE, cert={'ca': True})
case('no SCT', SCT + 'the certificate has none', cert={'sct': False})
case('SCT not of the log', SCT + 'the signature', cert={'sct': 'bad'})
case('SCT of another log', SCT + 'none is by', cert={'sct': 'unknown'})
case('SCT cut short', SCT + 'the list cannot', cert={'sct': 'cut'})
case('log key was not valid', 'log key: ', log='old')
case('log 2 without a timestamp', 'signing time: ', 'dsse2', '2')
case('timestamp of other bytes', 'timestamp: ', 'dsse2', '2', tsa=lambda s: [TSA.stamp(s + b'x')])
case('timestamp by SHA-1', 'timestamp: ', 'dsse2', '2', tsa=lambda s: [TSA.stamp(s, 'sha1')])
case('timestamp of an authority whose time is over', 'timestamp: ', 'dsse2', '2', tsa=lambda s: [TSA_OLD.stamp(s)])
case('timestamp of an unknown authority', 'timestamp: ', 'dsse2', '2', tsa=lambda s: [TSA_OTHER.stamp(s)])
case('timestamp outside of the certificate', CHAIN, 'dsse1', '1', cert={'start': -9000, 'end': -8000}, time=T - 8500, tsa=stamp)
case('entry of another payload', 'log entry: ', payload=b'{}')
case('entry of another payload, hashed', 'log entry: ', 'hashed2', '2', tsa=stamp, pae=b'x')
case('entry of another signature', 'log entry: it is about another signature', sig=b'0123')
case('entry of another certificate', 'log entry: it is about another certificate', cert_of=leaf(p256()))
case('entry of another certificate, intoto', 'log entry: it is about another certificate', 'intoto', cert_of=leaf(p256()))
case('entry of another certificate, log 2', 'log entry: it is about another certificate', 'dsse2', '2', tsa=stamp, cert_of=leaf(p256()))
case('entry of another kind', 'log entry: its kind', change=lambda b: first(b)['kindVersion'].update(kind='hashedrekord'))
case('entry of a kind nobody knows', 'log entry: the kind', 'other')
def swap(b):
    first(b)['inclusionProof']['checkpoint'] = cases[1]['bundle']['verificationMaterial']['tlogEntries'][0]['inclusionProof']['checkpoint']
case('checkpoint of another tree', 'checkpoint: it is of another tree', change=swap)
case('index beyond the tree', 'inclusion proof: ', change=lambda b: first(b)['inclusionProof'].update(logIndex='23'))
case('another index', 'inclusion proof: ', change=lambda b: first(b)['inclusionProof'].update(logIndex='10'))
case('a hash too many', 'inclusion proof: too many', change=lambda b: first(b)['inclusionProof']['hashes'].append(b64(bytes(32))))
case('a hash too few', 'inclusion proof: too few', change=lambda b: first(b)['inclusionProof']['hashes'].pop())
case('the entry twice', 'log entry: it is there twice', change=lambda b: b['verificationMaterial']['tlogEntries'].append(first(b)))
case('two signatures', 'signature: ', change=lambda b: b['dsseEnvelope']['signatures'].append(b['dsseEnvelope']['signatures'][0]))
case('wrong curve', 'signature: ', key=ec.generate_private_key(ec.SECP256K1()))
case('RSA of 1024 bits', 'signature: ', key=rsa.generate_private_key(65537, 1024))
case('two names', 'identity: ', cert={'san': [x509.UniformResourceIdentifier(NAME), x509.UniformResourceIdentifier('https://a')]})
case('a name of a host', 'identity: ', cert={'san': [x509.DNSName('example.com')]})
case('another other name', 'identity: ', cert={'san': [other_name('1.3.6.1.4.1.57264.1.70', NAME)]})
case('no name', 'identity: ', cert={'san': []})
case('a name with a NUL', 'identity: ', cert={'san': [x509.UniformResourceIdentifier(NAME + '\0.evil')]})
case('another name', 'identity: ', cert={'san': [x509.UniformResourceIdentifier(NAME + 'x')]})
case('another issuer', 'issuer: ', cert={'v2': 'https://other.example.com'})
case('no issuer', 'issuer: ', cert={'v2': None})
case('issuer twice', 'issuer: ', cert={'v2': 'https://other.example.com', 'v1': ISSUER})

# garbage
JUNK = b64(b'\x30\x82\x01\x00' + bytes(range(200)))
vm_of = lambda b: b['verificationMaterial']
stamped = lambda b: vm_of(b)['timestampVerificationData']['rfc3161Timestamps'][0]
more = lambda o, k: o.update({k: b64(base64.b64decode(o[k]) + b'\0')})
case('a certificate that is none', 'certificate: ', change=lambda b: vm_of(b)['certificate'].update(rawBytes=JUNK))
case('bytes after the certificate', 'certificate: bytes after', change=lambda b: more(vm_of(b)['certificate'], 'rawBytes'))
case('a signature that is none', 'signature: ', change=lambda b: b['dsseEnvelope']['signatures'][0].update(sig=JUNK))
case('bytes after the signature', 'signature: ', change=lambda b: more(b['dsseEnvelope']['signatures'][0], 'sig'))
case('a promise that is none', 'inclusion promise: ', change=lambda b: first(b)['inclusionPromise'].update(signedEntryTimestamp=JUNK))
case('a promise of another log', 'inclusion promise: ', log='false')
case('a checkpoint of another log', 'checkpoint: the signature', log='false', promise=False)
case('a checkpoint that is none', 'checkpoint: ', change=lambda b: first(b)['inclusionProof']['checkpoint'].update(envelope='x'))
case('a checkpoint of a witness only', 'checkpoint: it is not signed', change=lambda b: first(b)['inclusionProof']['checkpoint'].update(
    envelope='\n'.join(first(b)['inclusionProof']['checkpoint']['envelope'].split('\n')[:-2]) + '\n'))
case('a timestamp that is none', 'timestamp: ', 'dsse2', '2', tsa=stamp, change=lambda b: stamped(b).update(signedTimestamp=JUNK))
case('bytes after the timestamp', 'timestamp: ', 'dsse2', '2', tsa=stamp, change=lambda b: more(stamped(b), 'signedTimestamp'))
case('an entry that is text', 'log entry:1:', 'text')
case('an entry with SHA-1', 'log entry: its hash', 'sha1')

# annotations of simple signing
SIMPLE = b'{"critical":{"identity":{"docker-reference":"x"},"image":{"docker-manifest-digest":"sha256:' + b'ab' * 32 + b'"},"type":"cosign container image signature"},"optional":null}'
legacy_cases = []
def legacy(name, check, change=None, tsa=None, cert={}, **bodies):
    key = p256()
    c = leaf(key, **cert)
    sig = sign(key, SIMPLE)
    bd = body('hashed1', sig, c, pae=bodies.get('pae', SIMPLE))[2]
    e = entry('1', 'hashedrekord', '0.0.1', bd, proof=False)
    a = {'signature': b64(sig), 'certificate': pem(c).decode(), 'chain': pem(INTER).decode() + pem(ROOT).decode(),
         'bundle': jcs({'SignedEntryTimestamp': e['inclusionPromise']['signedEntryTimestamp'],
                        'Payload': {'body': e['canonicalizedBody'], 'integratedTime': T, 'logIndex': int(e['logIndex']), 'logID': LOGS['1'][1].hex()}}).decode()}
    if tsa:
        a['timestamp'] = jcs({'SignedRFC3161Timestamp': tsa(sig)['signedTimestamp']}).decode()
    if change:
        change(a)
    legacy_cases.append({'name': name, 'check': check, 'payload': SIMPLE.decode(), **a})
legacy('all of it', '')
legacy('no chain', '', lambda a: a.pop('chain'))
legacy('an empty chain', '', lambda a: a.update(chain=''))
legacy('a timestamp', '', tsa=lambda s: TSA.stamp(s))
legacy('no certificate', 'signature: it is by a key', lambda a: a.pop('certificate'))
legacy('two certificates', 'certificate: expected one', lambda a: a.update(certificate=a['certificate'] * 2))
legacy('a certificate that is none', 'certificate: ', lambda a: a.update(certificate='-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'))
legacy('no entry', 'transparency log: ', lambda a: a.pop('bundle'))
legacy('another time', 'inclusion promise: ', lambda a: a.update(bundle=a['bundle'].replace('"integratedTime":%d' % T, '"integratedTime":%d' % (T + 1))))
legacy('another log', 'transparency log: ', lambda a: a.update(bundle=a['bundle'].replace(LOGS['1'][1].hex(), 'ab' * 32)))
legacy('a log that is none', 'log entry.Payload.logID: ', lambda a: a.update(bundle=a['bundle'].replace(LOGS['1'][1].hex(), 'AB' * 32)))
legacy('a time that is too large', 'log entry:', lambda a: a.update(bundle=a['bundle'].replace('"integratedTime":%d' % T, '"integratedTime":9223372036854775808')))
legacy('a negative index', 'log entry.Payload.logIndex: ', lambda a: a.update(bundle=a['bundle'].replace('"logIndex":', '"logIndex":-')))
legacy('an entry of another payload', 'log entry: ', pae=b'x')
legacy('a signature of another payload', 'signature: ', lambda a: a.update(payload='{}'))
legacy('bad base64', 'signature: ', lambda a: a.update(signature=a['signature'][:-1]))
legacy('no SCT', SCT, cert={'sct': False})
legacy('expired', CHAIN, cert={'start': -700, 'end': -100})

# notation
def jws_chain(leaf_key, ca_key, start=-60, end=86400, eku=[EKU.CODE_SIGNING], self_signed=False, ku=True):
    subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, 'US'), x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, 'WA'),
                         x509.NameAttribute(NameOID.ORGANIZATION_NAME, 'Acme, Inc'), x509.NameAttribute(NameOID.COMMON_NAME, 'signer')])
    b = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject if self_signed else NROOT.subject).public_key(leaf_key.public_key())
         .serial_number(5).not_valid_before(NOW + dt.timedelta(seconds=start)).not_valid_after(NOW + dt.timedelta(seconds=end))
         .add_extension(x509.KeyUsage(ku, False, not ku, False, False, False, False, False, False), True))
    if eku:
        b = b.add_extension(x509.ExtendedKeyUsage(eku), False)
    c = b.sign(leaf_key if self_signed else ca_key, hashes.SHA256())
    return [c] if self_signed else [c, NROOT]
nkey = p256()
NROOT = authority('made notation root', nkey)
u64 = lambda b: base64.urlsafe_b64encode(b).decode().rstrip('=')
ALGS = {'PS256': hashes.SHA256(), 'PS384': hashes.SHA384(), 'PS512': hashes.SHA512(), 'ES256': hashes.SHA256(), 'ES384': hashes.SHA384(), 'ES512': hashes.SHA512()}
DIGEST = 'sha256:' + 'cd' * 32
jws_cases = []
def jws(name, check, alg='ES256', key=None, header=None, target=None, mangle=None, cut=0, claim=None, store=None, **chain):
    key = key or p256()
    certs = jws_chain(key, nkey, **chain)
    h = {'alg': claim or alg, 'crit': ['io.cncf.notary.signingScheme'], 'cty': 'application/vnd.cncf.notary.payload.v1+json',
         'io.cncf.notary.signingScheme': 'notary.x509', 'io.cncf.notary.signingTime': rfc(NOW)}
    h.update(header or {})
    p = {'targetArtifact': {'digest': DIGEST, 'mediaType': 'application/vnd.oci.image.manifest.v1+json', 'size': 610, **(target or {})}}
    h, p = u64(json.dumps(h).encode()), u64(json.dumps(p).encode())
    m = (h + '.' + p).encode()
    if alg[0] == 'P':
        s = key.sign(m, padding.PSS(padding.MGF1(ALGS[alg]), ALGS[alg].digest_size), ALGS[alg])
    else:
        r, t = utils.decode_dss_signature(key.sign(m, ec.ECDSA(ALGS[alg])))
        n = (key.key_size + 7) // 8
        s = r.to_bytes(n, 'big') + t.to_bytes(n, 'big')
    e = {'payload': p, 'protected': h, 'header': {'x5c': [b64(der(c)) for c in certs], 'io.cncf.notary.signingAgent': 'make.py'}, 'signature': u64(s[:len(s) - cut])}
    if mangle:
        mangle(e)
    jws_cases.append({'name': name, 'check': check, 'jws': e, 'store': (pem(certs[-1]) if store is None else store).decode(), 'now': T})
RSA = rsa.generate_private_key(65537, 2048)
P521 = ec.generate_private_key(ec.SECP521R1())
for a, k in (('PS256', RSA), ('PS384', RSA), ('PS512', RSA), ('ES256', p256()), ('ES384', p384()), ('ES512', P521)):
    jws(a, '', a, k)
exp = lambda s: {'io.cncf.notary.expiry': rfc(NOW + dt.timedelta(seconds=s)), 'crit': ['io.cncf.notary.signingScheme', 'io.cncf.notary.expiry']}
jws('self-signed, in the store', '', self_signed=True)
jws('not yet expired', '', header=exp(3600))
jws('no extended key usage', '', eku=None)
jws('expired', 'expiry: ', header=exp(-5))
jws('expiry that is not critical', 'critical header: ', header={'io.cncf.notary.expiry': rfc(NOW + DAY)})
jws('another critical header', 'critical header: ', header={'crit': ['io.cncf.notary.signingScheme', 'b64'], 'b64': False})
jws('critical twice', 'critical header: ', header={'crit': ['io.cncf.notary.signingScheme'] * 2})
jws('nothing critical', 'critical header: ', header={'crit': []})
jws('critical and not there', 'critical header: ', header={'crit': ['io.cncf.notary.signingScheme', 'io.cncf.notary.expiry']})
jws('another scheme', 'signature envelope: ', header={'io.cncf.notary.signingScheme': 'notary.x509.signingAuthority'})
jws('algorithm none', 'algorithm: ', claim='none')
jws('algorithm HS256', 'algorithm: ', claim='HS256')
jws('algorithm RS256', 'algorithm: ', claim='RS256')
jws('algorithm of another curve', 'algorithm: ', 'ES256', p384())
jws('algorithm of another key', 'algorithm: ', 'ES256', claim='PS256')
jws('another hash', 'signature: ', 'PS256', RSA, claim='PS384')
jws('signature cut short', 'signature: ', cut=1)
jws('signature of something else', 'signature: ', mangle=lambda e: e.update(payload=u64(b'{}')))
jws('base64 with padding', 'signature envelope: ', mangle=lambda e: e.update(signature=e['signature'] + '=='))
jws('a member more', 'signature envelope: ', mangle=lambda e: e.update(signatures=[]))
jws('no certificates', 'signature envelope.header.x5c: ', mangle=lambda e: e['header'].update(x5c=[]))
jws('no certificate', 'signature envelope: ', mangle=lambda e: e['header'].update(x5c=['MIIB']))
jws('another store', 'certificate chain: ', store=pem(ROOT))
jws('certificate expired', 'certificate chain: ', start=-900, end=-300)
jws('certificate for servers', 'certificate usage: ', eku=[EKU.SERVER_AUTH])
jws('certificate not for signatures', 'certificate usage: ', ku=False)
jws('another digest', 'target: ', target={'digest': 'sha256:' + 'ce' * 32})
jws('another size', 'target: ', target={'size': 611})
jws('another media type', 'target: ', target={'mediaType': 'application/x'})
jws('a size as text', 'target.targetArtifact.size: ', target={'size': '610'})

def put(name, value):
    with open(os.path.join(HERE, name), 'w') as f:
        f.write('[\n' + ',\n'.join(json.dumps(v, separators=(',', ':')) for v in value) + '\n]\n' if isinstance(value, list) else json.dumps(value) + '\n')
put('root.json', root)
put('cases.json', cases)
put('legacy.json', legacy_cases)
put('jws.json', jws_cases)
