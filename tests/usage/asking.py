"""The platform as many processes, each with connections of its own, that ask for calls all at once.

    python -m tests.usage.asking DATABASE INSTANCE TENANT <<< '[["c-1", "c-2"], ["c-1"]]'

One process for each list of call ids. Prints what came of each list as JSON: admitted, same, or the refusal's reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from pathlib import Path
from uuid import UUID

from portal import create_app
from portal.config import Settings
from portal.foundation.database import db
from portal.foundation.permissions import Door, system
from portal.tenants.models import Tenant
from portal.usage import actions
from portal.usage.drafts import NewCall

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Start the processes, let them go together when all are ready, and wait for them."""
    database, instance, tenant_id = sys.argv[1:]
    settings = Settings(
        database_url=database,
        instance=Path(instance),
        base_url="http://localhost",
        secret_key="a key that only these tests have, long enough",
        testing=True,
    )
    application = create_app(settings)  # nothing is connected yet, so that nothing is shared
    (ready, is_ready), (gate, opens) = os.pipe(), os.pipe()
    asked = json.load(sys.stdin)
    with application.app_context():
        children = [_started(UUID(tenant_id), call_ids, (is_ready, gate, opens)) for call_ids in asked]
    os.close(gate)
    for _ in children:
        os.read(ready, 1)
    os.close(opens)
    failed = [child for child in children if os.waitpid(child, 0)[1]]
    sys.exit(1 if failed else 0)


def _started(tenant_id: UUID, call_ids: list[str], pipes: tuple[int, int, int]) -> int:
    child = os.fork()
    if child:
        return child
    is_ready, gate, opens = pipes
    os.close(opens)
    try:
        tenant = db.session.get_one(Tenant, tenant_id)
        db.session.rollback()
        os.write(is_ready, b".")
        os.read(gate, 1)  # gives way when nobody holds the other end any more
        outcomes = json.dumps([_ask(tenant, call_id) for call_id in call_ids])
        os.write(1, f"{outcomes}\n".encode())
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _ask(tenant: Tenant, call_id: str) -> str:
    admission = actions.admit_call(system(Door.API), tenant, NewCall.read({"call_id": call_id}))
    if admission.refusal is not None:
        return str(admission.refusal.extra.get("limit") or admission.refusal.extra["block"])
    return "admitted" if admission.new else "same"


def all_at_once(database: str, instance: Path, tenant: Tenant, asked: list[list[str]]) -> list[str]:
    """Start a process for each list of call ids, let them go together, and give what came of every call."""
    command = [sys.executable, "-m", "tests.usage.asking", database, str(instance), str(tenant.id)]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return [outcome for line in done.stdout.splitlines() for outcome in json.loads(line)]


if __name__ == "__main__":
    main()
