-- Each statement gives the rows that break a promise: what was compared, what it should be, what it is.
-- A run whose checks give any row publishes nothing.

-- Every accepted row of a load is in the landing table.
SELECT 'rows of a load in bases_vendas_linhas' AS COMPARED, m.ROWS_ACCEPTED AS EXPECTED,
  IFNULL(l.ROW_COUNT, 0) AS FOUND
FROM ledger_months AS m
LEFT JOIN (
  SELECT LOAD_ID, MONTH_START, COUNT(*) AS ROW_COUNT FROM bases_vendas_linhas
  WHERE MONTH_START >= p_from AND MONTH_START < p_to
  GROUP BY LOAD_ID, MONTH_START
) AS l
ON l.LOAD_ID = m.LOAD_ID AND l.MONTH_START = m.MONTH_START
WHERE m.DATASET = 'bases_vendas' AND m.MONTH_START >= p_from AND m.MONTH_START < p_to
  AND IFNULL(l.ROW_COUNT, 0) <> m.ROWS_ACCEPTED;

-- Rows read are loaded, rejected or repeated: each row of a load either counts or repeats one that does.
SELECT 'rows that count in bases_vendas' AS COMPARED, b.FOUND AS EXPECTED, m.COUNTED AS FOUND
FROM (
  SELECT COUNT(*) AS FOUND FROM bases_vendas_distinct WHERE MONTH_START >= p_from AND MONTH_START < p_to
) AS b
CROSS JOIN (
  SELECT IFNULL(SUM(ROWS_COUNTED), 0) AS COUNTED FROM ledger_months
  WHERE DATASET = 'bases_vendas' AND MONTH_START >= p_from AND MONTH_START < p_to
) AS m
WHERE b.FOUND <> m.COUNTED;

-- The cube's months sum to those of the base table.
SELECT 'units in the cube' AS COMPARED, b.UNITS AS EXPECTED, c.UNITS AS FOUND
FROM (
  SELECT IFNULL(SUM(QTD_VENDA), 0) AS UNITS FROM bases_vendas_distinct
  WHERE MONTH_START >= p_from AND MONTH_START < p_to
) AS b
CROSS JOIN (
  SELECT IFNULL(SUM(SUM_QTD_VENDA), 0) AS UNITS FROM bases_vendas_cube
  WHERE MONTH_START >= p_from AND MONTH_START < p_to
) AS c
WHERE b.UNITS <> c.UNITS;

-- The four tables sum to the cube, over all months.
SELECT t.COMPARED, c.UNITS AS EXPECTED, t.UNITS AS FOUND
FROM (
  SELECT 'units in con_ano_mes' AS COMPARED, IFNULL(SUM(SUM_QTD_VENDA), 0) AS UNITS FROM con_ano_mes
  UNION ALL
  SELECT 'units in con_mar_lin', IFNULL(SUM(SUM_QTD_VENDA), 0) FROM con_mar_lin
  UNION ALL
  SELECT 'units in con_mar_ano_mes', IFNULL(SUM(SUM_QTD_VENDA), 0) FROM con_mar_ano_mes
  UNION ALL
  SELECT 'units in con_lin_ano_mes', IFNULL(SUM(SUM_QTD_VENDA), 0) FROM con_lin_ano_mes
) AS t
CROSS JOIN (SELECT IFNULL(SUM(SUM_QTD_VENDA), 0) AS UNITS FROM bases_vendas_cube) AS c
WHERE t.UNITS <> c.UNITS;
