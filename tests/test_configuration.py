"""What the library says of its host: versions, CPU, instruction set, threads, engines."""

from __future__ import annotations

import platform
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import convpool
from convpool.engines import threads
from convpool.engines.compiled import host, library
from convpool.engines.registry import all_engines
from support import children

SHOW = "import convpool; convpool.show_config()"


def lines_by_name(text):
    """Return the lines of show_config by their names."""
    names = "convpool", "Python", "NumPy", "CPU", "instructions", "threads", "engine"
    lines = {}
    for line in text.splitlines():
        name, rest = line.split(maxsplit=1)
        assert name in names
        if name == "engine":
            name, rest = rest.split(maxsplit=1)
        lines[name] = rest.strip()
    return lines


# ---- the CPU ----


def test_the_cpu_has_a_name(monkeypatch):
    assert host.cpu_name().strip() == host.cpu_name() != ""

    def unreadable(*words, **options):
        raise OSError("no such file")

    monkeypatch.setattr(host, "CPU_INFO", "/nosuch")
    monkeypatch.setattr(subprocess, "check_output", unreadable)
    assert host.cpu_name() == (platform.processor() or platform.machine())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "processor\t: 0\nmodel name\t: Fast CPU @ 3 GHz\nmodel name\t: Other\n",
            "Fast CPU @ 3 GHz",
        ),
        ("processor\t: 0\nBogoMIPS\t: 50\n", "some machine"),
    ],
)
def test_the_name_in_cpuinfo(monkeypatch, tmp_path, text, name):
    monkeypatch.setattr(sys, "platform", "linux")
    (tmp_path / "cpuinfo").write_text(text)
    monkeypatch.setattr(host, "CPU_INFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(platform, "processor", lambda: "")
    monkeypatch.setattr(platform, "machine", lambda: "some machine")
    assert host.cpu_name() == name


# ---- show_config ----


@pytest.mark.parametrize(
    "isa", [*library.INSTRUCTION_SETS.values(), None], ids=lambda isa: isa and isa.name
)
def test_show_config_prints_what_it_is(capsys, monkeypatch, isa):
    other = replace(all_engines.POOL_ENGINES["numpy"], name="other")
    monkeypatch.setitem(all_engines.POOL_ENGINES, "other", other)
    monkeypatch.setattr(library, "choice", lambda: library.Choice(isa, "it was drawn"))
    monkeypatch.delenv(threads.VARIABLE, raising=False)
    convpool.set_num_threads(3)
    try:
        assert convpool.show_config() is None
    finally:
        convpool.set_num_threads(None)
    name = f"{isa.name}, vectors of {8 * isa.vector_bytes} bits" if isa else "none"
    assert lines_by_name(capsys.readouterr().out) == {
        "convpool": convpool.__version__,
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "NumPy": np.__version__,
        "CPU": f"{host.cpu_name()} ({platform.machine()})",
        "instructions": f"{name} (it was drawn)",
        "threads": "3 (set_num_threads)",
        "numpy": "works",
        "compiled": "works" if isa else "it was drawn",
        "fft": "works",
        "other": "works",
    }


def test_show_config_says_why_there_is_no_library():
    lines = lines_by_name(children.output(SHOW, CONVPOOL_ISA="none", CONVPOOL_NUM_THREADS="5"))
    assert lines["instructions"] == "none (CONVPOOL_ISA is 'none')"
    assert lines["compiled"] == "CONVPOOL_ISA is 'none'"
    assert lines["numpy"] == "works"
    assert lines["threads"] == "5 (CONVPOOL_NUM_THREADS)"


@pytest.mark.parametrize("name", threads.OTHER_VARIABLES)
def test_show_config_says_where_the_number_of_threads_is_from(name):
    text = children.output(SHOW, **{"CONVPOOL_NUM_THREADS": "", "OMP_NUM_THREADS": "", name: "3"})
    assert lines_by_name(text)["threads"] == f"3 ({name})"


def test_set_num_threads_sets_what_the_engines_use():
    convpool.set_num_threads(6)
    try:
        assert threads.number() == 6
        with pytest.raises(
            ValueError, match="the number of threads is 0; it must be a whole number of 1 or more"
        ):
            convpool.set_num_threads(0)
    finally:
        convpool.set_num_threads(None)
