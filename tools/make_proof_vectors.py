#!/usr/bin/env python3
"""Writes src/verify/testdata: proofs that wonjang-verify must accept or refuse, made without a line of Wonjang.

SHA-256 is hashlib's, Ed25519 is RFC 8032 in plain integers below, the Merkle tree is the recursive definition of
RFC 6962, events are put together byte by byte. Keys and contents are fixed, so a second run changes nothing.

Usage: make_proof_vectors.py [--check]      --check writes nothing and exits 1 where a file differs
"""

import base64
import hashlib
import pathlib
import sys

# ---- Ed25519, RFC 8032 5.1: affine points, slow and plain ----

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
BASE_Y = 4 * pow(5, -1, P) % P


def base_x():
    square = (BASE_Y * BASE_Y - 1) * pow(D * BASE_Y * BASE_Y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return P - x if x % 2 else x


def plus(a, b):
    (x1, y1), (x2, y2) = a, b
    product = D * x1 * x2 * y1 * y2 % P
    return (
        (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P,
    )


def times(n, point):
    total = (0, 1)
    while n:
        if n & 1:
            total = plus(total, point)
        point = plus(point, point)
        n >>= 1
    return total


def packed(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def number(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


class Key:
    def __init__(self, seed):
        digest = hashlib.sha512(seed).digest()
        self.scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254)
        self.prefix = digest[32:]
        self.public = packed(times(self.scalar, BASE))

    def sign(self, message):
        r = number(self.prefix, message) % L
        big_r = packed(times(r, BASE))
        s = (r + number(big_r, self.public, message) * self.scalar) % L
        return big_r + s.to_bytes(32, "little")


BASE = (base_x(), BASE_Y)
assert Key(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")).sign(b"").hex().startswith(
    "e5564300c360ac729086e2cc806e828a84877f1e"
), "RFC 8032 7.1, test 1"


# ---- Signed notes and checkpoints, C2SP ----


def b64(data):
    return base64.b64encode(data).decode()


def key_id(key, name):
    return hashlib.sha256(name.encode() + b"\n\x01" + key.public).digest()[:4]


def vkey(key, name):
    return f"{name}+{key_id(key, name).hex()}+{b64(bytes([1]) + key.public)}\n"


def signature_line(key, name, text):
    return f"\u2014 {name} {b64(key_id(key, name) + key.sign(text.encode()))}\n"


def checkpoint(key, origin, size, root, also=()):
    text = f"{origin}\n{size}\n{b64(root)}\n"
    lines = [signature_line(k, n, text) for k, n in also] + [signature_line(key, origin, text)]
    return text + "\n" + "".join(lines)


# ---- The tree, RFC 6962 2.1: by recursion ----


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def tree(leaves):
    if not leaves:
        return sha()
    if len(leaves) == 1:
        return sha(b"\x00", leaves[0])
    k = split(len(leaves))
    return sha(b"\x01", tree(leaves[:k]), tree(leaves[k:]))


def path(m, leaves):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return path(m, leaves[:k]) + [tree(leaves[k:])]
    return path(m - k, leaves[k:]) + [tree(leaves[:k])]


def consistency(m, leaves, whole=True):
    n = len(leaves)
    if m == n:
        return [] if whole else [tree(leaves)]
    k = split(n)
    if m <= k:
        return consistency(m, leaves[:k], whole) + [tree(leaves[k:])]
    return consistency(m - k, leaves[k:], False) + [tree(leaves[:k])]


# ---- Events: protobuf's wire format by hand ----


def varint(n):
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    return bytes(out) + bytes([n])


def integer(field, value):
    return varint(field << 3) + varint(value) if value else b""


def sized(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def raw_id(n):
    return (0x01934F2A1B00 << 80 | n).to_bytes(16, "big")


def event(stream, version, body, number_, status, balance):
    at = 1732240000000000 + number_ * 1_500_000
    return (
        integer(1, 1) + sized(2, raw_id(1000 + number_)) + sized(3, stream) + integer(4, version) + sized(5, raw_id(3))
        + sized(6, b"order-%d" % number_) + sized(7, b"KRW") + integer(8, at) + integer(9, at + 1) + integer(14, status)
        + integer(15, balance) + sized(body, sized(1, "사과".encode()))
    )  # fmt: skip


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def payment_text(stream):
    n = int.from_bytes(stream, "big")
    return "pay_" + "".join(ALPHABET[n >> 5 * i & 31] for i in reversed(range(26)))


CREATED, REQUESTED, APPROVED = 32, 40, 41
OURS, THEIRS = raw_id(7), raw_id(8)
ORIGIN = "ledger.example/book0"
KEY = Key(bytes(range(32)))
OTHER = Key(bytes(range(1, 33)))
WITNESS = Key(bytes(range(2, 34)))


def leaves_of(count, ours):
    """`count` events of another payment with ours at the given places."""
    out = [event(THEIRS, i, REQUESTED, i, 2, 0) for i in range(count)]
    for version, index in enumerate(ours):
        body = CREATED if version == 0 else APPROVED if version == len(ours) - 1 else REQUESTED
        out[index] = event(OURS, version, body, index, 4 if body == APPROVED else 1, 10000 if body == APPROVED else 0)
    return out


def proof(leaves, indexes, payment=OURS, also=()):
    out = f"wonjang-proof v1\npayment {payment_text(payment)}\n"
    for i in indexes:
        out += f"event {i} {b64(leaves[i])}\n" + "".join(f"hash {b64(h)}\n" for h in path(i, leaves))
    return out + "checkpoint\n" + checkpoint(KEY, ORIGIN, len(leaves), tree(leaves), also)


def consistency_proof(old, new, hashes):
    return (
        "wonjang-consistency v1\n" + "".join(f"hash {b64(h)}\n" for h in hashes)
        + "old\n" + checkpoint(KEY, ORIGIN, len(old), tree(old))
        + "new\n" + checkpoint(KEY, ORIGIN, len(new), tree(new))
    )  # fmt: skip


def vectors():
    small = leaves_of(7, [1, 3, 6])
    large = leaves_of(300, [0, 128, 255, 299])
    yield "key.vkey", vkey(KEY, ORIGIN)
    yield "key.base64", b64(KEY.public) + "\n"
    spki = bytes.fromhex("302a300506032b6570032100") + KEY.public
    yield "key.pem", f"-----BEGIN PUBLIC KEY-----\n{b64(spki)}\n-----END PUBLIC KEY-----\n"
    yield "other.vkey", vkey(OTHER, ORIGIN)

    yield "valid_one_leaf.proof", proof(leaves_of(1, [0]), [0])
    yield "valid_two_leaves.proof", proof(leaves_of(2, [0, 1]), [0, 1])
    yield "valid_small.proof", proof(small, [1, 3, 6])
    yield "valid_large.proof", proof(large, [0, 128, 255, 299])
    yield "valid_first_events_only.proof", proof(small, [1, 3])
    yield "valid_cosigned.proof", proof(small, [1, 3, 6], also=[(WITNESS, "witness.example/w1"), (OTHER, ORIGIN)])

    yield "refused_other_payment.proof", proof(small, [0], payment=OURS)
    yield "refused_left_out.proof", proof(small, [1, 6])
    yield "refused_first_left_out.proof", proof(small, [3, 6])
    yield "refused_twice.proof", proof(small, [1, 1])
    yield "refused_no_event.proof", proof(small, [])
    yield "refused_not_an_event.proof", proof([b"\xff\xff\xff"], [0])

    for m, n in [(1, 1), (1, 2), (3, 7), (4, 7), (6, 7), (7, 7), (4, 8), (1, 300), (256, 300), (299, 300)]:
        yield f"valid_{m}_{n}.consistency", consistency_proof(large[:m], large[:n], consistency(m, large[:n]))
    forked = small[:2] + [b"rewritten"] + small[3:]
    yield "refused_fork.consistency", consistency_proof(small[:4], forked, consistency(4, forked))
    yield "refused_shrunk.consistency", consistency_proof(small, small[:4], consistency(4, small))
    yield "refused_same_size.consistency", consistency_proof(small, forked, [])


def main(arguments):
    folder = pathlib.Path(__file__).resolve().parent.parent / "src" / "verify" / "testdata"
    files = {folder / name: text.encode() for name, text in vectors()}
    different = [path for path, text in files.items() if not path.is_file() or path.read_bytes() != text]
    if "--check" not in arguments:
        folder.mkdir(parents=True, exist_ok=True)
        for path in different:
            path.write_bytes(files[path])
        print(f"{folder}: {len(files)} files, {len(different)} written")
        return 0
    for path in different:
        print(f"{path}: isn't what this program writes")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
