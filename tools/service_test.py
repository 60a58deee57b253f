# SPDX-License-Identifier: Apache-2.0
"""packaging/postern.service as systemd reads it: no fault in it, and no rights that it does not need."""
import pathlib
import subprocess
import tempfile
import unittest

UNIT = pathlib.Path(__file__).resolve().parent.parent / "packaging" / "postern.service"
THRESHOLD = 16  # tenths of systemd's exposure level; a plain service has 96
FENCES = ("NoNewPrivileges=yes", "CapabilityBoundingSet=", "AmbientCapabilities=", "DynamicUser=yes", "ProtectSystem=strict", "MemoryDenyWriteExecute=yes",
          "RestrictNamespaces=yes", "SystemCallFilter=@system-service", "NoExecPaths=/", "PrivateDevices=yes", "ProtectHome=yes", "LockPersonality=yes")


def settings():
    return UNIT.read_text().splitlines()


def analyze(lines, *words):
    """systemd-analyze's exit code and words about a unit of these lines; the program that it starts need not be installed."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "postern.service"
        path.write_text("\n".join(lines).replace("/usr/bin/postern", "/bin/true") + "\n")
        done = subprocess.run(["systemd-analyze", *words, path], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class Service(unittest.TestCase):
    def test_systemd_finds_no_fault(self):
        code, said = analyze(settings(), "--man=no", "verify")
        self.assertEqual((code, said), (0, ""))

    def test_a_misspelt_setting_would_be_found(self):
        _, said = analyze([line.replace("NoNewPrivileges", "NoNewPrivilege") for line in settings()], "--man=no", "verify")
        self.assertIn("NoNewPrivilege", said)

    def test_its_exposure_is_low(self):
        code, said = analyze(settings(), "security", "--offline=true", f"--threshold={THRESHOLD}")
        self.assertEqual(code, 0, said[-400:])

    def test_without_a_fence_it_would_be_higher(self):
        for fence in ("SystemCallFilter", "CapabilityBoundingSet", "RestrictNamespaces"):
            weaker = [line for line in settings() if not line.startswith(fence)]
            self.assertNotEqual(analyze(weaker, "security", "--offline=true", f"--threshold={THRESHOLD}")[0], 0, fence)

    def test_has_every_fence(self):
        for fence in FENCES:
            self.assertIn(fence, settings())

    def test_comes_back_whatever_ended_it(self):
        """A SIGHUP that meets a starting program is a clean end to systemd, and five starts in ten seconds are the last without this."""
        self.assertIn("Restart=always", settings())
        self.assertIn("StartLimitIntervalSec=0", settings())


if __name__ == "__main__":
    unittest.main()
