"""What a benchmark ran on, said the same way in all of them."""

import os
import platform
from datetime import date
from pathlib import Path


def describe() -> str:
    """CPU model, cores, memory, Python and date, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_cpu_model()}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"Python {platform.python_version()}, {date.today()}"
    )


def header(command: str, data: str) -> str:
    """The lines every benchmark starts with, so that a figure can be traced and repeated."""
    return f"command: {command}\ndata:    {data}\nmachine: {describe()}\n"


def _cpu_model() -> str:
    """Name of the processor as Linux tells it, else what Python knows."""
    info = Path("/proc/cpuinfo")
    for line in info.read_text().splitlines() if info.exists() else []:
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or platform.machine()
