#!/usr/bin/env python3
"""Sets itself up and runs: `python3 run.py demo`, `python3 run.py test`, or any command.

Needs only Python 3.11 or newer and this folder. The first call makes `.venv`
and installs the locked packages into it; later calls go straight on.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "set-up"
LOCK, DEV_LOCK = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
UV = shutil.which("uv")
PUBLIC_SETS = ("gap", "sscflp")  # `bench` with one of these is a command of the program

HELP = """\
usage: python3 run.py COMMAND [options]

  demo            the whole story on sample data: check, forecast, sufficiency, plan, report
  test            lint, types, import contracts and tests (a few minutes)
  test --full     the heavy suites as well, with fresh seeds
  lint            ruff, mypy and the import contracts alone
  serve           the HTTP service on this machine
  lock            renew requirements*.lock (needs uv)
  bench NAME      a benchmark of tests/benchmarks; without NAME it lists them
  bench gap FILE, bench sscflp FILE
                  a public instance through the engine (--help says more)

Any other command goes to rcc-forecast; `python3 run.py --help-commands` lists them.
Examples:
  python3 run.py demo --out out/demo
  python3 run.py check sample_data
  python3 run.py forecast sample_data --horizon 24 --out forecast.csv
"""


def main(arguments: list[str]) -> int:
    """Set up what the command needs, then hand over to it."""
    if sys.version_info < (3, 11):
        print("rcc-forecast needs Python 3.11 or newer.", file=sys.stderr)
        return 2
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(HELP)
        return 0
    command, rest = arguments[0], arguments[1:]
    if command == "lock":
        return lock()
    developing = command in ("test", "lint", "bench")
    set_up(DEV_LOCK if developing else LOCK)
    if command == "lint":
        return lint()
    if command == "test":
        return lint() or tests(rest)
    if command == "bench" and (not rest or is_script(rest[0])):
        return bench(rest)
    given = ["--help"] if command == "--help-commands" else arguments
    hand_over("-m", "rcc_forecast", *given)
    return 0


def set_up(lock_file: Path) -> None:
    """Install the locked packages, unless they are there already."""
    wanted = fingerprint(lock_file)
    done = STAMP.read_text().split() if STAMP.exists() else []
    # The tests' environment holds everything that the program needs.
    if wanted in done or (lock_file == LOCK and fingerprint(DEV_LOCK) in done):
        return
    print("Setting up (once; about half a minute to two minutes) ...", file=sys.stderr)
    if UV:
        install_with_uv(lock_file)
    else:
        install_with_pip(lock_file)
    STAMP.write_text(wanted)


def fingerprint(lock_file: Path) -> str:
    """Tell when to install anew: other packages, other settings, other Python."""
    parts = [lock_file.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode()]
    return sha256(b"".join(parts) + sys.version.encode()).hexdigest()


def install_with_uv(lock_file: Path) -> None:
    """Install by uv, which is faster, where the machine has it."""
    environment = {**os.environ, "VIRTUAL_ENV": str(VENV)}
    if not PYTHON.exists():
        run(UV, "venv", "--quiet", "--clear", "--python", sys.executable, VENV)
    run(UV, "pip", "sync", "--quiet", "--require-hashes", lock_file, env=environment)
    flags = ("--quiet", "--no-deps", "--no-build-isolation")
    run(UV, "pip", "install", *flags, "--editable", ROOT, env=environment)


def install_with_pip(lock_file: Path) -> None:
    """Install by pip, from wheels alone, each held against its hash."""
    need_ensurepip()
    if not PYTHON.exists():
        venv.EnvBuilder(with_pip=True, clear=True).create(VENV)
    elif subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False).returncode:
        run(PYTHON, "-m", "ensurepip")  # uv made this environment, without pip
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "--only-binary", ":all:", "--requirement", lock_file)
    run(*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT)


def need_ensurepip() -> None:
    """Debian and Ubuntu part `venv` from Python: fetch it, or say how."""
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        apt, sudo = shutil.which("apt-get"), shutil.which("sudo")
        if not apt or not (os.geteuid() == 0 or sudo):
            sys.exit(f"This Python cannot make environments. Install {package}, then try again.")
        as_root = [] if os.geteuid() == 0 else [sudo]
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        print(f"Installing {package} ...", file=sys.stderr)
        run(*as_root, apt, "update", "-qq", env=quiet)
        run(*as_root, apt, "install", "-y", "-qq", package, env=quiet, stdout=subprocess.DEVNULL)
        os.execv(sys.executable, [sys.executable, str(ROOT / "run.py"), *sys.argv[1:]])


def lint() -> int:
    """Style, types and import contracts."""
    for tool in (
        ("-m", "ruff", "check", "."),
        ("-m", "ruff", "format", "--check", "."),
        ("-m", "mypy"),
        ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"),
    ):
        failed = subprocess.run([PYTHON, *tool], cwd=ROOT, check=False).returncode
        if failed:
            return failed
    return 0


def tests(rest: list[str]) -> int:
    """Run the tests on every core; the heavy suites only when asked."""
    full = "--full" in rest
    marked = [] if full else ["-m", "not full"]
    chosen = [argument for argument in rest if argument != "--full"]
    spread = ["-n", str(os.cpu_count() or 1), "--dist", "loadfile"]
    return subprocess.run(
        [PYTHON, "-m", "pytest", "-q", *spread, *marked, *chosen], cwd=ROOT, check=False
    ).returncode


def is_script(name: str) -> bool:
    """Tell a benchmark of tests/benchmarks from a command of the program."""
    there = (ROOT / f"tests/benchmarks/bench_{name}.py").exists()
    return there and name not in PUBLIC_SETS


def bench(rest: list[str]) -> int:
    """Run one benchmark, or list them."""
    if not rest:
        for path in sorted((ROOT / "tests/benchmarks").glob("bench_*.py")):
            print(path.stem.removeprefix("bench_"))
        return 0
    script = ROOT / f"tests/benchmarks/bench_{rest[0]}.py"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [PYTHON, script, *rest[1:]], cwd=ROOT, env=environment, check=False
    ).returncode


def lock() -> int:
    """Resolve the packages anew into lock files that name no host."""
    if not UV:
        print("Renewing the locks needs uv on the path.", file=sys.stderr)
        return 2
    how = ("--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade", "--quiet")
    silent = ("--no-emit-index-url", "--no-header", "--no-annotate")
    what = ("pyproject.toml", "--extra", "build")
    run(UV, "pip", "compile", *how, *silent, *what, "-o", LOCK)
    run(UV, "pip", "compile", *how, *silent, *what, "--extra", "dev", "-c", LOCK, "-o", DEV_LOCK)
    return 0


def run(*command: object, **options: object) -> None:
    """Run a step of the set-up, and stop plainly where it fails."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, check=False, **options)
    if done.returncode:
        sys.exit(f"Set-up stopped: `{' '.join(str(part) for part in command[:4])} ...` failed.")


def hand_over(*arguments: str) -> None:
    """Become the program, in the caller's folder."""
    sys.stdout.flush()
    if os.name == "nt":
        sys.exit(subprocess.run([PYTHON, *arguments], check=False).returncode)
    os.execv(PYTHON, [str(PYTHON), *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
