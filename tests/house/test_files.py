"""What files must be: templates without scripts in them, code that fits on a screen, no foreign names."""

from __future__ import annotations

import ast
import gzip
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment
from jinja2.nodes import Macro

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
PYTHON = sorted(path for path in (ROOT / "portal").rglob("*.py") if "migrations" not in path.parts)

LINES_OF_A_TEMPLATE = 120
LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 40
BYTES_OF_STYLE = 15 * 1024

FORBIDDEN_IN_TEMPLATES = {
    "text taken as HTML": r"\|\s*safe\b|Markup\(|autoescape\s+false",
    "an inline style": r"\sstyle\s*=|<style\b",
    "an inline script": r"<script(?![^>]*\ssrc=)|\son[a-z]+\s*=|hx-on|javascript:",
    "htmx that evaluates": r"hx-(vals|headers)\s*=\s*['\"]?js:|hx-vars",
    "an address elsewhere": r"(src|href|action|hx-(get|post|put|patch|delete))\s*=\s*[\"']?\s*(https?:)?//",
    "an attribute without quotes": r"\s[a-z-]+=\{\{",
}

PERMITTED = {("an inline style", "templates/mail/layout.html"): "a mail has no style sheet of ours to lean on"}
"""What one template may hold all the same, with the reason."""

FORBIDDEN_IN_SCRIPTS = {
    "evaluation": r"\beval\s*\(|new\s+Function\b|setTimeout\(\s*[\"'`]|document\.write",
    "HTML out of text": r"\.(inner|outer)HTML\s*=|insertAdjacentHTML",
    "an address elsewhere": r"[\"'`](https?:)?//(?!www\.w3\.org/)",
}

FOREIGN = [
    r"/work/",
    r"/root/",
    r"/home/[a-z]",
    r"pypi\.org",
    r"files\.pythonhosted",
    r"registry\.npmjs",
    r"//[^/\s\"']*@[^/\s\"']*(artifact|registry|mirror)",
    r"--index-url|--extra-index-url",
]
"""Hosts of registries and paths of a machine: what belongs to one installation and not to the portal."""


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def without_comments(text: str) -> str:
    return re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("what", FORBIDDEN_IN_TEMPLATES)
def test_no_template_holds(what: str) -> None:
    found = [
        f"{named(path)}: {match[0].strip()}"
        for path in TEMPLATES
        if (what, named(path)) not in PERMITTED
        for match in re.finditer(FORBIDDEN_IN_TEMPLATES[what], without_comments(path.read_text()))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("what", FORBIDDEN_IN_SCRIPTS)
def test_no_script_holds(what: str) -> None:
    found = [
        f"{named(path)}: {match[0]}"
        for path in SCRIPTS
        for match in re.finditer(
            FORBIDDEN_IN_SCRIPTS[what], re.sub(r"^\s*(//|\*|/\*).*$", "", path.read_text(), flags=re.MULTILINE)
        )
    ]
    assert not found, "\n".join(found)


def test_every_component_is_a_macro_named_like_its_file() -> None:
    for path in TEMPLATES:
        if path.parent.name == "ui":
            macros = {node.name for node in Environment().parse(path.read_text()).find_all(Macro)}
            assert path.stem in macros, f"{named(path)} has {macros}"


def test_what_htmx_asks_for_is_a_block_of_the_template_and_an_element_in_it() -> None:
    for path in TEMPLATES:
        text = without_comments(path.read_text())
        for target in re.findall(r'(?:hx[-_]target)="#([a-z0-9-]+)"', text):
            everything = _with_includes(text) + "".join(_who_includes(path))
            block = target.replace("-", "_")
            assert re.search(rf"{{%-?\s*block\s+{block}\b", everything), f"{named(path)}: no block {block}"
            assert re.search(rf'id="{target}"', everything), f"{named(path)}: no element #{target}"


def _with_includes(text: str) -> str:
    named_there = re.findall(r'{%-?\s*(?:include|extends)\s+"([^"]+)"', text)
    return text + "".join(_with_includes((ROOT / "templates" / name).read_text()) for name in named_there)


def _who_includes(path: Path) -> Iterator[str]:
    name = str(path.relative_to(ROOT / "templates"))
    for other in TEMPLATES:
        if f'"{name}"' in (text := other.read_text()):
            yield text


def test_every_template_fits_on_two_screens() -> None:
    long = {
        named(path): lines for path in TEMPLATES if (lines := len(path.read_text().splitlines())) > LINES_OF_A_TEMPLATE
    }
    assert not long


def test_every_file_can_be_read_in_one_go() -> None:
    long = {named(path): lines for path in PYTHON if (lines := len(path.read_text().splitlines())) > LINES_OF_A_FILE}
    assert not long


def test_every_function_fits_on_a_screen() -> None:
    long = [
        f"{named(path)}: {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for path in PYTHON
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > LINES_OF_A_FUNCTION
    ]
    assert not long, "\n".join(long)


def test_htmx_headers_are_named_in_one_file_only() -> None:
    found = [named(path) for path in PYTHON if re.search(r"[\"']HX-", path.read_text()) and path.name != "pages.py"]
    assert not [name for name in found if name != "portal/web/pages.py"], found
    elsewhere = [named(path) for path in PYTHON if path.name == "pages.py" and path.parent.name != "web"
                 and re.search(r"[\"']HX-", path.read_text())]  # fmt: skip
    assert not elsewhere


def test_the_environment_is_read_in_one_file_only() -> None:
    allowed = {"portal/config.py", "portal/commands.py"}  # the latter tells its own child what it is
    found = {named(path) for path in PYTHON if re.search(r"\bos\.(environ|getenv)", path.read_text())}
    assert found <= allowed, found - allowed


def test_time_is_read_in_one_file_only() -> None:
    found = {named(path) for path in PYTHON if re.search(r"datetime\.(now|utcnow)\(|date\.today\(", path.read_text())}
    assert found == {"portal/foundation/clock.py"}


def test_nothing_goes_round_the_session_that_follows_every_change() -> None:
    ways = r"bulk_(save|insert|update)|exec_driver_sql|raw_connection|\.engine\.(begin|connect)|session\.commit\("
    allowed = {"portal/foundation/connections.py", "portal/foundation/database.py"}  # BEGIN itself; the session itself
    found = {named(path) for path in PYTHON if re.search(ways, path.read_text())}
    assert found <= allowed, found - allowed


def test_no_room_is_named_as_a_place_for_the_rest() -> None:
    words = {"utils", "helpers", "common", "manager", "base", "misc"}
    assert not [named(path) for path in PYTHON if path.stem in words]


def test_no_file_names_a_registry_or_a_machine() -> None:
    this = Path(__file__)
    found = []
    for path in _kept_files():
        if path == this or path.suffix in {".png", ".ico", ".woff2"}:
            continue
        text = path.read_text(errors="replace")
        found += [f"{named(path)}: {match[0]}" for each in FOREIGN for match in re.finditer(each, text)]
    assert not found, "\n".join(found)


def _kept_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_all_own_style_sheets_together_stay_small() -> None:
    sheets = b"".join(path.read_bytes() for path in sorted((ROOT / "static" / "css").rglob("*.css")))
    packed = len(gzip.compress(sheets, mtime=0))
    assert packed < BYTES_OF_STYLE, f"{packed:,} bytes compressed"
