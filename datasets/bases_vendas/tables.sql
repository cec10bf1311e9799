-- The tables that the procedures keep. Engine-neutral: runs as it is on DuckDB and on BigQuery.
-- The landing table bases_vendas_linhas is made from the contract: LOAD_ID, SHEET_ROW, MONTH_START, and its columns.

-- Each different row of the files in force, once, with the earliest load that brought it.
CREATE TABLE IF NOT EXISTS bases_vendas_distinct (
  ID_MARCA INT64, MARCA STRING, ID_LINHA INT64, LINHA STRING, DATA_VENDA DATETIME, QTD_VENDA INT64,
  MONTH_START DATE, FIRST_LOAD_ID INT64
);

CREATE VIEW IF NOT EXISTS bases_vendas AS
SELECT ID_MARCA, MARCA, ID_LINHA, LINHA, DATA_VENDA, QTD_VENDA FROM bases_vendas_distinct;

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
