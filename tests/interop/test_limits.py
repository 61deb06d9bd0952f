"""Programs that no library can be put under: `tapstack run` says so before it starts them."""

import pathlib
import shutil
import struct
import subprocess

import pytest

from command_line import USER

SOURCE = "int main() { return 7; }\n"


def compile_to(path: pathlib.Path, *flags: str) -> pathlib.Path:
    subprocess.run(["g++", "-x", "c++", "-", "-o", path, *flags], input=SOURCE.encode(), check=True)
    return path


def with_header(source: pathlib.Path, path: pathlib.Path, offset: int, value: bytes) -> pathlib.Path:
    """A copy of an ELF file with some bytes of its header replaced."""
    image = bytearray(source.read_bytes())
    image[offset : offset + len(value)] = value
    path.write_bytes(image)
    path.chmod(0o755)
    return path


@pytest.fixture(scope="module")
def programs(tmp_path_factory) -> pathlib.Path:
    """A folder with tiny programs of every kind."""
    folder = tmp_path_factory.mktemp("programs")
    for parent in (folder, *folder.parents):
        if parent.name.startswith(("pytest-", "popen-", "programs")):
            parent.chmod(0o755)
    dynamic = compile_to(folder / "dynamic")
    compile_to(folder / "static", "-static")
    compile_to(folder / "static_pie", "-static-pie")
    # The note that Go's linker writes, in a dynamic program as cgo makes one.
    note = folder / "note.s"
    note.write_text('.section .note.go.buildid,"a",@note\n.long 4, 4, 4\n.ascii "Go\\0\\0"\n.ascii "abcd"\n')
    compile_to(folder / "go", "-x", "assembler", str(note))
    e_ident_class, e_machine = 4, 18
    with_header(dynamic, folder / "narrow", e_ident_class, b"\1")
    with_header(dynamic, folder / "foreign", e_machine, struct.pack("<H", 243))  # RISC-V
    loader = b"/lib64/ld-linux-x86-64.so.2"
    image = dynamic.read_bytes()
    if loader in image:
        with_header(dynamic, folder / "other_libc", image.index(loader), b"/lib/ld-musl-x86_64.so.1\0")
    for name, first in {"script": f"#!{folder}/static", "env_script": f"#!/usr/bin/env {folder}/static",
                        "shell_script": "#!/bin/sh"}.items():
        (folder / name).write_text(first + "\nexit 7\n")
        (folder / name).chmod(0o755)
    shutil.copy(dynamic, folder / "setuid")
    (folder / "setuid").chmod(0o4755)
    return folder


@pytest.mark.parametrize(
    ("program", "said", "instead"),
    [
        ("static", "is statically linked", "use a dynamically linked build"),
        ("static_pie", "is statically linked", "use a dynamically linked build"),
        ("go", "is written in Go", "gccgo"),
        ("script", "/static, which is statically linked", "use a dynamically linked build"),
        ("env_script", "/static, which is statically linked", "use a dynamically linked build"),
    ],
)
def test_what_cannot_be_preloaded_is_told_and_runs(start, programs, program, said, instead):
    done = start("run", "--", programs / program).wait()
    assert done.returncode == 7
    assert said in done.errors and instead in done.errors and done.errors.count("\n") == 1, done.report()


@pytest.mark.parametrize(
    ("program", "said"),
    [("narrow", "another word size"), ("foreign", "another machine"), ("other_libc", "another C library")],
)
def test_what_the_kernel_may_not_even_start_is_told(start, programs, program, said):
    if not (programs / program).exists():
        pytest.skip("the loader's name is not known on this machine")
    done = start("run", "--", programs / program).wait()
    assert said in done.errors.splitlines()[0], done.report()


def test_a_program_of_musl_is_told_and_runs(start, tmp_path):
    if shutil.which("musl-gcc") is None:
        pytest.skip("musl-gcc is not installed (scripts/setup interop)")
    subprocess.run(["musl-gcc", "-x", "c", "-", "-o", tmp_path / "musl"], input=SOURCE.encode(), check=True)
    done = start("run", "--", tmp_path / "musl").wait()
    assert done.returncode == 7, done.report()
    assert "another C library" in done.errors and done.errors.count("\n") == 1, done.report()


@pytest.mark.parametrize("program", ["dynamic", "shell_script"])
def test_nothing_is_said_of_other_programs(start, programs, program):
    done = start("run", "--", programs / program).wait()
    assert done.returncode == 7 and done.errors == "", done.report()


def test_a_program_that_would_gain_rights_is_told(start, programs):
    done = start("run", "--", programs / "setuid", user=USER).wait()
    assert done.returncode == 7
    assert "set-user-ID" in done.errors and done.errors.count("\n") == 1, done.report()


def test_root_gains_nothing_and_is_told_nothing(start, programs):
    assert start("run", "--", programs / "setuid").wait().errors == ""
