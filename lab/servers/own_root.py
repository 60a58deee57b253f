#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""own_root.py FOLDER STATE USERS COMMAND...: becomes COMMAND in a root of its own: this machine's, with FOLDER's files over it.

Debian's mail servers exclude each other as packages. FOLDER holds one, unpacked; it is laid over / in a mount namespace of its own, together
with its users ("name:uid,..."), and without the Postfix of this machine. STATE, the checkout and /tmp are the same inside and outside; without that, what changes below / later is not seen.
"""
import ctypes
import os
import pathlib
import shutil
import subprocess
import sys

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent.parent


def lay_over(folder, root):
    """What Debian 12 puts below /lib, /bin, /sbin lies below /usr."""
    for top in folder.iterdir():
        target = root / "usr" / top.name if top.name in ("lib", "bin", "sbin") else root / top.name
        subprocess.run(["cp", "-a", f"{top}/.", str(target)] if target.exists() else ["cp", "-a", str(top), str(target)], check=True)


def main(folder, state, users, *command):
    if ctypes.CDLL(None, use_errno=True).unshare(0x00020000):  # CLONE_NEWNS
        sys.exit(f"own_root: unshare: {os.strerror(ctypes.get_errno())}")
    mount = lambda *words: subprocess.run(["mount", *words], check=True)
    mount("--make-rprivate", "/")
    base = pathlib.Path(state) / f"root-{pathlib.Path(folder).name}"
    base.mkdir(exist_ok=True)
    mount("-t", "tmpfs", "tmpfs", str(base))
    for name in ("upper", "work", "root"):
        (base / name).mkdir()
    root = base / "root"
    mount("-t", "overlay", "overlay", "-o", f"lowerdir=/,upperdir={base}/upper,workdir={base}/work", str(root))
    for name in ("proc", "dev", "sys"):
        mount("--rbind", f"/{name}", str(root / name))
    lay_over(pathlib.Path(folder), root)
    for gone in ("etc/postfix", "usr/sbin/postconf", "usr/sbin/postfix", "var/log/mail.log"):
        path = root / gone
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for user in filter(None, users.split(",")):
        name, number = user.split(":")
        with open(root / "etc/passwd", "a") as passwd, open(root / "etc/group", "a") as group:
            passwd.write(f"{name}:x:{number}:{number}::/nonexistent:/usr/sbin/nologin\n")
            group.write(f"{name}:x:{number}:\n")
    for shared in (state, str(CHECKOUT), "/tmp"):
        inside = root / shared.lstrip("/")
        inside.mkdir(parents=True, exist_ok=True)
        mount("--bind", shared, str(inside))
    os.chroot(root)
    os.chdir("/")
    os.execvp(command[0], command)


main(*sys.argv[1:])
