"""Runs the checks one after the other, stops at the first that fails, and says at the end what each of them said.

`quick` is for every change: style, types, imports, and on SQLite the tests that are neither thorough nor in a browser.
`all` adds those and PostgreSQL, there without the walks over pages, which are the same on both.
"""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

PYTEST = ("python", "-m", "pytest", "-q", "-n", "3")  # one more than the cores: many tests wait for others
BROWSER = ("python", "-m", "pytest", "-q", "-n", "2")
QUICK = {
    "ruff": ("ruff", "check"),
    "ruff format": ("ruff", "format", "--check"),
    "mypy": ("mypy",),
    "lint-imports": ("lint-imports", "--no-logo"),
    "tests on SQLite": (*PYTEST, "-m", "not browser and not thorough"),
}
ALL = {
    **QUICK,
    "tests on SQLite": (*PYTEST, "-m", "not browser"),
    "tests on PostgreSQL": (*PYTEST, "-m", "not browser and not walk and not thorough", "--database=postgresql"),
    "tests in the browser": (*BROWSER, "-m", "browser"),
}


def run(command: tuple[str, ...]) -> tuple[bool, str]:
    """Passes the output on as it comes, and keeps its last line."""
    program, *arguments = command
    last = ""
    with subprocess.Popen(
        [str(ROOT / ".venv" / "bin" / program), *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    return process.returncode == 0, last


def main(which: str) -> int:
    said: list[str] = []
    passed = True
    for name, command in (ALL if which == "all" else QUICK).items():
        print(f"== {name}", flush=True)
        started = time.monotonic()
        passed, last = run(command)
        outcome = "passed" if passed else "FAILED"
        said.append(f"{outcome}  {name:<21} {time.monotonic() - started:5.1f} s  {last}".rstrip())
        if not passed:
            break
    print("\nSummary", *said, sep="\n  ")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
