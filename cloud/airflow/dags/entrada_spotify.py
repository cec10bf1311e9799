"""What the tasks of `pipeline_spotify` do: the flow of `entrada spotify`, whose receivers are functions."""

from __future__ import annotations

import re
from typing import Any

from airflow.sdk import get_current_context
from entrada_cloud import SILENT_SECONDS, fail, ledger, publish, rows
from entrada_datasets import Spotify

GOOD = ("changed", "unchanged")


def announce(dataset: Spotify) -> str:
    """Publishes one message for all tables; gives the run's name, another one each time it is tried."""
    task = get_current_context()["ti"]
    run = re.sub(r"[^\w-]", "-", f"{task.run_id}-{task.try_number}", flags=re.ASCII)
    publish(dataset.topic, [{"run": run}])
    return run


def settled(dataset: Spotify, run: str, waited: float) -> list[dict[str, Any]] | None:
    """What became of each table, once that is known of all, or they have been silent for too long."""
    known = recorded(dataset, run)
    if len(known) < len(dataset.tables) and waited < SILENT_SECONDS:
        return None
    silent = {"OUTCOME": "silent", "CODE": None, "DETAIL": f"nothing heard for {SILENT_SECONDS} s"}
    return [
        {key: known.get(table, silent)[key] for key in silent} | {"TABLE_NAME": table}
        for table in dataset.tables
    ]


def tell(one: dict[str, Any]) -> None:
    """Fails, with the reason, where a table was not kept."""
    get_current_context()["table"] = one["TABLE_NAME"]
    if one["OUTCOME"] not in GOOD:
        fail(one["TABLE_NAME"], one["OUTCOME"], one["CODE"], one["DETAIL"])


def recorded(dataset: Spotify, run: str) -> dict[str, dict[str, Any]]:
    """What is known of a run, by table: its first record counts, and a fault where there is none."""
    drops = {f"{table}#{run}": table for table in dataset.tables}
    faults = {
        drops[drop]: {**fault, "OUTCOME": fault["STATE"]} for drop, fault in ledger(list(drops)).items()
    }
    sql = """
        SELECT TABLE_NAME, OUTCOME, CODE, DETAIL FROM spotify_runs WHERE RUN_ID = @run
        QUALIFY ROW_NUMBER() OVER (PARTITION BY TABLE_NAME ORDER BY RUN_TIME) = 1"""
    return faults | {row["TABLE_NAME"]: row for row in rows(sql, run=run)}
