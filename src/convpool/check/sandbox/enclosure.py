"""The walls around a submission: namespaces, a root folder of its own, an unprivileged user, limits.

Runs in the child process, on its Python (3.8 or newer), with the standard library alone;
run_case.py loads it by its path. A wall that the system does not let us build is left out, and
missing among the words that come back.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

try:
    import ctypes
    import resource
except ImportError:  # Windows, or a Python that was built without one
    ctypes = None  # type: ignore[assignment]
    resource = None  # type: ignore[assignment]

_MOUNTS, _MESSAGES, _USERS, _PROCESSES, _NETWORK = (
    0x20000,
    0x8000000,
    0x10000000,
    0x20000000,
    0x40000000,
)  # CLONE_NEW*
_READ_ONLY, _NO_SUID, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 1, 2, 32, 4096, 16384, 1 << 18  # MS_*
_KEPT = {
    2: 2,
    4: 4,
    8: 8,
    1024: 1024,
    2048: 2048,
    4096: 1 << 21,
}  # ST_* of what is mounted: the MS_* to repeat
_PARENT_DEATH, _SUBREAPER, _NO_NEW_PRIVILEGES = 1, 36, 38  # PR_SET_*
_CAPABILITIES = 0x20080522  # the version of capset's header that takes 64 of them

_SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/nix",
    "/etc/alternatives",
    "/etc/ld.so.cache",
)
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
_SHORT_LIVED = range(
    61184, 65520
)  # users that belong to nobody: systemd takes those of its short-lived services here


def enclose(namespaces: bool, ended: Callable[[int], None]) -> list[str]:
    """Split into the process that is to run the submission, in which this returns, and those that clear up after it.

    ended: called with the wait status once the submission's process has ended and nothing of it is
    left. Returns what binds, in words.
    """
    if not hasattr(os, "fork"):
        return []
    _prctl(_PARENT_DEATH, signal.SIGTERM)
    words = _unshare() if namespaces and sys.platform == "linux" else []
    if "own process space" in words:
        # the first process there must not be the submission's: signals cannot end it, and all end
        # with it
        if _forked(_end_descendants) is not None:
            os._exit(0)
        _prctl(_PARENT_DEATH, signal.SIGKILL)
        status = _forked(None)
    else:
        _prctl(_SUBREAPER, 1)
        status = _forked(_end_descendants)
    if status is not None:
        ended(status)
        os._exit(0)
    return words


def confine(limits: dict[str, Any], work: str, user: int) -> list[str]:
    """Take away from this process what it does not need; return what binds, in words.

    work: the folder with `submission`, `scratch` and an empty `root`; user: the one to become,
    where this is root's.
    """
    words = []
    root, others = os.path.join(work, "root"), _threads(os.getuid()) if hasattr(os, "getuid") else 0
    if limits["namespaces"] and sys.platform == "linux":
        with contextlib.suppress(OSError):
            _build_root(root, work, limits["file_bytes"])
            os.chroot(root)
            words.append("own root")
    os.chdir("/scratch" if words else os.path.join(work, "scratch"))
    if hasattr(os, "getuid") and os.getuid() == 0:
        with contextlib.suppress(OSError):
            _become(user)
            words.append("unprivileged user")
            others = 0
    _drop_capabilities()
    return words + _limit(limits, others)


def free_user() -> int:
    """Return a user's number that no account and no process has; two processes on a machine get different ones."""
    import pwd

    taken: set[int] = {account.pw_uid for account in pwd.getpwall()} | {
        _owner(process) for process in _processes()
    }
    first = os.getpid() % len(_SHORT_LIVED)
    return min(set(_SHORT_LIVED) - taken, key=lambda user: (user - first) % len(_SHORT_LIVED))


def _unshare() -> list[str]:
    """Leave the machine's network, processes and mounts, as far as the kernel lets us."""
    user, group = os.getuid(), os.getgid()
    words = []
    with contextlib.suppress(OSError):
        if user != 0:
            _called("unshare", _USERS)
            for name, line in (
                ("setgroups", "deny"),
                ("uid_map", f"{user} {user} 1"),
                ("gid_map", f"{group} {group} 1"),
            ):
                with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                    file.write(line)
        for flag, word in (
            (_MOUNTS, ""),
            (_MESSAGES, ""),
            (_NETWORK, "no network"),
            (_PROCESSES, "own process space"),
        ):
            _called("unshare", flag)
            words.append(word)
    return [word for word in words if word]


def _forked(end: Callable[[], None] | None) -> int | None:
    """Fork: None in the new process; the old one waits for it, and returns its status. SIGTERM ends it early."""
    if end:
        signal.signal(signal.SIGTERM, lambda *_: end())
    process = os.fork()
    if process == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        return None
    _, status = os.waitpid(process, 0)
    if end:
        end()
    return status


def _end_descendants() -> None:
    """Kill all processes that come from this one; stopped first, so that none can fork while others are killed."""
    for _ in range(100):
        found = _descendants()
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in found:
                with contextlib.suppress(OSError):
                    os.kill(process, number)
        if not found:
            return


def _descendants() -> list[int]:
    """Return the processes below this one that still live; as a subreaper, it is above those that were orphaned."""
    children: dict[int, list[int]] = {}
    for process in _processes():
        with contextlib.suppress(OSError), open(
            f"/proc/{process}/stat", encoding="utf-8", errors="replace"
        ) as file:
            state, parent = file.read().rpartition(")")[2].split()[:2]
            if state != "Z":
                children.setdefault(int(parent), []).append(process)
    found = [os.getpid()]
    for process in found:  # it grows on the way
        found += children.get(process, [])
    return found[1:]


def _processes() -> list[int]:
    """Return the numbers of all processes; none where there is no /proc."""
    return (
        [int(name) for name in os.listdir("/proc") if name.isdigit()]
        if os.path.isdir("/proc")
        else []
    )


def _owner(process: int) -> int:
    """Return the user of a process; -1 where it has just ended."""
    try:
        return os.stat(f"/proc/{process}").st_uid
    except OSError:
        return -1


def _threads(user: int) -> int:
    """Return how many threads a user's processes have: they count against the limit of the submission's."""
    total = 0
    for process in _processes():
        with contextlib.suppress(OSError):
            total += len(os.listdir(f"/proc/{process}/task")) if _owner(process) == user else 0
    return total


def _build_root(root: str, work: str, size: int) -> None:
    """Mount a small root folder: Python and the system to be read, the submission too, and a scratch folder."""
    _mount("none", "/", "", _RECURSIVE | _PRIVATE)
    _mount("tmpfs", root, "tmpfs", _NO_SUID, f"size={size},nr_inodes=4000,mode=755")
    for path in _to_be_read():
        if os.path.islink(path):
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            os.symlink(os.readlink(path), root + path)
        elif os.path.exists(path):
            _show(path, root + path)
    for path in _DEVICES:
        _show(path, root + path, writable=True)
    _show(os.path.join(work, "submission"), root + "/submission")
    for name in ("/scratch", "/tmp"):
        os.makedirs(root + name, exist_ok=True)
        os.chmod(root + name, 0o1777)


def _to_be_read() -> list[str]:
    """Return the system's folders, and those of this Python that are not below them; shorter paths first."""
    python = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, *sys.path}
    python |= {os.path.realpath(path) for path in python}
    shown = list(_SYSTEM)
    for path in sorted(python, key=len):
        if (
            os.path.isdir(path)
            and path != "/"
            and not any(f"{path}/".startswith(f"{above}/") for above in shown)
        ):
            shown.append(path)
    return shown


def _show(source: str, target: str, writable: bool = False) -> None:
    """Mount a file or folder at a second place."""
    os.makedirs(target if os.path.isdir(source) else os.path.dirname(target), exist_ok=True)
    if not os.path.isdir(source):
        with open(target, "wb"):
            pass
    _mount(source, target, "", _BIND | _RECURSIVE)
    if not writable:
        there = os.statvfs(source).f_flag
        kept = sum(flag for bit, flag in _KEPT.items() if there & bit)
        _mount("none", target, "", _BIND | _REMOUNT | _READ_ONLY | kept)


def _become(user: int) -> None:
    """Give up root."""
    if os.stat(".").st_uid != user:
        os.chown(".", user, user)
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


def _drop_capabilities() -> None:
    """Give up what a namespace's first user may do, and what programs with special rights would bring."""
    if sys.platform != "linux" or ctypes is None:
        return
    with contextlib.suppress(OSError):
        _called("capset", (ctypes.c_uint32 * 2)(_CAPABILITIES, 0), (ctypes.c_uint32 * 6)())
        _prctl(_NO_NEW_PRIVILEGES, 1)


def _limit(limits: dict[str, Any], others: int) -> list[str]:
    """Set the limits that this system has."""
    if resource is None:
        return []
    seconds = math.ceil(max(limits["task_seconds"], 0)) + 1
    wanted = {
        "CPU": seconds,
        "DATA": limits["memory"],
        "AS": limits["memory"]
        + 1_000_000_000,  # shared libraries and what is reserved without being used
        "FSIZE": limits["file_bytes"],
        "NPROC": others + limits["processes"],
        "NOFILE": 256,
        "CORE": 0,
    }
    for name, most in wanted.items():
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is not None:
            _, hard = resource.getrlimit(kind)
            value = most if hard == resource.RLIM_INFINITY else min(most, hard)
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(
                    kind, (value, value if name != "CPU" else hard)
                )  # SIGXCPU at the first, not SIGKILL
    return ["limits"]


def _mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """As mount(2)."""
    _called("mount", source.encode(), os.fsencode(target), kind.encode(), flags, data.encode())


def _prctl(option: int, value: int) -> None:
    """As prctl(2), where there is one."""
    if sys.platform == "linux":
        _called("prctl", option, value, 0, 0, 0)


def _called(name: str, *arguments: Any) -> None:
    """Call a function of the C library; OSError if it fails or cannot be called."""
    if ctypes is None:
        raise OSError("this Python has no ctypes")
    library = ctypes.CDLL(None, use_errno=True)
    passed = [ctypes.c_ulong(value) if isinstance(value, int) else value for value in arguments]
    if getattr(library, name)(*passed) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
