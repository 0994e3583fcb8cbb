"""Isolate the submission's process: namespaces, its own root folder, an unprivileged user, limits.

Runs in the child process, on its Python (3.8 or newer), with the standard library alone;
child_main.py loads it by its path. A restriction that the system does not allow is left out, and is
missing from the restrictions that are returned.
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

# namespaces of unshare(2): CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET
_MOUNTS, _MESSAGES, _USERS = 0x20000, 0x8000000, 0x10000000
_PROCESSES, _NETWORK = 0x20000000, 0x40000000
# flags of mount(2): MS_RDONLY, MS_NOSUID, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE
_READ_ONLY, _NO_SUID, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 1, 2, 32, 4096, 16384, 1 << 18
# ST_* flags of a mounted file system -> the MS_* flags that a remount must repeat
_REPEATED_FLAGS = {2: 2, 4: 4, 8: 8, 1024: 1024, 2048: 2048, 4096: 1 << 21}
# options of prctl(2): PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS
_PARENT_DEATH, _SUBREAPER, _NO_NEW_PRIVILEGES = 1, 36, 38
_CAPABILITIES = 0x20080522  # the version of capset's header that has 64 capabilities
# what the submission's process sees of the system, read-only
_SYSTEM_FOLDERS = (
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
# user ids that belong to nobody: systemd takes those of its short-lived services from here
_FREE_USERS = range(61184, 65520)


def fork_into_namespaces(namespaces: bool, on_end: Callable[[int], None]) -> list[str]:
    """Fork the process that will run the submission; this returns in that process only.

    The other processes wait for it. Once it has ended, they call `on_end` with its wait status, end
    its descendants, and exit. Without fork (Windows), nothing is done.

    Parameters
    ----------
    namespaces : bool
        Whether to leave the machine's network, processes and mounts, where Linux allows it.
    on_end : function of int
        Is called in another process than the submission's.

    Returns
    -------
    list of str
        The restrictions in force, of "no network" and "own process space".
    """
    if not hasattr(os, "fork"):
        return []
    _prctl(_PARENT_DEATH, signal.SIGTERM)  # if the checker ends, this process gets SIGTERM
    restrictions = _unshare() if namespaces and sys.platform == "linux" else []
    if "own process space" in restrictions:
        # The first process in a process space must not be the submission's: signals cannot end it,
        # and all others end with it. So fork twice.
        if _fork_and_wait(_end_descendants) is not None:
            os._exit(0)
        _prctl(_PARENT_DEATH, signal.SIGKILL)
        status = _fork_and_wait(None)
    else:
        _prctl(_SUBREAPER, 1)  # descendants whose parent ends become this process's children
        status = _fork_and_wait(_end_descendants)
    if status is not None:
        on_end(status)
        os._exit(0)
    return restrictions


def restrict_this_process(limits: dict[str, Any], work: str, user: int) -> list[str]:
    """Restrict this process to a root folder, a user and limits, where the system allows it.

    Comes after `fork_into_namespaces`, in the process that runs the submission.

    Parameters
    ----------
    limits : dict
        `Limits.for_child`.
    work : str
        The folder with `submission`, `scratch` and an empty `root`.
    user : int
        The user id to become if this process is root's.

    Returns
    -------
    list of str
        The restrictions in force, of "own root", "unprivileged user" and "limits".
    """
    restrictions = []
    root = os.path.join(work, "root")
    other_threads = _count_threads(os.getuid()) if hasattr(os, "getuid") else 0
    if limits["namespaces"] and sys.platform == "linux":
        with contextlib.suppress(OSError):
            _build_root(root, work, limits)
            os.chroot(root)
            restrictions.append("own root")
    os.chdir("/scratch" if restrictions else os.path.join(work, "scratch"))
    if hasattr(os, "getuid") and os.getuid() == 0:
        with contextlib.suppress(OSError):
            _become(user)
            restrictions.append("unprivileged user")
            other_threads = 0
    _drop_capabilities()
    return restrictions + _set_limits(limits, other_threads)


def free_user() -> int:
    """Return a user id of _FREE_USERS that no account and no process has.

    Concurrent processes get different ones in most cases, as the search starts at their own id.
    """
    import pwd

    used: set[int] = {account.pw_uid for account in pwd.getpwall()}
    used |= {_owner(process) for process in _process_ids()}
    start = os.getpid() % len(_FREE_USERS)
    return min(set(_FREE_USERS) - used, key=lambda user: (user - start) % len(_FREE_USERS))


def _unshare() -> list[str]:
    """Leave the machine's network, processes and mounts as far as the kernel allows.

    Returns the restrictions in force, of "no network" and "own process space".
    """
    user, group = os.getuid(), os.getgid()
    restrictions = []
    with contextlib.suppress(OSError):
        if user != 0:
            # a user namespace gives an ordinary user the right to make the others; map its ids
            _call_c("unshare", _USERS)
            for name, line in (
                ("setgroups", "deny"),
                ("uid_map", f"{user} {user} 1"),
                ("gid_map", f"{group} {group} 1"),
            ):
                with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                    file.write(line)
        for flag, restriction in (
            (_MOUNTS, ""),
            (_MESSAGES, ""),
            (_NETWORK, "no network"),
            (_PROCESSES, "own process space"),
        ):
            _call_c("unshare", flag)
            restrictions.append(restriction)
    return [restriction for restriction in restrictions if restriction]


def _fork_and_wait(clear_up: Callable[[], None] | None) -> int | None:
    """Fork, and wait in the old process until the new one has ended.

    Returns None in the new process, and in the old one the wait status of the new one. The old
    process calls `clear_up` before it returns, and whenever it gets SIGTERM.
    """
    if clear_up:
        signal.signal(signal.SIGTERM, lambda *_: clear_up())
    process = os.fork()
    if process == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        return None
    _, status = os.waitpid(process, 0)
    if clear_up:
        clear_up()
    return status


def _end_descendants() -> None:
    """Kill all descendants of this process; stop them first, so that none can fork meanwhile."""
    for _ in range(100):  # until none is left, but not forever
        processes = _descendants()
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in processes:
                with contextlib.suppress(OSError):
                    os.kill(process, number)
        if not processes:
            return


def _descendants() -> list[int]:
    """Return the ids of this process's living descendants; [] where there is no /proc.

    Those whose parent has ended are among them if this process is their subreaper.
    """
    children: dict[int, list[int]] = {}
    for process in _process_ids():
        with contextlib.suppress(OSError), open(
            f"/proc/{process}/stat", encoding="utf-8", errors="replace"
        ) as file:
            # PID (NAME) STATE PARENT ...; the name may hold spaces and parentheses
            state, parent = file.read().rpartition(")")[2].split()[:2]
            if state != "Z":  # not a process that has ended and waits to be collected
                children.setdefault(int(parent), []).append(process)
    family = [os.getpid()]
    for process in family:  # the list grows meanwhile
        family += children.get(process, [])
    return family[1:]


def _process_ids() -> list[int]:
    """Return the ids of all processes; none where there is no /proc."""
    if not os.path.isdir("/proc"):
        return []
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _owner(process: int) -> int:
    """Return the user id of a process; -1 if it has just ended."""
    try:
        return os.stat(f"/proc/{process}").st_uid
    except OSError:
        return -1


def _count_threads(user: int) -> int:
    """Return the number of threads of a user's processes, which count towards its limit."""
    total = 0
    for process in _process_ids():
        with contextlib.suppress(OSError):
            total += len(os.listdir(f"/proc/{process}/task")) if _owner(process) == user else 0
    return total


def _build_root(root: str, work: str, limits: dict[str, Any]) -> None:
    """Mount a file system at the folder `root` that holds all that the submission may see.

    Python, the system and the submission are read-only; /scratch and /tmp are writable. Raises
    OSError if that is not allowed. limits: `Limits.for_child`.
    """
    _mount("none", "/", "", _RECURSIVE | _PRIVATE)
    size = f"size={limits['file_bytes']},nr_inodes={limits['files']},mode=755"
    _mount("tmpfs", root, "tmpfs", _NO_SUID, size)
    for path in _readable_folders():
        if os.path.islink(path):
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            os.symlink(os.readlink(path), root + path)
        elif os.path.exists(path):
            _mount_again(path, root + path)
    for path in limits["hidden"]:
        if os.path.isdir(root + path):
            _mount("none", root + path, "tmpfs", _NO_SUID | _READ_ONLY, "size=0,mode=755")
    for path in _DEVICES:
        _mount_again(path, root + path, is_writable=True)
    _mount_again(os.path.join(work, "submission"), root + "/submission")
    for name in ("/scratch", "/tmp"):
        os.makedirs(root + name, exist_ok=True)
        os.chmod(root + name, 0o1777)


def _readable_folders() -> list[str]:
    """Return _SYSTEM_FOLDERS, then the folders of this Python that do not lie in any of these."""
    python_paths = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, *sys.path}
    python_paths |= {os.path.realpath(path) for path in python_paths}
    folders = list(_SYSTEM_FOLDERS)
    for path in sorted(python_paths, key=len):  # outer folders before those in them
        if (
            os.path.isdir(path)
            and path != "/"
            and not any(f"{path}/".startswith(f"{above}/") for above in folders)
        ):
            folders.append(path)
    return folders


def _mount_again(source: str, target: str, *, is_writable: bool = False) -> None:
    """Mount a file or folder at a second path, read-only unless `is_writable`."""
    os.makedirs(target if os.path.isdir(source) else os.path.dirname(target), exist_ok=True)
    if not os.path.isdir(source):
        with open(target, "wb"):
            pass
    _mount(source, target, "", _BIND | _RECURSIVE)
    if not is_writable:
        # only a remount can make it read-only; it must repeat the flags that are set
        source_flags = os.statvfs(source).f_flag
        flags = sum(flag for bit, flag in _REPEATED_FLAGS.items() if source_flags & bit)
        _mount("none", target, "", _BIND | _REMOUNT | _READ_ONLY | flags)


def _become(user: int) -> None:
    """Change from root to another user, and make the current folder that user's."""
    if os.stat(".").st_uid != user:
        os.chown(".", user, user)
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


def _drop_capabilities() -> None:
    """Give up all capabilities (rights of root), and those that started programs could regain."""
    if sys.platform != "linux" or ctypes is None:
        return
    with contextlib.suppress(OSError):
        _call_c("capset", (ctypes.c_uint32 * 2)(_CAPABILITIES, 0), (ctypes.c_uint32 * 6)())
        _prctl(_NO_NEW_PRIVILEGES, 1)


def _set_limits(limits: dict[str, Any], other_threads: int) -> list[str]:
    """Set the resource limits that this system has; return ["limits"] if it has them.

    limits: `Limits.for_child`. other_threads: the user's threads outside this process.
    """
    if resource is None:
        return []
    maxima = {
        "CPU": math.ceil(max(limits["task_seconds"], 0)) + 1,
        "DATA": limits["memory"],
        "AS": limits["memory"] + limits["reserved_memory"],
        "FSIZE": limits["file_bytes"],
        "NPROC": other_threads + limits["processes"],
        "NOFILE": limits["open_files"],
        "CORE": 0,
    }
    for name, maximum in maxima.items():
        number = getattr(resource, f"RLIMIT_{name}", None)  # None: this system has no such limit
        if number is not None:
            _, hard = resource.getrlimit(number)
            value = maximum if hard == resource.RLIM_INFINITY else min(maximum, hard)
            with contextlib.suppress(OSError, ValueError):
                # keep the hard limit of CPU time: at the soft one the process gets SIGXCPU, which
                # tells a time-out from a death; at the hard one SIGKILL
                resource.setrlimit(number, (value, value if name != "CPU" else hard))
    return ["limits"]


def _mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """Call mount(2); raise OSError if it fails."""
    _call_c("mount", source.encode(), os.fsencode(target), kind.encode(), flags, data.encode())


def _prctl(option: int, value: int) -> None:
    """Call prctl(2) on Linux; do nothing elsewhere."""
    if sys.platform == "linux":
        _call_c("prctl", option, value, 0, 0, 0)


def _call_c(name: str, *arguments: Any) -> None:
    """Call a function of the C library; raise OSError if it does not return 0.

    Also if it cannot be called. Integers are passed as unsigned long.
    """
    if ctypes is None:
        raise OSError("this Python has no ctypes")
    library = ctypes.CDLL(None, use_errno=True)
    c_values = [ctypes.c_ulong(value) if isinstance(value, int) else value for value in arguments]
    if getattr(library, name)(*c_values) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
