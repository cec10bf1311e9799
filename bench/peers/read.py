"""A peer's whole way from a workbook to an answer, as one process. usage: read.py WHAT FILE DATABASE

query: the rows into DuckDB's memory, and one query. job: a DuckDB file with what job.sql makes of them.
"""
import os
import pathlib
import sys

what, path, database = sys.argv[1:]


def load_excel(connection):
    import duckdb_extension_excel

    folder = pathlib.Path(duckdb_extension_excel.__file__).parent / "extensions"
    connection.execute(f"LOAD '{next(folder.glob('*/excel.duckdb_extension'))}'")


def query(connection, source):
    print(*connection.execute(f"SELECT COUNT(*), CAST(SUM(QTD_VENDA) AS BIGINT) FROM {source}").fetchone())


def job(connection, source):
    statements = (pathlib.Path(__file__).parent / "job.sql").read_text().replace("{sheet}", source)
    print(*connection.execute(statements).fetchone())
    connection.close()


def connect(kind):
    import duckdb

    for leftover in (database, f"{database}.wal"):
        if os.path.exists(leftover):
            os.remove(leftover)
    config = {"allow_unsigned_extensions": True}
    return duckdb.connect(database if kind == "job" else ":memory:", config=config)


reader, _, kind = what.rpartition("-")
if reader == "fastexcel":
    import fastexcel

    sheet = fastexcel.read_excel(path).load_sheet(0).to_arrow()
    (job if kind == "job" else query)(connect(kind), "sheet")
elif what == "excel-query":
    connection = connect(kind)
    load_excel(connection)
    connection.execute(f"CREATE TABLE sheet AS SELECT * FROM read_xlsx('{path}')")
    query(connection, "sheet")
elif what == "excel-job":
    connection = connect(kind)
    load_excel(connection)
    job(connection, f"read_xlsx('{path}')")
elif what == "python-calamine":
    import python_calamine

    rows = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    print(len(rows) - 1)
elif what == "openpyxl":
    import openpyxl

    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    print(sum(1 for _ in sheet.iter_rows(values_only=True)) - 1)
