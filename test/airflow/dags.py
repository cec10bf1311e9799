"""The DAGs as the dag processor reads them."""

from __future__ import annotations

from pathlib import Path

from airflow.dag_processing.dagbag import BundleDagBag
from airflow.sdk import DAG

FOLDER = Path(__file__).parents[2] / "cloud" / "airflow" / "dags"


def read() -> dict[str, DAG]:
    """Every DAG by its name. Fails where a file cannot be read."""
    bag = BundleDagBag(dag_folder=FOLDER, bundle_path=FOLDER, bundle_name="dags-folder")
    assert not bag.import_errors, bag.import_errors
    return dict(bag.dags)
