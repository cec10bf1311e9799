"""Spotify to tables. The file `.md` beside this one is for the person on call."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import entrada_spotify as spotify
from airflow.sdk import Context, CronTriggerTimetable, dag, task
from entrada_cloud import DEFAULT_ARGS, Waiting, alert_of_run
from entrada_datasets import spotify_dataset

DATASET = spotify_dataset()


@dag(
    schedule=CronTriggerTimetable(DATASET.schedule, timezone=DATASET.timezone),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    default_args=DEFAULT_ARGS,
    on_failure_callback=alert_of_run,
    doc_md=Path(__file__).with_suffix(".md").read_text("utf-8"),
    tags=["entrada"],
)
def pipeline_spotify() -> None:
    """One message, three functions, three tables."""

    @task
    def announce() -> str:
        return spotify.announce(DATASET)

    def look(context: Context, waited: float) -> list[dict[str, Any]] | None:
        return spotify.settled(DATASET, context["ti"].xcom_pull(task_ids="announce"), waited)

    @task(map_index_template="{{ table }}")
    def outcome(one: dict[str, Any]) -> None:
        spotify.tell(one)

    settled = Waiting(task_id="settled", look=look)
    announce() >> settled
    outcome.expand(one=settled.output)


pipeline_spotify()
