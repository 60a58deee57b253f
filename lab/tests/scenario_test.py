# SPDX-License-Identifier: Apache-2.0
"""The judge of scenarios must itself be able to say no."""
import json
import pathlib
import sys
import tempfile
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from postern_lab import network, scenario, script  # noqa: E402

ROW = {"subject": "203.0.113.7", "zone": "zen.example", "status": "listed", "codes": ["127.0.0.4", "127.0.0.2"], "reason": None}


def differences(run, code=0, rows=(ROW,), err="", seconds=0.1, queries=None):
    return list(scenario.judge(run, code, "".join(json.dumps(row) + "\n" for row in rows), err, seconds, queries))


class Judge(unittest.TestCase):
    def test_agrees_with_what_was_expected(self):
        run = {"exit": 1, "expect": [{"zone": "zen.example", "status": "listed", "codes": ["127.0.0.2", "127.0.0.4"]}]}
        self.assertEqual(differences(run, code=1), [])

    def test_sees_another_exit_code(self):
        self.assertIn("exit code 0, not 1", differences({"exit": 1, "expect": [{"zone": "zen.example", "status": "listed"}]}))

    def test_sees_another_status_and_a_missing_row(self):
        self.assertTrue(differences({"expect": [{"zone": "zen.example", "status": "clean"}]}))
        self.assertIn("no row for bl.example", differences({"expect": [{"zone": "zen.example", "status": "listed"}, {"zone": "bl.example"}]}))

    def test_forbids_listings_nobody_expected(self):
        self.assertEqual(differences({}), ["203.0.113.7 must not be listed on zen.example"])

    def test_compares_reasons_by_code(self):
        row = dict(ROW, status="unknown", reason={"code": "list.refused"})
        self.assertEqual(differences({"expect": [{"zone": "zen.example", "reason": "list.refused"}]}, rows=[row]), [])
        self.assertTrue(differences({"expect": [{"zone": "zen.example", "reason": "list.timed_out"}]}, rows=[row]))

    def test_sees_texts_times_and_counts(self):
        self.assertTrue(differences({"out_has": ["absent"]}, rows=[]))
        self.assertTrue(differences({"err_has": ["absent"]}, rows=[]))
        self.assertTrue(differences({"lacks": ["\u001b"]}, rows=[], err="\u001b[31m"))
        self.assertTrue(differences({"max_seconds": 1}, rows=[], seconds=1.5))
        self.assertTrue(differences({"max_queries": 40}, rows=[], queries=41))
        self.assertTrue(differences({"max_queries": 40, "min_queries": 3}, rows=[], queries=2))


class Topology(unittest.TestCase):
    def test_expands_counted_addresses(self):
        self.assertEqual(list(network.expand(["192.0.2.20+3"])), ["192.0.2.20", "192.0.2.21", "192.0.2.22"])

    def test_every_scenario_is_readable_and_runs_something(self):
        import tomllib
        for path in scenario.find([]):
            if path.suffix == ".py":
                text = script.load(path)
                self.assertTrue(text["title"] and callable(text["play"]), path)
            else:
                text = tomllib.loads(path.read_text())
                self.assertTrue(text["title"] and text["run"], path)


class Script(unittest.TestCase):
    def test_ends_what_it_began_in_reverse_order_also_when_it_throws(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "throws.py"
            path.write_text('title = "x"\nended = []\ndef play(lab):\n    lab.on_end(lambda: ended.append(1))\n'
                            '    lab.on_end(lambda: ended.append(lab.folder))\n    raise KeyError("fault")\n')
            names = script.load(path)
            with unittest.mock.patch.object(script, "load", lambda _: names):
                _, wrong, said = script.play(path)
            self.assertEqual(wrong, ["KeyError: 'fault'"])
            self.assertIn("Traceback", said)
            self.assertEqual(names["ended"][1:], [1])
            self.assertFalse(names["ended"][0].exists())


if __name__ == "__main__":
    unittest.main()
