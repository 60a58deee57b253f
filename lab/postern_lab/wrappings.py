# SPDX-License-Identifier: Apache-2.0
"""EICAR's test file in the wrappings in which malware comes: `WRAPPINGS`, name -> fields and text of a message. Names and types are
harmless wherever they can be, so that only who looks into a wrapping can stop it."""
import base64
import binascii
import gzip
import io
import struct
import tarfile
import zipfile
import zlib

from .gate import EICAR

OCTETS = EICAR.encode()
KIND = "Content-Type: {}; name=\"{}\"\r\nContent-Disposition: attachment; filename=\"{}\"\r\n"


def zipped(name, octets):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, octets)
    return out.getvalue()


def locked_zip(name, octets, password=b"secret"):
    """Traditional encryption (APPNOTE 6.1): what a password on a zip archive usually is."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def crc(key, octet):
        return (zlib.crc32(bytes([octet]), key ^ 0xFFFFFFFF) ^ 0xFFFFFFFF) & 0xFFFFFFFF

    def update(octet):
        keys[0] = crc(keys[0], octet)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = crc(keys[2], keys[1] >> 24)

    def encrypt(octet):
        mask = (keys[2] | 2) & 0xFFFF
        out = octet ^ (((mask * (mask ^ 1)) >> 8) & 0xFF)
        update(octet)
        return out

    for octet in password:
        update(octet)
    sum_ = zlib.crc32(octets)
    body = bytes(encrypt(octet) for octet in bytes(11) + bytes([sum_ >> 24]) + octets)
    common = struct.pack("<HHHHHIIIHH", 20, 1, 0, 0, 0x5979, sum_, len(body), len(octets), len(name), 0)
    local = b"PK\3\4" + common + name.encode() + body
    central = b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name.encode()
    return local + central + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def tar_gz(name, octets):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(octets)
        archive.addfile(entry, io.BytesIO(octets))
    return gzip.compress(out.getvalue())


def in_base64(octets, widths=(76,)):
    text, out, at, turn = base64.b64encode(octets).decode(), "", 0, 0
    while at < len(text):
        width = widths[turn % len(widths)]
        out += text[at:at + width] + (" \r\n" if len(widths) > 1 and turn % 2 else "\r\n")
        at, turn = at + width, turn + 1
    return out


def quoted(octets):
    """Every octet encoded, a soft line break within the text."""
    words = [f"={octet:02X}" for octet in octets]
    return "=\r\n".join("".join(words[at:at + 20]) for at in range(0, len(words), 20)) + "\r\n"


def uuencoded(octets):
    lines = [binascii.b2a_uu(octets[at:at + 45]).decode().rstrip("\n") for at in range(0, len(octets), 45)]
    return "begin 644 notes.txt\r\n" + "\r\n".join(lines) + "\r\n`\r\nend\r\n"


def attached(type_, name, encoding, text, boundary="frontier"):
    part = KIND.format(type_, name, name) + f"Content-Transfer-Encoding: {encoding}\r\n\r\n{text}"
    return mixed(part, boundary)


def mixed(part, boundary="frontier"):
    return f"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"{boundary}\"\r\n", \
           f"--{boundary}\r\nContent-Type: text/plain\r\n\r\nSee the attachment.\r\n--{boundary}\r\n{part}\r\n--{boundary}--\r\n"


def inner_message():
    head, text = attached("application/octet-stream", "notes.bin", "base64", in_base64(OCTETS), "inner")
    return f"From: <carl@plain.example>\r\nSubject: inner\r\n{head}\r\n{text}"


def forwarded():
    return mixed("Content-Type: message/rfc822\r\n\r\n" + inner_message(), "outer")


# Found by the scanner, which looks into them.
WRAPPINGS = {
    "plain": ("", EICAR + "\r\n"),
    "attachment": attached("text/plain", "notes.txt", "7bit", EICAR + "\r\n"),
    "base64": attached("application/octet-stream", "notes.bin", "base64", in_base64(OCTETS)),
    "quoted-printable": attached("application/octet-stream", "notes.bin", "quoted-printable", quoted(OCTETS)),
    "zip": attached("application/zip", "notes.zip", "base64", in_base64(zipped("notes.txt", OCTETS))),
    "zip-in-zip": attached("application/zip", "notes.zip", "base64", in_base64(zipped("b.zip", zipped("a.zip", zipped("notes.txt", OCTETS))))),
    "tar-gz": attached("application/gzip", "notes.tar.gz", "base64", in_base64(tar_gz("notes.txt", OCTETS))),
    "message": forwarded(),
    "odd-base64": attached("application/octet-stream", "notes.bin", "\t BASE64", in_base64(OCTETS, (7, 1, 13, 30))),
    "wrong-type": attached("image/png", "photo.png", "base64", in_base64(OCTETS)),
    "uuencoded": ("", "See below.\r\n\r\n" + uuencoded(OCTETS)),
}


def deeper(levels):
    octets = OCTETS
    for _ in range(levels):
        octets = zipped("notes.zip", octets)
    return octets


# What clamd does not see into. A password, one piece of a message that only the reader puts together (RFC 2046 5.2.2), more levels than it goes:
# nobody can look. Padding in the middle of base64, an encoding where none may be: programs read these in different ways.
LOCKED = attached("application/zip", "notes.zip", "base64", in_base64(locked_zip("notes.txt", OCTETS)))
PIECE = ("MIME-Version: 1.0\r\nContent-Type: message/partial; id=\"1@plain.example\"; number=1; total=2\r\n", inner_message()[:-60])
TOO_DEEP = attached("application/zip", "notes.zip", "base64", in_base64(deeper(25)))
FALSE_PADDING = attached("application/octet-stream", "notes.bin", "base64", base64.b64encode(OCTETS[:10]).decode() + "\r\n" + base64.b64encode(OCTETS[10:]).decode() + "\r\n")
ENCODED_MESSAGE = ("MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n", in_base64(inner_message().encode()))
