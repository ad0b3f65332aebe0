"""On what machine was it measured, how busy was that, and how much memory did it take?"""

from __future__ import annotations

import os
import platform
import resource
import sqlite3


def describe() -> str:
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{os.cpu_count()} cores ({_processor()}), load {load}; "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.system()}"
    )


def peak_megabytes() -> float:
    """Of this process since it began; `ru_maxrss` would be its parent's where that is more."""
    try:
        with open("/proc/self/status", encoding="utf-8") as lines:  # noqa: PTH123 - as below
            [kilobytes] = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    except OSError:
        kilobytes = str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return int(kilobytes) / 1024


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123 - a device of the kernel
            names = [
                line.partition(":")[2].strip() for line in lines if line.startswith("model name")
            ]
    except OSError:
        names = []
    return names[0] if names else platform.machine()
