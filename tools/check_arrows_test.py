# SPDX-License-Identifier: Apache-2.0
"""The gate of the arrows must be able to fail."""
import importlib.machinery
import importlib.util
import pathlib
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
loader = importlib.machinery.SourceFileLoader("check_arrows", str(HERE / "check_arrows"))
spec = importlib.util.spec_from_loader("check_arrows", loader)
check_arrows = importlib.util.module_from_spec(spec)
loader.exec_module(check_arrows)


def faults(files):
    with tempfile.TemporaryDirectory() as folder:
        top = pathlib.Path(folder)
        (top / "tools").mkdir()
        (top / "tools/arrows").write_text((HERE / "arrows").read_text())
        for name, text in files.items():
            path = top / "src" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return list(check_arrows.faults(top))


class Arrows(unittest.TestCase):
    def test_lets_rooms_include_what_the_table_says(self):
        self.assertEqual(faults({"net/a.cpp": '#include "base/error.hpp"\n#include <boost/asio/post.hpp>\n#include <vector>\n#include <sys/socket.h>\n'}), [])

    def test_refuses_an_arrow_that_is_not_in_the_table(self):
        self.assertEqual(faults({"reputation/a.cpp": '#include "net/loop.hpp"\n'}), ["src/reputation/a.cpp:1: reputation may not include net"])

    def test_refuses_third_parties_outside_their_room(self):
        self.assertTrue(faults({"reputation/a.cpp": "#include <boost/asio/post.hpp>\n"}))
        self.assertTrue(faults({"base/a.cpp": "#include <sqlite3.h>\n"}))
        self.assertTrue(faults({"base/a.cpp": "#include <curl/curl.h>\n"}))

    def test_refuses_a_room_nobody_knows(self):
        self.assertTrue(faults({"misc/a.cpp": ""}))

    def test_counts_costly_headers(self):
        self.assertTrue(faults({"app/a.hpp": "#include <toml++/toml.h>\n"}))
        self.assertEqual(faults({f"app/{n}.cpp": "#include <toml++/toml.h>\n" for n in "abc"}), [])
        self.assertTrue(faults({f"app/{n}.cpp": "#include <toml++/toml.h>\n" for n in "abcd"}))


if __name__ == "__main__":
    unittest.main()
