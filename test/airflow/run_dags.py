"""Runs DAGs, task by task, as `dag.test()` does.

Each line of the standard input is a request, `{"dag": …, "environment": {…}}`; each line written to the
file descriptor 3 is what became of it. One process for many runs: Airflow takes ten seconds to start.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import dags


def run(name: str) -> dict[str, Any]:
    """One run of this DAG, with the metadata database of AIRFLOW_HOME."""
    # They read the environment when they are imported.
    for module in [module for module in sys.modules if module.startswith("entrada_")]:
        del sys.modules[module]
    ended = dags.read()[name].test()
    tasks: dict[str, list[str | None]] = {}
    for task in sorted(ended.get_task_instances(), key=lambda task: task.map_index):
        tasks.setdefault(task.task_id, []).append(task.state)
    return {"state": ended.state, "run": ended.run_id, "tasks": tasks}


def main() -> None:
    """Answers until there is nothing more to read."""
    own = dict(os.environ)
    with os.fdopen(3, "w") as answers:
        for line in sys.stdin:
            request = json.loads(line)
            os.environ.clear()
            os.environ.update(own | request["environment"])
            print(json.dumps(run(request["dag"])), file=answers, flush=True)


main()
