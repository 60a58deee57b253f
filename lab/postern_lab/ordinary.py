# SPDX-License-Identifier: Apache-2.0
"""Ordinary mail of every shape, always the same: message number N is the same octets in every run. What is odd in it is odd in lawful ways
(RFC 5322, 2045-2049, 6532): folding, spacing, order, 8-bit text, lines of 998 octets. Nothing in it is dangerous, and no program that
takes mail may change it."""
import base64
import quopri
import random

WORDS = "minutes attached; Grüße, 会議 the report (draft) \"so\" =20 -- .. 2026 http://example.com/?a=b&c=d naïve <tag> ____ Łódź résumé".split(" ")
NAMES = ["Anna Example", '"Example, Anna"', "=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=", "=?iso-8859-1?B?TfxsbGVy?=", '"quoted \\" mark"', "Anna (at work) Example"]


class Mail:
    """One message in the making; `sender` and `to` are header addresses."""

    def __init__(self, number, sender, to):
        self.random = random.Random(f"ordinary {number}")
        self.number, self.sender, self.to = number, sender, to
        self.more = []  # further header lines
        self.skip = set()  # standard fields that this one lacks
        self.utf8 = False  # needs SMTPUTF8
        self.recipients = 1
        self.order = None

    def words(self, count, ascii_only=False):
        chosen = [self.random.choice(WORDS) for _ in range(count)]
        return " ".join(word for word in chosen if not ascii_only or word.isascii()) or "word"

    def lines(self, count, ascii_only=True):
        return b"".join(self.words(self.random.randint(0, 11), ascii_only).encode() + b"\r\n" for _ in range(count))

    def octets(self, count):
        return self.random.randbytes(count)

    def boundary(self):
        return self.random.choice(["=_%016x", "----=_NextPart_%016x", "%032x", "Apple-Mail=_%016x", "b'1()+_,-./:=? %x"]) % self.random.getrandbits(64)

    def fields(self):
        day = 1 + self.number % 28
        out = {
            "From": f"From: {self.random.choice(NAMES)} <{self.sender}>",
            "To": f"To: <{self.to}>",
            "Subject": f"Subject: {self.words(5, True)} {self.number}",
            "Date": f"Date: Tue, {day} Nov 2026 09:30:{self.number % 60:02} +0100",
            "Message-ID": f"Message-ID: <{self.number}.{self.random.getrandbits(60):x}@host.plain.example>",
        }
        return {name: line.encode() for name, line in out.items() if name not in self.skip}

    def whole(self, body, fields=None):
        fields = list((fields or self.fields()).values()) + [line if isinstance(line, bytes) else line.encode() for line in self.more]
        if self.order:
            self.order(fields)
        return b"\r\n".join(fields) + b"\r\n\r\n" + body


def base64_lines(octets, width=76):
    text = base64.b64encode(octets)
    return b"".join(text[at:at + width] + b"\r\n" for at in range(0, len(text), width))


def quoted(octets):
    return quopri.encodestring(octets.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")


def parts(mail, subtype, bodies, extra=""):
    """A multipart body; its Content-Type goes into the header."""
    mark = mail.boundary()
    mail.more += ["MIME-Version: 1.0", f'Content-Type: multipart/{subtype};{extra}\r\n\tboundary="{mark}"']
    line = b"--" + mark.encode()
    return line + b"\r\n" + (b"\r\n" + line + b"\r\n").join(bodies) + b"\r\n" + line + b"--\r\n"


def text_part(mail, kind="plain", encoding="8bit"):
    text = mail.lines(6, ascii_only=False) + ("<p>Grüße</p>\r\n".encode() if kind == "html" else b"")
    coded = {"8bit": lambda: text, "quoted-printable": lambda: quoted(text), "base64": lambda: base64_lines(text)}[encoding]()
    return f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + coded


def attachment(mail, name, kind, octets):
    shown = {"plain": f'filename="{name}"', "coded": f"filename*=UTF-8''{name.replace(' ', '%20')}", "bare": f"filename={name.replace(' ', '_')}"}[mail.random.choice(["plain", "coded", "bare"])]
    return f"Content-Type: {kind}; name=\"{name}\"\r\nContent-Disposition: attachment;\r\n {shown}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode() + base64_lines(octets)


# The shapes: each gives the whole message. --------------------------------------------------------------------------------------------

def plain(mail):
    return mail.whole(mail.lines(12))


def alternative(mail):
    return mail.whole(parts(mail, "alternative", [text_part(mail, "plain", "quoted-printable"), text_part(mail, "html", "base64")]))


def attachments(mail):
    kinds = [("minutes 2026.pdf", "application/pdf", b"%PDF-1.4\n"), ("photo.png", "image/png", b"\x89PNG\r\n\x1a\n"), ("table.csv", "text/csv", b"a;b\n"), ("notes.txt", "text/plain", b"")]
    chosen = mail.random.sample(kinds, mail.random.randint(1, 3))
    return mail.whole(parts(mail, "mixed", [text_part(mail)] + [attachment(mail, name, kind, magic + mail.octets(mail.random.randint(0, 5_000))) for name, kind, magic in chosen]))


def large(mail):
    """Bodies about the size of a milter's chunk, 65,535, and some beyond."""
    size = mail.random.choice([65_533, 65_534, 65_535, 65_536, 65_537, 131_070, 131_071, 400_000])
    body = (mail.lines(60) * (size // 500))[:size - 2].rstrip(b"\r\n.")
    return mail.whole(body + b"x" * (size - 2 - len(body)) + b"\r\n")


def in_base64(mail):
    mail.more += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: base64"]
    return mail.whole(base64_lines(mail.lines(30, False), mail.random.choice([60, 64, 72, 76])))


def in_quoted_printable(mail):
    mail.more += ["MIME-Version: 1.0", "Content-Type: text/html; charset=\"utf-8\"", "Content-Transfer-Encoding: quoted-printable"]
    return mail.whole(quoted(mail.lines(30, False)) + b"soft=\r\n break=20\r\n")


def in_eight_bit(mail):
    mail.more += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=iso-8859-15", "Content-Transfer-Encoding: 8bit"]
    return mail.whole(mail.lines(8) + b"".join(bytes([octet]) for octet in range(0xa0, 0x100)) + b"\r\n")


def eight_bit_undeclared(mail):
    return mail.whole(mail.lines(8, False))


def long_lines(mail):
    sorts = [b"x", b"a b ", b"=3D", b"\xc3\xa4", mail.words(40, True).encode()]
    return mail.whole(b"".join((mail.random.choice(sorts) * 998)[:size] + b"\r\n" for size in (996, 997, 998, 76, 78, 998)))


def long_header(mail):
    mail.more += ["X-Long: " + ("a" * 990), "References: " + "\r\n ".join(f"<{mail.random.getrandbits(80):x}@plain.example>" for _ in range(40))]
    return mail.whole(mail.lines(3))


def folded(mail):
    mail.more += ["X-Folded: one\r\n two\r\n\tthree\r\n  \tfour  ", "X-Folded-At-Once:\r\n behind the colon", "Keywords: a,\r\n\tb,\r\n   c", "X-Blank-Fold: a\r\n \r\n b"]
    fields = mail.fields()
    fields["Subject"] = b"Subject: a subject\r\n  that goes on\r\n\tand on " + str(mail.number).encode()
    fields["To"] = f"To: Anna <{mail.to}>,\r\n\t\"Bert, of the office\"\r\n <bert@plain.example>".encode()
    return mail.whole(mail.lines(4), fields)


def spaced(mail):
    fields = mail.fields()
    fields["Subject"] = mail.random.choice([b"Subject:without a blank", b"Subject:   three   blanks  inside and behind   ", b"Subject:\ttab\tand\ttab", b"SUBJECT: loud", b"subject: quiet", b"Subject : a blank before the colon"])
    mail.more += ["X-Empty:", "X-Only-Blank: ", "X-Trailing: blank \t ", "x-LoWeR: case", "X-Colons: a:b:c: d"]
    return mail.whole(mail.lines(4), fields)


def shuffled(mail):
    mail.more += ["X-Twice: one", "X-Twice: two", "Received: from a.plain.example (a.plain.example [198.51.100.77])\r\n\tby b.plain.example with ESMTP id 7; Tue, 3 Nov 2026 09:00:00 +0000", "MIME-Version: 1.0", "X-Twice: three"]
    mail.order = mail.random.shuffle
    return mail.whole(mail.lines(4))


def utf8_header(mail):
    """RFC 6532, with SMTPUTF8."""
    mail.utf8 = True
    fields = mail.fields()
    fields["From"] = f"From: Jürgen Grüße <{mail.sender}>".encode()
    fields["Subject"] = "Subject: Grüße aus Łódź, 会議の議事録".encode()
    mail.more += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
    return mail.whole(mail.lines(4, False), fields)


def utf8_header_plain(mail):
    """8-bit header fields without being asked for SMTPUTF8, as many programs send them."""
    fields = mail.fields()
    fields["Subject"] = "Subject: Grüße ohne SMTPUTF8".encode("latin-1" if mail.number % 2 else "utf-8")
    return mail.whole(mail.lines(2), fields)


def empty(mail):
    return mail.whole(mail.random.choice([b"", b"\r\n", b"\r\n\r\n\r\n", b" \r\n", b".\r\n"]))


def dots(mail):
    return mail.whole(b".\r\n..\r\n...\r\n.a\r\n. \r\n" + mail.lines(2) + b"\r\n.\r\n")


def trailing(mail):
    return mail.whole(b"  both sides  \r\n\t\r\n \t \r\ntab\tand  blanks\t\r\n" + mail.lines(3).replace(b"\r\n", b" \t\r\n") + mail.random.choice([b"", b"\r\n", b" \r\n", b"\r\n\r\n\r\n", b"\r\n \t\r\n\r\n"]))


def like_a_header(mail):
    return mail.whole(b"From nobody Tue Nov  3 09:30:00 2026\r\nFrom: not a header\r\nReceived: by nobody\r\n>From the quoted\r\n\r\nDKIM-Signature: v=1\r\n--\r\n-- \r\n" + mail.lines(2))


def many(mail):
    mail.recipients = 40
    return mail.whole(mail.lines(3))


def forwarded(mail):
    inner = Mail(f"inner {mail.number}", "carl@plain.example", "dora@plain.example")
    inner.number = mail.number
    return mail.whole(parts(mail, "mixed", [text_part(mail), b"Content-Type: message/rfc822\r\nContent-Disposition: inline\r\n\r\n" + alternative(inner)]))


def nested(mail):
    first = Mail(f"nested {mail.number}", "x@plain.example", "y@plain.example")
    body = parts(first, "alternative", [text_part(mail), text_part(mail, "html")])
    return mail.whole(b"This is a message in several parts.\r\n" + parts(mail, "related", [first.more[1].encode() + b"\r\n\r\n" + body, attachment(mail, "logo.png", "image/png", b"\x89PNG\r\n\x1a\n" + mail.octets(900))], "\r\n\ttype=\"multipart/alternative\";") + b"behind the last part\r\n")


def report(mail):
    status = b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.plain.example\r\n\r\nFinal-Recipient: rfc822; gone@plain.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    return mail.whole(parts(mail, "report", [text_part(mail), status, b"Content-Type: text/rfc822-headers\r\n\r\nSubject: gone\r\n"], " report-type=delivery-status;"))


def list_mail(mail):
    mail.more += ["Sender: list-bounces@plain.example", "Reply-To: <list@plain.example>", "List-Id: A list <list.plain.example>", "List-Unsubscribe: <mailto:leave@plain.example>,\r\n <https://plain.example/leave>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "Precedence: list",
                  "Auto-Submitted: no", "Errors-To: list-bounces@plain.example"]
    return mail.whole(mail.lines(5) + b"_______________________________________________\r\nlist mailing list\r\n")


def clear_signed(mail):
    signature = b"Content-Type: application/pgp-signature; name=\"signature.asc\"\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\n" + base64_lines(mail.octets(200), 64) + b"-----END PGP SIGNATURE-----\r\n"
    return mail.whole(parts(mail, "signed", [text_part(mail, "plain", "quoted-printable"), signature], " micalg=pgp-sha256;\r\n\tprotocol=\"application/pgp-signature\";"))


def invitation(mail):
    event = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Minutes\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    return mail.whole(parts(mail, "alternative", [text_part(mail), b"Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\nContent-Transfer-Encoding: 7bit\r\n\r\n" + event]))


def sparse(mail):
    """Neither Date nor Message-ID."""
    mail.skip = {"Date", "Message-ID"}
    return mail.whole(mail.lines(3))


SHAPES = [plain, alternative, attachments, large, in_base64, in_quoted_printable, in_eight_bit, eight_bit_undeclared, long_lines, long_header, folded, spaced, shuffled,
          utf8_header, utf8_header_plain, empty, dots, trailing, like_a_header, many, forwarded, nested, report, list_mail, clear_signed, invitation, sparse]


def message(number, sender, to):
    """(octets, the Mail that tells what it needs)"""
    mail = Mail(number, sender, to)
    shape = SHAPES[number % len(SHAPES)]
    octets = shape(mail)
    mail.shape = shape.__name__
    assert max(len(line) for line in octets.split(b"\r\n")) <= 998 and octets.endswith(b"\r\n"), mail.shape
    return octets, mail
