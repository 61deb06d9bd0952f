#!/usr/bin/python3
"""Runs clang-tidy over core/, shim/, tapif/ and tools/, in parallel.

A file is read again only when it, a header that it includes, or .clang-tidy changed: each clean
result is kept in <build>/clang-tidy under a hash of all of them.

Usage: scripts/clang_tidy.py [build folder]
"""

import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUBJECTS = re.compile(rf"^{re.escape(str(ROOT))}/(core|shim|tapif|tools)/.*\.cpp$")
# GCC's options that clang does not know, and warnings that are the compiler's business.
DROP = re.compile(r"^(-fno-plt|-Werror|-Wno-error=.*|-ftls-model=.*|-Winvalid-pch)$")


def commands(folder):
    """One compile command for each subject; for the core that of its first profile."""
    subprocess.run(["cmake", "-G", "Ninja", "-S", ROOT, "-B", folder, "-DTAPSTACK_JOIN=OFF", "--log-level=WARNING"],
                   check=True, stdout=subprocess.DEVNULL)
    entries = {}
    for entry in json.loads((folder / "compile_commands.json").read_text()):
        if SUBJECTS.search(entry["file"]):
            entries.setdefault(entry["file"], entry)
    for file, entry in sorted(entries.items()):
        words = shlex.split(entry["command"])
        compiler = next(i for i, w in enumerate(words) if re.search(r"(c\+\+|g\+\+|clang\+\+)(-\d+)?$", w))
        words = [w for w in words[compiler + 1:] if not DROP.match(w)]
        cut = words.index("-o")
        yield file, entry["directory"], words[:cut] + ["-Wno-unknown-warning-option"]


def fingerprint(file, directory, words, version):
    """A hash of everything that the result depends on, or None if the file does not compile."""
    made = subprocess.run(["c++", *words, "-MM", file], cwd=directory, capture_output=True, text=True)
    if made.returncode:
        return None
    names = made.stdout.replace("\\\n", " ").split(":", 1)[1].split()
    digest = hashlib.sha256(version.encode() + " ".join(words).encode())
    digest.update((ROOT / ".clang-tidy").read_bytes())
    for name in names:
        digest.update((Path(directory) / name).read_bytes())
    return digest.hexdigest()


def run(file, directory, words, cache, version):
    mark = fingerprint(file, directory, words, version)
    if mark and (cache / mark).exists():
        return 0, ""
    done = subprocess.run(["clang-tidy", "--quiet", file, "--", *words], cwd=ROOT,
                          capture_output=True, text=True)
    output = "\n".join(line for line in (done.stdout + done.stderr).splitlines()
                       if not re.search(r"warnings? (generated|treated)|^Suppressed|^Use -header", line))
    if done.returncode == 0 and mark:
        (cache / mark).write_text(file)
    return done.returncode, output


def main():
    build = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build").resolve()
    cache = build / "clang-tidy"
    cache.mkdir(parents=True, exist_ok=True)
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True).stdout
    bad = count = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(run, *command, cache, version) for command in commands(cache / "commands")]
        for job in concurrent.futures.as_completed(jobs):
            status, output = job.result()
            count += 1
            if status:
                bad += 1
                print(output.strip(), flush=True)
    print(f"clang-tidy: {count} files, {bad} with problems")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
