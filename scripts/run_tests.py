#!/usr/bin/python3
"""Runs the stages of `make test` in order and goes on after a failed one.

Each stage writes build/test-logs/<stage>.log; the last line of all is "N passed, N failed, N skipped".
"""

import argparse
import concurrent.futures
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from test_results import Result, first_line, from_xml, one, summary  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "test-logs"
PYTEST = ["/usr/bin/python3", "-m", "pytest", "-p", "no:cacheprovider", "-q", "-ra"]
ASAN = {"ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1",
        "UBSAN_OPTIONS": "print_stacktrace=1"}
ASAN_SEEDS = "30"  # of the simulation; the release build does them all


class Runner:
    """Runs commands of one stage; everything that they print goes into the stage's log."""

    def __init__(self, stage, nightly, is_beside=False):
        self.stage = stage
        self.first = ["nice", "-n", "19"] if is_beside else []
        self.nightly = nightly
        self.limit_s = 4 * 3600 if nightly else 1800
        self.log_path = LOGS / f"{stage}.log"
        self.log_path.write_text("")

    def run(self, command, env=None):
        """The exit status of a command; 124 if it had to be ended because it took too long."""
        with open(self.log_path, "ab", 0) as log:
            log.write(f"\n$ {' '.join(map(str, command))}\n".encode())
            process = subprocess.Popen([*self.first, *command], cwd=ROOT, env={**os.environ, **(env or {})},
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       start_new_session=True)
            try:
                return process.wait(self.limit_s)
            except subprocess.TimeoutExpired:
                log.write(f"\nended after {self.limit_s} s\n".encode())
            finally:
                try:  # what a stage left behind must not disturb the next one
                    os.killpg(process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            process.wait()
            return 124

    def check(self, name, command, env=None):
        """A command that is a single check: its status is the result."""
        status = self.run(command, env)
        return one(name, status, f"exit {status}, see {self.log_path.relative_to(ROOT)}")

    def with_xml(self, name, command, option, env=None):
        xml = LOGS / f"{self.stage}-{name}.xml"
        xml.unlink(missing_ok=True)
        status = self.run([*command, f"{option}{xml}"], env)
        return from_xml(xml, name, status)


def build_dir(build):
    return ROOT / "build" if build == "release" else ROOT / "build" / build


def make(runner, build, *targets):
    """Configures and builds; goes on after a failed target so that others can be tested."""
    status = runner.run(["make", "--no-print-directory", "configure", f"BUILD={build}"])
    if build == "asan":  # by night each file is compiled by itself: does it include what it uses?
        joined = "OFF" if runner.nightly else "ON"
        status = status or runner.run(["cmake", f"-DTAPSTACK_JOIN={joined}", build_dir(build)])
    return status or runner.run(["ninja", "-C", build_dir(build), "-k", "0", *targets])


def registered(build):
    """Names and commands of the tests that CMake registered."""
    listing = subprocess.run(["ctest", "--test-dir", build_dir(build), "--show-only=json-v1"],
                             capture_output=True, text=True)
    if listing.returncode:
        return {}
    tests = json.loads(listing.stdout)["tests"]
    return {test["name"]: test.get("command", []) for test in tests}


def gtests(runner, build, prefixes, env=None, without=()):
    """Every registered GoogleTest program whose name starts so; two at a time."""
    env = {**ASAN, **(env or {})}
    wanted = {name: command for name, command in registered(build).items()
              if name.startswith(prefixes) and name not in without}
    result = Result()
    if not wanted:
        folders = ", ".join(f"tests/{p.rstrip('_')}" for p in prefixes)
        return Result(skipped=[(runner.stage, f"nothing is registered from {folders}")])

    def run(name, command):
        if not command or not os.path.exists(command[0]):
            return Result(failed=[(name, "was not built")])
        if name.startswith("fuzz_"):
            return runner.check(name, command, env)
        return runner.with_xml(name, command, "--gtest_output=xml:", env)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in [pool.submit(run, *item) for item in wanted.items()]:
            result.add(done.result())
    return result


# --- stages ----------------------------------------------------------------------------------------

def stage_build(runner):
    return one("release, GCC", make(runner, "release", "all", "tests"), "see its log")


def stage_build_clang(runner):
    build = ROOT / "build" / "clang"
    # Its warnings are wanted: without optimizing and debug information it takes half as long.
    kind = "RelWithDebInfo" if runner.nightly else "None"
    status = runner.run(["cmake", "-G", "Ninja", "-S", ".", "-B", build, f"-DCMAKE_BUILD_TYPE={kind}",
                         f"-DTAPSTACK_JOIN={'OFF' if runner.nightly else 'ON'}",
                         "-DCMAKE_C_COMPILER=clang-16", "-DCMAKE_CXX_COMPILER=clang++-16"])
    status = status or runner.run(["ninja", "-C", build, "-k", "0", "all"])
    return one("Clang", status, "see its log")


def stage_lint(runner):
    # clang-tidy takes 4 to 9 minutes on two cores: it is for `make lint` and `make nightly`.
    result = runner.check("lint", ["scripts/lint", *([] if runner.nightly else ["--fast"]), "build"])
    if list((ROOT / "tests/scripts").glob("test_*.py")):
        result.add(runner.with_xml("scripts", [*PYTEST, "tests/scripts"], "--junitxml="))
    return result


def stage_unit(runner):
    return gtests(runner, "release", ("unit_",))


def stage_sim(runner):
    return gtests(runner, "release", ("sim",), {"TAPSTACK_SIM_SEEDS": "20000"} if runner.nightly else {})


def stage_conformance(runner):
    return gtests(runner, "release", ("conformance",))


def stage_fuzz_replay(runner):
    return gtests(runner, "release", ("fuzz_",))


def stage_fuzz(runner):
    if not runner.nightly:
        return Result(skipped=[("fuzz", "new inputs are searched in `make nightly` and `make fuzz` only")])
    return runner.check("fuzz", ["scripts/fuzz"], {"FUZZ_SECONDS": "600"})


def stage_bench_sim(runner):
    if not runner.nightly:
        return Result(skipped=[("bench-sim", "the grid is measured in `make nightly` and `make bench-sim` only")])
    return runner.check("bench-sim", ["make", "--no-print-directory", "bench-sim", "FULL=1"])


def stage_bench_loss(runner):
    """The comparison with Linux over bad paths is nightly; that it works is seen every time."""
    status = make(runner, "release", "all", "bench_programs", "interop_programs")
    quick = [] if runner.nightly else ["--quick"]
    return runner.check("bench-loss", ["false"] if status else ["scripts/bench", "loss", *quick])


def stage_coverage(runner):
    if not runner.nightly:
        return Result(skipped=[("coverage", "is counted in `make nightly` and `make coverage` only")])
    return runner.check("coverage", ["scripts/coverage.py"])


def stage_rfc_trace(runner):
    return runner.check("rfc_trace", ["scripts/rfc_trace", "--missing"])


def stage_size(runner):
    return runner.check("size", ["scripts/size", "--built"], {"BUILD_DIR": str(ROOT / "build")})


def interop(runner, build, *arguments, env=None):
    """tests/interop under pytest, over both carriers, with the library of one build."""
    if not list((ROOT / "tests/interop").glob("**/test_*.py")):
        return Result(skipped=[(runner.stage, "there is no test in tests/interop")])
    if runner.nightly:
        arguments += ("--nightly",)
    env = {"TAPSTACK_BUILD": str(build_dir(build)), **(env or {})}
    workers = ["-n", str(os.cpu_count()), "--dist", "loadgroup"]
    return runner.with_xml("pytest", ["scripts/interop", *workers, *arguments], "--junitxml=", env)


# What of tests/interop runs under a sanitizer, and for which of them it is left out, and why.
SANITIZED = ["test_programs.py", "test_processes.py", "test_connections.py", "test_nc.py",
             "test_ping.py"]
LEFT_OUT = [
    ("asan tsan", "on_the_kernel", "no line of ours runs in it"),
    ("asan tsan", "idle", "measures wake-ups of a build ten times slower"),
    ("asan tsan", "times_are", "measures time of a build ten times slower"),
    ("asan tsan", "100_000", "more of what `signals` does"),
    ("asan tsan", "interruptions", "no sanitizer knows what pthread_cancel() unwinds"),
    ("asan tsan", "unnoticed", "one thread; closes what a run time may have open"),
    ("tsan", "blocked_calls", "ends processes whose threads wait, out of handlers that are held back"),
    ("asan tsan", "attempts", "mostly waits"),
    ("asan tsan", "neighbour", "mostly waits"),
    ("asan tsan", "absent_host", "mostly waits"),
    ("asan tsan", "i0.01", "more of what the other pings do"),
    ("asan tsan", "HundredMegabytes", "more of what `stream_io` does"),
    ("asan tsan", "NothingIsLost", "more of what `stream_io` does"),
    ("tsan", "limits", "one thread, and minutes"),
    ("tsan", "udp", "one thread"),
    ("tsan", "datagrams and nc", "one thread"),
    ("tsan", "ping", "one thread"),
]
# Not among SANITIZED: test_tools.py, as libasan and libtsan of GCC 12 alone, without our library,
# hang curl and wget at their start (setlocale); test_command.py, which preloads by itself.


def sanitized_interop(runner, build):
    """SANITIZED over both carriers, on programs that are not instrumented, as users have them.

    Every report of a sanitizer, of whichever process, is a failure.
    """
    reports = LOGS / f"{build}-reports"
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir()
    runtime = subprocess.run(["c++", f"-print-file-name=lib{build}.so"], capture_output=True,
                             text=True, check=True).stdout.strip()
    # Unmodified programs leak, fork with threads, and are not instrumented: not our business.
    env = {"TAPSTACK_LIBRARY": str(build_dir(build) / "libtapstack.so"),
           "TAPSTACK_PRELOAD_FIRST": os.path.realpath(runtime),
           "ASAN_OPTIONS": f"detect_leaks=0:log_path={reports}/asan",
           "UBSAN_OPTIONS": f"print_stacktrace=1:log_path={reports}/ubsan",
           "TSAN_OPTIONS": "ignore_noninstrumented_modules=1:die_after_fork=0:atexit_sleep_ms=0:"
                           f"log_path={reports}/tsan"}
    names = [f"not ({name})" for builds, name, _ in LEFT_OUT if build in builds.split()]
    result = interop(runner, "release", *SANITIZED, "-k", " and ".join(names), env=env)
    for report in sorted(reports.iterdir()):
        lines = [line for line in report.read_text(errors="replace").splitlines()
                 if "ERROR" in line or "WARNING" in line or "runtime error" in line]
        result.failed.append((str(report.relative_to(ROOT)), first_line("\n".join(lines))))
    return result


def stage_interop(runner):
    return interop(runner, "release")


# Unit tests that `make test` runs under AddressSanitizer too: they read what comes from outside. Of
# the others the simulation and the scripts of conformance run the same code; building them takes five
# minutes. unit_shim needs the core in another profile; it runs under ThreadSanitizer, and here by night.
ASAN_UNIT = ["unit_mem", "unit_wire", "unit_socket"]


def stage_asan(runner):
    programs = ["unit_tests", "sim_paths"] if runner.nightly else ASAN_UNIT
    prefixes = ("unit_", "sim_paths") if runner.nightly else tuple(ASAN_UNIT)
    targets = [*programs, "sim", "conformance", "fuzz_targets" if runner.nightly else "fuzz_core"]
    result = one("asan build", make(runner, "asan", *targets), "see its log")
    # These stand on the core of the host profile: a second one to build.
    host_profile = ("sim_paths", "fuzz_keeper", "fuzz_netlink", "fuzz_diag_bytecode")
    without = () if runner.nightly else host_profile
    return result.add(gtests(runner, "asan", (*prefixes, "sim", "conformance", "fuzz_"),
                             {"TAPSTACK_SIM_SEEDS": "20000" if runner.nightly else ASAN_SEEDS}, without))


def stage_asan_interop(runner):
    if not runner.nightly:
        return Result(skipped=[(runner.stage, "programs under sanitizers: in `make nightly` only")])
    status = make(runner, "release", "all", "interop_programs")
    status = status or make(runner, "asan", "tapstack_shim", "tapstack-keeper")
    result = one("asan build", status, "see its log")
    return result.add(sanitized_interop(runner, "asan"))


def stage_build_tsan(runner):
    """Ahead of the stage that runs it, so that it can stand beside another."""
    return one("tsan build", make(runner, "tsan", "unit_shim"), "see its log")


def stage_tsan(runner):
    result = one("tsan build", make(runner, "tsan", "unit_shim"), "see its log")
    return result.add(gtests(runner, "tsan", ("unit_shim",)))


def stage_tsan_interop(runner):
    if not runner.nightly:
        return Result(skipped=[(runner.stage, "programs under sanitizers: in `make nightly` only")])
    status = make(runner, "release", "all", "interop_programs")
    status = status or make(runner, "tsan", "tapstack_shim", "tapstack-keeper")
    result = one("tsan build", status, "see its log")
    return result.add(sanitized_interop(runner, "tsan"))


STAGES = {
    "build": stage_build,
    "build-clang": stage_build_clang,
    "build-tsan": stage_build_tsan,
    "lint": stage_lint,
    "rfc-trace": stage_rfc_trace,
    "unit": stage_unit,
    "sim": stage_sim,
    "conformance": stage_conformance,
    "fuzz-replay": stage_fuzz_replay,
    "fuzz": stage_fuzz,
    "bench-sim": stage_bench_sim,
    "coverage": stage_coverage,
    "size": stage_size,
    "bench-loss": stage_bench_loss,
    "interop": stage_interop,
    "asan": stage_asan,
    "asan-interop": stage_asan_interop,
    "tsan": stage_tsan,
    "tsan-interop": stage_tsan_interop,
}

NIGHTLY = {"fuzz", "bench-sim", "coverage"}

# What mostly computes, beside what mostly waits; at the lowest priority.
BESIDE = {"build-clang": "interop", "size": "interop", "build-tsan": "interop"}


def run_stage(name, options, is_beside=False):
    runner = Runner(name, options.nightly, is_beside)
    started = time.monotonic()
    try:
        result = STAGES[name](runner)
    except Exception as error:  # a broken stage is a failed stage, the others still run
        result = Result(failed=[(name, first_line(repr(error)))])
    return name, result, time.monotonic() - started


def run_all(names, options):
    """Runs the stages in order, those of BESIDE with the one they stand beside; their results."""
    stages = []

    def report(done):
        stages.append(done)
        name, result, seconds = done
        print(f"[{len(stages)}/{len(names)}] {name:<14} {result}  ({seconds:.0f} s)", flush=True)

    beside = {name: host for name, host in BESIDE.items() if {name, host} <= set(names)}
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        for name in names:
            if name in beside:
                continue
            others = [n for n, host in beside.items() if host == name]
            running = [pool.submit(run_stage, n, options, True) for n in others]
            print(f"... {' '.join([name, *others])}", flush=True)
            report(run_stage(name, options))
            for one_of_them in running:
                report(one_of_them.result())
    return stages


def main():
    parser = argparse.ArgumentParser(description=__doc__, prog="scripts/test",
                                     formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="stages: " + " ".join(STAGES))
    parser.add_argument("stages", nargs="*", metavar="stage", help="these only (all)")
    parser.add_argument("--nightly", action="store_true", help="more seeds, and fuzzing")
    options = parser.parse_args()
    names = options.stages or [n for n in STAGES if n not in NIGHTLY or options.nightly]
    unknown = set(names) - set(STAGES)
    if unknown:
        parser.error(f"no such stage: {' '.join(sorted(unknown))}")

    LOGS.mkdir(parents=True, exist_ok=True)
    stages = run_all(names, options)
    text, total = summary(stages)
    print(text)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
