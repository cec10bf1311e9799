-- The tables that the procedures keep. Engine-neutral: runs as it is on DuckDB and on BigQuery.
-- The landing table bases_vendas_linhas is made from the contract: LOAD_ID, SHEET_ROW, MONTH_START, and its columns.

-- The landing rows that say the same as an earlier one, in the order LOAD_ID, SHEET_ROW: few, where all rows are many.
CREATE TABLE IF NOT EXISTS bases_vendas_repeated (LOAD_ID INT64, SHEET_ROW INT64, MONTH_START DATE);

-- The landing rows that count: neither repeated, nor of a month that is loaded and not yet consolidated.
-- Outer joins that find nothing, rather than NOT EXISTS: DuckDB then keeps the large table out of its hash table.
CREATE VIEW IF NOT EXISTS bases_vendas AS
SELECT l.ID_MARCA, l.MARCA, l.ID_LINHA, l.LINHA, l.DATA_VENDA, l.QTD_VENDA
FROM bases_vendas_linhas AS l
LEFT JOIN bases_vendas_repeated AS r
ON r.LOAD_ID = l.LOAD_ID AND r.SHEET_ROW = l.SHEET_ROW AND r.MONTH_START = l.MONTH_START
LEFT JOIN ledger_months AS d
ON d.LOAD_ID = l.LOAD_ID AND d.MONTH_START = l.MONTH_START AND d.ROWS_COUNTED IS NULL
WHERE r.LOAD_ID IS NULL AND d.LOAD_ID IS NULL;

-- The monthly cube that the four con_ tables are sums of. A key that vanished stays with ROW_COUNT 0,
-- so that they learn of it.
CREATE TABLE IF NOT EXISTS bases_vendas_cube (
  ID_MARCA INT64, MARCA STRING, ID_LINHA INT64, LINHA STRING, MONTH_START DATE,
  ANO INT64, MES INT64, SUM_QTD_VENDA INT64, ROW_COUNT INT64, FIRST_LOAD_ID INT64
);

CREATE TABLE IF NOT EXISTS con_ano_mes (ANO INT64, MES INT64, SUM_QTD_VENDA INT64);
CREATE TABLE IF NOT EXISTS con_mar_lin (
  ID_MARCA INT64, MARCA STRING, ID_LINHA INT64, LINHA STRING, SUM_QTD_VENDA INT64
);
CREATE TABLE IF NOT EXISTS con_mar_ano_mes (
  ID_MARCA INT64, MARCA STRING, ANO INT64, MES INT64, SUM_QTD_VENDA INT64
);
CREATE TABLE IF NOT EXISTS con_lin_ano_mes (
  ID_LINHA INT64, LINHA STRING, ANO INT64, MES INT64, SUM_QTD_VENDA INT64
);
