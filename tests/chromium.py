"""Which Chromium the browser tests drive, and how it is started: the system's, quiet, asking nothing of the network."""

import os
import shutil
from pathlib import Path
from typing import Any

ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
]


def executable() -> str:
    named = os.environ.get("PORTAL_CHROMIUM")
    if named:
        if not os.access(named, os.X_OK):
            raise RuntimeError(f"PORTAL_CHROMIUM names {named}, which cannot be run")
        return named
    if Path("/usr/bin/chromium").exists():
        return "/usr/bin/chromium"
    if found := shutil.which("chromium") or shutil.which("chromium-browser"):
        return found
    raise RuntimeError("Chromium was not found; on Debian: apt-get install chromium, or name one in PORTAL_CHROMIUM")


def launch_options() -> dict[str, Any]:
    """For Playwright: `playwright.chromium.launch(**launch_options())`, or the fixture browser_type_launch_args."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium has no sandbox for root
    return {"executable_path": executable(), "args": [*ARGUMENTS, *sandbox]}
