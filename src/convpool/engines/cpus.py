"""How many CPUs this process may use, by its affinity mask and its container's quota."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from math import ceil


def count() -> tuple[int, str]:
    """Return (number, source): how many CPUs this process may use, at least 1, and what limits it.

    The source is "the container's CPU quota" or "CPUs that this process may use".
    """
    mask, limit = _mask_count(), quota()
    if limit is not None and limit < mask:
        return limit, "the container's CPU quota"
    return mask, "CPUs that this process may use"


def _mask_count() -> int:
    """Return the number of CPUs in the affinity mask, or of all CPUs where there is none."""
    if hasattr(os, "process_cpu_count"):  # Python 3.13
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@lru_cache(maxsize=1)
def quota(system: str = "/") -> int | None:
    """Return the container's CPU quota in CPUs, rounded up; None without one. It is read once.

    `system` is the root folder. The least quota counts, of the control groups of versions 1 and 2,
    from the process's own group up to the container's.
    """
    limits = []
    with suppress(OSError, ValueError, IndexError):  # not Linux, or files in another form
        for folder in _group_folders(system):
            for read in (_read_v2, _read_v1):
                with suppress(OSError, ValueError):
                    quota, period = read(folder)
                    if quota > 0 and period > 0:
                        limits.append(ceil(quota / period))
    return min(limits, default=None)


def _text(folder: str, name: str) -> str:
    """Return the text of a file."""
    with open(os.path.join(folder, name), errors="replace") as file:
        return file.read()


def _read_v2(folder: str) -> tuple[int, int]:
    """Return (quota, period) of a group of version 2 in microseconds; a quota of 0 for "max"."""
    quota, period = _text(folder, "cpu.max").split()
    return (0 if quota == "max" else int(quota)), int(period)


def _read_v1(folder: str) -> tuple[int, int]:
    """Return (quota, period) of a group of version 1 in microseconds; a quota of -1 for none."""
    return int(_text(folder, "cpu.cfs_quota_us")), int(_text(folder, "cpu.cfs_period_us"))


def _group_folders(system: str) -> Iterator[str]:
    """Yield the folders of the control groups that limit this process's CPU time, its own first.

    Its own group is followed by each group that contains it, as far as they are mounted.
    """
    paths = _own_groups(system)
    for kind, root, mount_point in _group_mounts(system):
        if kind not in paths:
            continue
        top = os.path.join(system, mount_point.strip("/"))
        group, above = _names(paths[kind]), _names(root)
        # a path outside of what is mounted is that of the host: then the container's own group is
        # mounted at the top
        is_mounted = group[: len(above)] == above and ".." not in group
        names = group[len(above) :] if is_mounted else []
        for count in range(len(names), -1, -1):
            yield os.path.join(top, *names[:count])


def _own_groups(system: str) -> dict[str, str]:
    """Return kind of file system, "cgroup" or "cgroup2" -> path in it of this process's group."""
    paths = {}
    for line in _text(system, "proc/self/cgroup").splitlines():
        number, controllers, path = line.split(":", 2)
        if number == "0" and not controllers:
            paths["cgroup2"] = path
        elif "cpu" in controllers.split(","):
            paths["cgroup"] = path
    return paths


def _group_mounts(system: str) -> Iterator[tuple[str, str, str]]:
    """Yield (kind of file system, path of the group that is mounted, folder where it is mounted).

    Mounts of version 1 without the CPU controller are left out.
    """
    for mount in _text(system, "proc/self/mountinfo").splitlines():
        # ... root, where it is mounted, options, - kind source options
        before, _, after = mount.partition(" - ")
        fields, (kind, *options) = before.split(" "), after.split(" ")
        if kind == "cgroup" and "cpu" not in options[-1].split(","):
            continue
        # spaces and the like are octal there: \040
        root, mount_point = (
            re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), field)
            for field in fields[3:5]
        )
        yield kind, root, mount_point


def _names(path: str) -> list[str]:
    """Return the names that a path consists of."""
    return [name for name in path.split("/") if name]
