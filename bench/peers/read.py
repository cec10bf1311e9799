"""A peer's whole way from a workbook to an answer, as one process. usage: read.py PEER FILE"""
import pathlib
import sys

peer, path = sys.argv[1:]
if peer == "fastexcel-duckdb":
    import duckdb
    import fastexcel

    sheet = fastexcel.read_excel(path).load_sheet(0).to_arrow()
    print(duckdb.connect().execute("SELECT COUNT(*), SUM(QTD_VENDA) FROM sheet").fetchall())
elif peer == "duckdb-excel":
    import duckdb
    import duckdb_extension_excel

    folder = pathlib.Path(duckdb_extension_excel.__file__).parent / "extensions"
    extension = next(folder.glob("*/excel.duckdb_extension"))
    connection = duckdb.connect(config={"allow_unsigned_extensions": True})
    connection.execute(f"LOAD '{extension}'")
    connection.execute(f"CREATE TABLE t AS SELECT * FROM read_xlsx('{path}')")
    print(connection.execute("SELECT COUNT(*), SUM(QTD_VENDA) FROM t").fetchall())
elif peer == "python-calamine":
    import python_calamine

    rows = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    print(len(rows) - 1)
elif peer == "openpyxl":
    import openpyxl

    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    print(sum(1 for _ in sheet.iter_rows(values_only=True)) - 1)
