"""What the datasets are called: from the `dataset.yaml` files that the TypeScript program reads, too."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import yaml

T = TypeVar("T", "Workbooks", "Spotify")

# The topic of workbooks has the name of this dataset: of what kind a workbook is, is known once it is read.
INLET = "bases_vendas"


@dataclass(frozen=True)
class Workbooks:
    """A dataset of workbooks: its procedures in their order, those of one step side by side."""

    name: str
    description: str
    procedures: list[list[str]]
    tables: list[str]

    @property
    def consolidate(self) -> str:
        """The procedure of `entrada deploy` that publishes the months due, all or nothing."""
        return f"consolidate_{self.name}"


@dataclass(frozen=True)
class Spotify:
    """The dataset of Spotify: a table for each function that the topic's message reaches."""

    topic: str
    tables: list[str]
    schedule: str
    timezone: str


def workbook_datasets() -> list[Workbooks]:
    """Every dataset of workbooks, by name."""
    return [_of(Workbooks, it) for it in _documents() if it["kind"] == "workbook"]


def inlet_topic() -> str:
    """The topic on which workbooks are announced."""
    (inlet,) = (it.name for it in workbook_datasets() if it.name == INLET)
    return inlet


def spotify_dataset() -> Spotify:
    """The one dataset of Spotify."""
    return next(_of(Spotify, it) for it in _documents() if it["kind"] == "spotify")


def _documents() -> list[dict[str, Any]]:
    folder = Path(os.environ.get("ENTRADA_DATASETS") or Path(__file__).parent / "datasets")
    # A folder that begins with a dot is a program's own, or put aside.
    files = sorted(folder.glob("[!.]*/dataset.yaml"))
    if not files:
        raise FileNotFoundError(f"{folder} has no */dataset.yaml; ENTRADA_DATASETS names the folder")
    return [_document(file) for file in files]


def _document(file: Path) -> dict[str, Any]:
    # Airflow's import error is all that the operator sees: it names the file.
    try:
        return {"kind": "workbook", "file": file} | yaml.safe_load(file.read_text("utf-8"))
    except (TypeError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(f"{file} is no dataset: {error}") from error


def _of(kind: type[T], document: dict[str, Any]) -> T:
    try:
        return kind(**{field.name: document[field.name] for field in fields(kind)})
    except KeyError as error:
        raise ValueError(f"{document['file']} lacks the key {error}") from error
