"""Which Chromium the browser tests drive, and how it is started: the system's, quiet, asking nothing of the network.

The headless shell is the same engine without the windows around it, and takes little more than half the time."""

import os
import shutil
from typing import Any

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
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
    for name in PROGRAMS:
        if found := shutil.which(name):
            return found
    raise RuntimeError(
        "Chromium was not found; on Debian: apt-get install chromium-headless-shell, or name one in PORTAL_CHROMIUM"
    )


def launch_options() -> dict[str, Any]:
    """For Playwright: `playwright.chromium.launch(**launch_options())`, or the fixture browser_type_launch_args."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium has no sandbox for root
    return {"executable_path": executable(), "args": [*ARGUMENTS, *sandbox]}
