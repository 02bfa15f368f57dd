"""Takes htmx out of the package that carries it, into static/vendor/, and makes sure that it is the version meant."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

VERSION = "2.0.10"
CARRIED_AS = "django_htmx/static/django_htmx/htmx-2.min.js"

ROOT = Path(__file__).resolve().parent.parent
WANTED = ROOT / "static" / "vendor" / "htmx.js"


def unpack(folder: str) -> Path:
    """The package's files without its dependencies: nothing of it is ever imported."""
    subprocess.run(
        [
            *(str(ROOT / "scripts" / "uv.sh"), "pip", "install", "--quiet", "--no-deps", "--require-hashes"),
            *("--python", ".tools/bin/python", "--target", folder, "--requirement", "requirements/vendor.txt"),
        ],
        cwd=ROOT,
        check=True,
    )
    return Path(folder) / CARRIED_AS


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        script = unpack(folder)
        found = re.search(r'version:"([^"]+)"', script.read_text(encoding="utf-8"))
        if found is None or found[1] != VERSION:
            sys.exit(f"htmx {VERSION} is wanted, and the package has {found[1] if found else 'none'}.")
        WANTED.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(script, WANTED)


if __name__ == "__main__":
    main()
