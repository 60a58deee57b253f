# SPDX-License-Identifier: Apache-2.0
"""Up and down, whole or not at all."""
import sys

from . import blocklists, dns, mail, network, others, vulnerable


def up():
    network.need_root()
    if network.running():
        return
    network.down()  # what an interrupted build left
    network.STATE.mkdir(parents=True)
    try:
        network.build()
        blocklists.build()
        dns.build()
        dns.wait()
        mail.build()
        others.build()
        vulnerable.build()
        mail.wait()
        others.wait()
        vulnerable.wait()
    except BaseException:
        for log in sorted(network.STATE.glob("*.log")):
            if lines := log.read_text(errors="replace").splitlines():
                print(f"lab: {log.name}:", *lines[-3:], sep="\n    ", file=sys.stderr)
        network.down()
        raise
    (network.STATE / "up").touch()


def down():
    network.need_root()
    network.down()
