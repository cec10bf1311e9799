"""What the DAGs are, without running them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import dags
import pytest
import yaml
from airflow.providers.google.cloud.hooks import gcs
from airflow.sdk import DAG, TriggerRule
from airflow.sdk.exceptions import AirflowSkipException
from airflow.serialization.serialized_objects import DagSerialization
from airflow.utils.file import list_py_file_paths

ROOT = Path(__file__).parents[2]
DATASETS = ROOT / "datasets"
ALL = dags.read()
WORKBOOKS = ALL["cloud_storage_to_bigquery"]
SPOTIFY = ALL["pipeline_spotify"]


def contracts(kind: str) -> list[dict]:
    documents = [yaml.safe_load(file.read_text()) for file in sorted(DATASETS.glob("*/dataset.yaml"))]
    return [it for it in documents if it["kind"] == kind]


def test_there_are_the_two_of_the_case() -> None:
    assert sorted(ALL) == ["cloud_storage_to_bigquery", "pipeline_spotify"]


def test_only_they_are_read_as_dags() -> None:
    read = [Path(file).stem for file in list_py_file_paths(dags.FOLDER, safe_mode=True)]
    assert sorted(read) == sorted(ALL)


@pytest.mark.parametrize("dag", ALL.values(), ids=list(ALL))
def test_conventions(dag: DAG) -> None:
    DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
    assert dag.max_active_runs == 1
    assert dag.catchup is False
    assert timedelta() < dag.dagrun_timeout <= timedelta(hours=6)
    assert dag.on_failure_callback
    assert "When a task is red" in dag.doc_md
    for task in dag.tasks:
        assert f"`{task.task_id}`" in dag.doc_md or task.task_id in ("told", "done", *consolidations())
        assert task.retries == 3
        assert task.retry_exponential_backoff
        assert task.max_retry_delay
        assert task.execution_timeout <= timedelta(hours=1)
        assert task.pool == "bigquery"
        assert task.on_failure_callback


def consolidations() -> list[str]:
    return [f"consolidate_{it['name']}" for it in contracts("workbook")]


def test_the_way_of_a_workbook() -> None:
    assert consolidations() == ["consolidate_bases_vendas"]
    assert edges(WORKBOOKS) == {
        "arrivals": {"announce", *consolidations()},
        "announce": {"settled"},
        "settled": {"outcome"},
        "outcome": {"told", "done"},
        "told": set(consolidations()),
        **{it: {"done"} for it in consolidations()},
        "done": set(),
    }
    for name in consolidations():
        task = WORKBOOKS.get_task(name)
        # Where nothing arrived, nothing is published.
        assert task.trigger_rule == TriggerRule.ALL_SUCCESS
        assert task.configuration["query"]["query"] == f"CALL `project.dataset.{name}`()"
    # Whatever became of single workbooks, the others are published.
    assert WORKBOOKS.get_task("told").trigger_rule == TriggerRule.ALL_DONE
    # A run is as red as its last task.
    assert WORKBOOKS.leaves == [WORKBOOKS.get_task("done")]
    assert WORKBOOKS.get_task("done").trigger_rule == TriggerRule.NONE_FAILED


def test_procedures_are_those_of_the_dataset_in_its_order() -> None:
    for contract in contracts("workbook"):
        doc = WORKBOOKS.get_task(f"consolidate_{contract['name']}").doc_md
        names = [name for step in contract["procedures"] for name in step]
        assert names == sorted(names, key=doc.index)


def test_the_way_of_spotify() -> None:
    (contract,) = contracts("spotify")
    assert edges(SPOTIFY) == {"announce": {"settled"}, "settled": {"outcome"}, "outcome": set()}
    timetable = json.loads(json.dumps(DagSerialization.serialize_dag(SPOTIFY)["timetable"]))
    told = timetable["__var"]
    assert (told["expression"], told["timezone"]) == (contract["schedule"], contract["timezone"])


def edges(dag: DAG) -> dict[str, set[str]]:
    return {task.task_id: set(task.downstream_task_ids) for task in dag.tasks}


def test_a_subscription_starts_runs_and_the_clock_those_that_it_missed() -> None:
    code = """
import json, dags
from airflow.serialization.serialized_objects import DagSerialization
dag = dags.read()["cloud_storage_to_bigquery"]
print(json.dumps(DagSerialization.serialize_dag(dag)["timetable"]))
"""
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "ENTRADA_ARRIVALS": "arrivals-of-the-bucket"},
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout.splitlines()[-1]
    assert "AssetOrTimeSchedule" in told
    # A run takes 500 workbooks at most, and no event tells of the others again.
    assert '"*/10 * * * *"' in told
    assert "PubsubPullTrigger" in told
    assert "arrivals-of-the-bucket" in told


def test_nothing_is_written_twice() -> None:
    names = {
        name
        for contract in [*contracts("workbook"), *contracts("spotify")]
        for name in [*sum(contract.get("procedures", []), []), *contract["tables"], contract.get("topic")]
        if name and name != "bases_vendas"
    }
    assert len(names) > 10
    for file in dags.FOLDER.glob("*.py"):
        text = file.read_text()
        assert not [name for name in names if name in text], file


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> list[SimpleNamespace]:
    """The objects that Cloud Storage lists."""
    objects: list[SimpleNamespace] = []

    def list_blobs(_: str, prefix: str, timeout: int) -> list[SimpleNamespace]:
        return [it for it in objects if it.name.startswith(prefix)]

    client = Mock(list_blobs=list_blobs)
    monkeypatch.setattr(gcs, "GCSHook", lambda: Mock(get_conn=lambda: client))
    return objects


def blob(name: str, size: int = 1, age: timedelta = timedelta()) -> SimpleNamespace:
    return SimpleNamespace(name=name, generation=7, size=size, time_created=datetime.now(UTC) - age)


def arrived() -> list[str]:
    import entrada_workbooks

    found = entrada_workbooks.inbox()
    assert all(drop == f"{name}#{version}" for drop, (name, version) in found.items())
    return [name for name, _ in found.values()]


def test_what_the_program_takes_is_taken_and_nothing_else(bucket: list[SimpleNamespace]) -> None:
    names = json.loads((Path(__file__).parent / "names-in-the-inbox.json").read_text("utf-8"))
    bucket += [blob(name) for name in [*names["left"], *names["taken"]]]
    assert arrived() == names["taken"]


def test_an_empty_workbook_is_given_up_after_ten_minutes(bucket: list[SimpleNamespace]) -> None:
    bucket += [
        blob("entrada/old.xlsx", 0, timedelta(minutes=11)),
        blob("entrada/young.xlsx", 0, timedelta(minutes=9)),
    ]
    assert arrived() == ["entrada/old.xlsx"]


def test_what_its_client_has_to_mend_is_skipped_with_the_place_of_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import entrada_workbooks

    monkeypatch.setattr(entrada_workbooks, "get_current_context", dict)
    one = {
        "name": "entrada/a.xlsx",
        "state": "rejected",
        "code": "workbook.empty",
        "detail": "{}",
        "place": "rejeitados/a.x",
    }
    said = re.escape("entrada/a.xlsx: rejected: workbook.empty {}; in words: gs://bucket/rejeitados/a.x.txt")
    with pytest.raises(AirflowSkipException, match=said):
        entrada_workbooks.tell(one)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"", "is no dataset"),
        (b"name: a\n\tdescription: b\n", "is no dataset: while scanning"),
        ("description: Devoluções".encode("latin-1"), "is no dataset"),
        (b"name: a\n", "lacks the key 'description'"),
    ],
)
def test_a_dataset_that_cannot_be_read_is_told_with_its_file(
    document: bytes, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import entrada_datasets

    (tmp_path / "devolucoes").mkdir()
    file = tmp_path / "devolucoes" / "dataset.yaml"
    file.write_bytes(document)
    monkeypatch.setenv("ENTRADA_DATASETS", str(tmp_path))
    with pytest.raises(ValueError, match=re.escape(f"{file} {said}")):
        entrada_datasets.workbook_datasets()


def test_datasets_are_those_of_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import entrada_datasets

    page = (ROOT / "docs" / "datasets.md").read_text("utf-8")
    # It says no kind.
    document = re.search(r"```yaml\n(name: .*?)```", page, re.DOTALL)[1]
    for folder, text in {"devolucoes": document, ".aside": "name: aside"}.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "dataset.yaml").write_text(text, "utf-8")
    monkeypatch.setenv("ENTRADA_DATASETS", str(tmp_path))
    assert [it.consolidate for it in entrada_datasets.workbook_datasets()] == ["consolidate_devolucoes"]
