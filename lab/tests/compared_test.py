# SPDX-License-Identifier: Apache-2.0
"""What compares mail must see every change that is none of the declared ones, and the mail must be the same in every run."""
import hashlib
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from postern_lab import ordinary  # noqa: E402
from postern_lab.compared import changes  # noqa: E402

SENT = b"From: a@plain.example\r\nSubject: one\r\n two\r\nX-Empty:\r\n\r\nbody \r\n.\r\n\r\n"
RECEIVED = b"Received: from x\r\n\tby y; now\r\n"


class Changes(unittest.TestCase):
    def test_names_what_came_to_it(self):
        added = SENT.replace(b"\r\n\r\nbody", b"\r\nDate: x\r\n\r\nbody")
        self.assertEqual(changes(RECEIVED + added, SENT), ([RECEIVED], [b"Date: x\r\n"]))
        self.assertEqual(changes(SENT, SENT), ([], []))

    def test_sees_each_octet_that_is_missing_or_another(self):
        arrived = RECEIVED + SENT
        for at in range(len(RECEIVED), len(arrived)):
            # A line end alone is three sorts of damage; each must be seen.
            self.assertIsNone(changes(arrived[:at] + arrived[at + 1:], SENT), at)
            self.assertIsNone(changes(arrived[:at] + b"?" + arrived[at + 1:], SENT), at)

    def test_sees_what_is_put_between(self):
        for at in (RECEIVED + SENT).index(b"Subject"), (RECEIVED + SENT).index(b"X-Empty"):
            self.assertIsNone(changes((RECEIVED + SENT)[:at] + b"X-Other: 1\r\n" + (RECEIVED + SENT)[at:], SENT))
        self.assertIsNone(changes(RECEIVED + SENT + b"footer\r\n", SENT))


class Ordinary(unittest.TestCase):
    def test_every_shape_is_lawful_and_the_same_in_every_run(self):
        digest = hashlib.sha256()
        for number in range(2 * len(ordinary.SHAPES)):
            octets, mail = ordinary.message(number, "a@plain.example", "b@example.com")
            self.assertNotRegex(octets.replace(b"\r\n", b""), rb"[\r\n\0]", mail.shape)
            self.assertLessEqual(max(map(len, octets.split(b"\r\n"))), 998, mail.shape)
            digest.update(octets)
        again = hashlib.sha256(b"".join(ordinary.message(number, "a@plain.example", "b@example.com")[0] for number in range(2 * len(ordinary.SHAPES))))
        self.assertEqual(digest.digest(), again.digest())


if __name__ == "__main__":
    unittest.main()
