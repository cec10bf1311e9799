"""Workbooks to tables. The file `.md` beside this one is for the person on call."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import entrada_workbooks as workbooks
from airflow.providers.google.cloud.operators.bigquery import BigQueryInsertJobOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import (
    Asset,
    AssetOrTimeSchedule,
    AssetWatcher,
    Context,
    CronTriggerTimetable,
    TriggerRule,
    dag,
    task,
)
from airflow.sdk.exceptions import AirflowFailException
from entrada_cloud import (
    ARRIVALS,
    DEFAULT_ARGS,
    LOCATION,
    MAX_BYTES,
    PROJECT,
    WAREHOUSE,
    Waiting,
    alert_of_run,
)
from entrada_datasets import Workbooks, workbook_datasets


def schedule() -> Any:
    """By events where a subscription tells of arrivals, and by the clock for what these leave."""
    clock = CronTriggerTimetable("*/10 * * * *", timezone="UTC")
    if not ARRIVALS:
        return clock
    from airflow.providers.common.messaging.triggers.msg_queue import MessageQueueTrigger

    messages = MessageQueueTrigger(
        scheme="google+pubsub",
        project_id=PROJECT,
        subscription=ARRIVALS,
        max_messages=100,
        ack_messages=True,
        gcp_conn_id="google_cloud_default",
        return_immediately=False,
    )
    arrivals = Asset("entrada", watchers=[AssetWatcher(name="arrivals", trigger=messages)])
    return AssetOrTimeSchedule(timetable=clock, assets=[arrivals])


class Consolidate(BigQueryInsertJobOperator):
    """Calls the procedure that publishes; a check that fails is not tried again."""

    def execute(self, context: Context) -> Any:
        try:
            return super().execute(context)
        except Exception as error:
            if "entrada.check:" not in str(error):
                raise
            raise AirflowFailException(str(error)) from error


def consolidate(dataset: Workbooks) -> Consolidate:
    """The one task that publishes a dataset."""
    query: dict[str, Any] = {
        "query": f"CALL `{WAREHOUSE}.{dataset.consolidate}`()",
        "useLegacySql": False,
    }
    if MAX_BYTES:
        query["maximumBytesBilled"] = MAX_BYTES
    steps = "\n".join(f"{i}. {', '.join(step)}" for i, step in enumerate(dataset.procedures, 1))
    return Consolidate(
        task_id=dataset.consolidate,
        configuration={"query": query, "labels": {"entrada_dataset": dataset.name.lower()}},
        project_id=WAREHOUSE.split(".")[0],
        location=LOCATION,
        execution_timeout=timedelta(hours=1),
        doc_md=f"In one transaction, for the months due:\n\n{steps}\n\nThen the checks. "
        f"Tables: {', '.join(dataset.tables)}.",
    )


@dag(
    schedule=schedule(),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    default_args=DEFAULT_ARGS,
    on_failure_callback=alert_of_run,
    doc_md=Path(__file__).with_suffix(".md").read_text("utf-8"),
    tags=["entrada"],
)
def cloud_storage_to_bigquery() -> None:
    """Workbooks under entrada/ into the consolidated tables, exactly once."""
    arrivals = Waiting(task_id="arrivals", look=workbooks.arrivals)

    @task
    def announce(found: list[dict[str, Any]]) -> None:
        workbooks.announce(found)

    settled = Waiting(task_id="settled", look=workbooks.settled)

    @task(map_index_template="{{ file }}")
    def outcome(one: dict[str, Any]) -> None:
        workbooks.tell(one)

    outcomes = outcome.expand(one=settled.output)
    arrivals >> announce(arrivals.output) >> settled
    # Whatever became of single workbooks, what is due is published; not where nothing arrived.
    told = EmptyOperator(task_id="told", trigger_rule=TriggerRule.ALL_DONE)
    # A run is as red as its last task.
    done = EmptyOperator(task_id="done", trigger_rule=TriggerRule.NONE_FAILED)
    for dataset in workbook_datasets():
        [arrivals, told] >> consolidate(dataset) >> done
    outcomes >> [told, done]


cloud_storage_to_bigquery()
