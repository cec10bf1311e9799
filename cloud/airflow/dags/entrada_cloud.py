"""What both DAGs share: settings of the environment, conventions of tasks, and the way to Google Cloud.

Nothing here talks to anybody while a DAG is read: clients are made within tasks.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from airflow.providers.standard.triggers.temporal import TimeDeltaTrigger
from airflow.sdk import BaseSensorOperator, Context
from airflow.sdk.exceptions import AirflowFailException

ALERTS = "entrada-alerts"
log = logging.getLogger(__name__)


def setting(name: str, shape: str, default: str | None = None) -> str:
    """The setting of this name; `shape` is a pattern whose group is what counts."""
    value = os.environ.get(name) or default or ""
    match = re.fullmatch(shape, value)
    if not match:
        raise ValueError(f"{name} is {value!r} and must look like {shape}")
    return match[1]


# As docs/settings.md has them: the program and the functions read the same.
BUCKET = setting("ENTRADA_LAKE", r"gs://([^/]+)")
WAREHOUSE = setting("ENTRADA_WAREHOUSE", r"bigquery:([^.]+\.\w+)")
LOCATION = setting("ENTRADA_LOCATION", r"(.+)", "US")
PROJECT = setting("ENTRADA_PROJECT", r"(.+)")
MAX_BYTES = setting("ENTRADA_MAX_BYTES", r"(\d*)")

# Of Airflow alone: docs/airflow.md.
ARRIVALS = setting("ENTRADA_ARRIVALS", r"([\w-]*)")
LOOK_SECONDS = int(setting("ENTRADA_LOOK_SECONDS", r"(\d+)", "60"))
# Longer than a function may take, and Pub/Sub to try again.
SILENT_SECONDS = int(setting("ENTRADA_SILENT_SECONDS", r"(\d+)", "900"))


def alert(context: Context) -> None:
    """Tells the topic `entrada-alerts` what failed. Never raises: the failure itself is what counts."""
    try:
        task = context["ti"]
        publish(
            ALERTS,
            [
                {
                    "dag": task.dag_id,
                    "task": task.task_id,
                    "mapIndex": task.map_index,
                    "run": task.run_id,
                    "reason": str(context.get("exception") or context.get("reason") or "none was given"),
                    "log": task.log_url,
                }
            ],
        )
    except Exception:
        log.exception("the alert was not published")


def alert_of_run(context: Context) -> None:
    """Tells of a run that took too long; of anything else its tasks have told."""
    if context.get("reason") == "timed_out":
        alert(context)


DEFAULT_ARGS: dict[str, Any] = {
    "owner": "entrada",
    "retries": int(setting("ENTRADA_RETRIES", r"(\d+)", "3")),
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=10),
    "execution_timeout": timedelta(minutes=10),
    "pool": setting("ENTRADA_POOL", r"(.+)", "default_pool"),
    "on_failure_callback": alert,
}


def publish(topic: str, messages: Sequence[dict[str, Any]]) -> None:
    """Publishes JSON, one message for each."""
    from airflow.providers.google.cloud.hooks.pubsub import PubSubHook

    data = [{"data": json.dumps(message).encode()} for message in messages]
    PubSubHook().publish(project_id=PROJECT, topic=topic, messages=data)


def rows(sql: str, **parameters: str | list[str]) -> list[dict[str, Any]]:
    """The rows that a query gives; tables without a dataset are those of ENTRADA_WAREHOUSE."""
    from airflow.providers.google.cloud.hooks.bigquery import BigQueryHook
    from google.cloud import bigquery

    project = WAREHOUSE.split(".")[0]
    options: dict[str, Any] = {
        "default_dataset": WAREHOUSE,
        "query_parameters": [
            bigquery.ArrayQueryParameter(name, "STRING", value)
            if isinstance(value, list)
            else bigquery.ScalarQueryParameter(name, "STRING", value)
            for name, value in parameters.items()
        ],
    }
    if MAX_BYTES:
        options["maximum_bytes_billed"] = int(MAX_BYTES)
    client = BigQueryHook().get_client(project_id=project, location=LOCATION)
    found = client.query(sql, job_config=bigquery.QueryJobConfig(**options)).result(timeout=120)
    return [dict(row) for row in found]


def ledger(drops: list[str]) -> dict[str, dict[str, Any]]:
    """What the ledger knows of these deliveries, by their names; PLACE is where the file rests."""
    sql = """
        SELECT f.DROP_ID, f.STATE, CAST(f.EVENT_TIME AS STRING) AS TIME, f.CODE, f.DETAIL, f.IS_ARCHIVED,
          JSON_VALUE(a.DETAIL, '$.place') AS PLACE
        FROM ledger_files AS f
        LEFT JOIN ledger_events AS a ON a.DROP_ID = f.DROP_ID AND a.EVENT = 'archived'
        WHERE f.DROP_ID IN UNNEST(@drops)"""
    return {row["DROP_ID"]: row for row in rows(sql, drops=drops)} if drops else {}


class Waiting(BaseSensorOperator):
    """Looks until `look` finds something, which it returns; between two looks it holds no worker.

    `look` is given the context and for how many seconds it has waited, and ends a wait that is
    too long by raising.
    """

    def __init__(self, *, look: Callable[[Context, float], Any], **kwargs: Any) -> None:
        super().__init__(poke_interval=LOOK_SECONDS, **kwargs)
        self.look = look

    def execute(self, context: Context) -> Any:
        # As an XCom, which a deferral keeps: `dag.test()` drops what is handed to `defer`.
        context["ti"].xcom_push("began", time.time())
        return self.look_again(context)

    def look_again(self, context: Context, event: Any = None) -> Any:
        began = context["ti"].xcom_pull(task_ids=self.task_id, key="began")
        found = self.look(context, time.time() - began)
        if found is not None:
            return found
        later = TimeDeltaTrigger(timedelta(seconds=LOOK_SECONDS))
        return self.defer(trigger=later, method_name="look_again")


def fail(what: str, state: str, code: str | None, detail: str | None) -> None:
    """Ends a task for good, with the reason as the ledger has it: a message's code and its values."""
    raise AirflowFailException(f"{what}: {state}: {code} {detail or ''}".rstrip())
