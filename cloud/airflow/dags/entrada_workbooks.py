"""What the tasks of `cloud_storage_to_bigquery` do: the flow of `entrada run` where functions receive."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Context, get_current_context
from airflow.sdk.exceptions import AirflowSkipException
from entrada_cloud import ARRIVALS, BUCKET, SILENT_SECONDS, fail, ledger, publish, rows
from entrada_datasets import inlet_topic

log = logging.getLogger(__name__)
INBOX = "entrada/"
# What is more waits for the next run, which the clock begins: each becomes a task.
MOST = 500
# Without events a run waits until shortly before the next.
PATIENCE_SECONDS = 0 if ARRIVALS else 9 * 60
# What `entrada run` takes, in the inbox itself or in a sender's folder of it.
WORKBOOK = re.compile(r"([^./][^/]*/)?(?!~\$|\.)[^/]+\.xls[xm]", re.IGNORECASE | re.ASCII)
# An empty file may still be written over until then; later its sender is to hear of it.
GIVEN_UP = timedelta(minutes=10)
UNSETTLED = ("received", "postponed", "failed")


def arrivals(_: Context, waited: float) -> list[dict[str, Any]] | None:
    """The workbooks in the inbox, and how they are known; none where only months are due; or nothing yet."""
    # In this order: whoever takes a file from the inbox has told the ledger before.
    found = inbox()
    if found:
        known = ledger(list(found))
        return [
            {"drop": drop, "name": name, "version": version, "known": known.get(drop, {}).get("TIME")}
            for drop, (name, version) in found.items()
        ][:MOST]
    if rows("SELECT 1 FROM ledger_months WHERE ROWS_COUNTED IS NULL OR ROWS_ACCEPTED IS NULL LIMIT 1"):
        return []
    if waited >= PATIENCE_SECONDS:
        raise AirflowSkipException("nothing arrived, and nothing is due")
    return None


def announce(found: list[dict[str, Any]]) -> None:
    """One message for each object, with its generation: the same that `entrada run` publishes."""
    run = get_current_context()["run_id"]
    publish(
        inlet_topic(),
        [{"name": one["name"], "version": one["version"], "run": run} for one in found],
    )


def settled(context: Context, waited: float) -> list[dict[str, Any]] | None:
    """What became of each workbook that was announced, once that is known of all, or nothing new is heard."""
    found = context["ti"].xcom_pull(task_ids="arrivals")
    there = inbox()
    known = ledger([one["drop"] for one in found])
    outcomes = [_outcome(one, known.get(one["drop"]), one["drop"] in there) for one in found]
    heard = [datetime.fromisoformat(state["TIME"]).replace(tzinfo=UTC) for state in known.values()]
    silent = min([waited, *((datetime.now(UTC) - time).total_seconds() for time in heard)])
    if silent < SILENT_SECONDS and any(one["state"] == "waiting" for one in outcomes):
        return None
    return outcomes


def tell(one: dict[str, Any]) -> None:
    """Fails, with the reason, where a workbook was not taken in; skips one that its client has to mend."""
    name, state, code, detail, place = (one[key] for key in ("name", "state", "code", "detail", "place"))
    get_current_context()["file"] = name
    log.info("%s: %s", name, state)
    if state == "waiting":
        heard = "silent" if code is None else "postponed"
        fail(name, heard, code, detail or f"nothing heard of it for {SILENT_SECONDS} s")
    if state == "failed":
        fail(name, state, code, detail)
    if state == "rejected":
        raise AirflowSkipException(f"{name}: {state}: {code} {detail}; in words: gs://{BUCKET}/{place}.txt")


def inbox() -> dict[str, tuple[str, str]]:
    """Name and generation of each workbook that arrived, by what the ledger calls this delivery."""
    from airflow.providers.google.cloud.hooks.gcs import GCSHook

    blobs = GCSHook().get_conn().list_blobs(BUCKET, prefix=INBOX, timeout=60)
    late = datetime.now(UTC) - GIVEN_UP
    return {
        f"{blob.name}#{blob.generation}": (blob.name, str(blob.generation))
        for blob in blobs
        if WORKBOOK.fullmatch(blob.name.removeprefix(INBOX)) and (blob.size or blob.time_created < late)
    }


def _outcome(one: dict[str, Any], state: dict[str, Any] | None, there: bool) -> dict[str, Any]:
    told = {"name": one["name"], "state": "waiting", "code": None, "detail": None, "place": None}
    if state is None:
        return told if there else {**told, "state": "gone"}
    # What was said before this run announced it is of an earlier try.
    is_new = state["TIME"] != one["known"]
    reason = {"code": state["CODE"], "detail": state["DETAIL"], "place": state["PLACE"]}
    if state["STATE"] not in UNSETTLED:
        return {**told, **reason, "state": state["STATE"] if state["IS_ARCHIVED"] else "waiting"}
    if state["STATE"] == "failed" and is_new:
        return {**told, **reason, "state": "failed"}
    if not there:
        return {**told, "state": "gone"}
    return {**told, **reason} if state["STATE"] == "postponed" and is_new else told
