"""What the DAGs are read with; nothing of it is asked for anything."""

import os
from pathlib import Path

os.environ.update(
    ENTRADA_LAKE="gs://bucket",
    ENTRADA_WAREHOUSE="bigquery:project.dataset",
    ENTRADA_PROJECT="project",
    ENTRADA_POOL="bigquery",
    ENTRADA_DATASETS=str(Path(__file__).parents[2] / "datasets"),
)
