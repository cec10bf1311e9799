"""One run of a DAG, task by task: `python run_dag.py DAG FILE` writes what became of it to FILE, as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import dags


def main(name: str, file: str) -> None:
    """Runs it as `dag.test()` does: each task in its turn, with the metadata database of AIRFLOW_HOME."""
    run = dags.read()[name].test()
    tasks: dict[str, list[str | None]] = {}
    for task in sorted(run.get_task_instances(), key=lambda task: task.map_index):
        tasks.setdefault(task.task_id, []).append(task.state)
    Path(file).write_text(json.dumps({"state": run.state, "run": run.run_id, "tasks": tasks}))


main(*sys.argv[1:])
