-- Each statement gives the rows that break a promise: what was compared, what it should be, what it is.
-- A run whose checks give any row publishes nothing.

-- Every row that the reader found is rejected or was landed. A load whose rows were taken out again has months of none.
SELECT 'rows read of a load' AS COMPARED, e.ROWS_READ AS EXPECTED, m.LANDED + e.ROWS_REJECTED AS FOUND
FROM ledger_events AS e
JOIN (
  SELECT LOAD_ID, SUM(ROWS_ACCEPTED) AS LANDED FROM ledger_months
  WHERE DATASET = 'bases_vendas'
  GROUP BY LOAD_ID
  HAVING MIN(IFNULL(ROWS_ACCEPTED, 0)) > 0 AND COUNTIF(MONTH_START >= p_from AND MONTH_START < p_to) > 0
) AS m
ON m.LOAD_ID = e.LOAD_ID
WHERE e.EVENT = 'loaded' AND e.ROWS_READ <> m.LANDED + e.ROWS_REJECTED;

-- Every accepted row of a load is in the landing table still, and no other.
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

-- Each row of a load either counts or repeats one that does: what readers see is what the ledger says counts. It is not
-- when a repeated row is named twice, or is none of the landing table's, or when a load is unknown to the ledger.
-- And the cube's months have the rows and units that readers see. The tables of the view are named here rather than the
-- view: it is asked by DATA_VENDA, and only MONTH_START says which months are read.
SELECT c.COMPARED, IF(c.COMPARED = 'units in the cube', b.UNITS, b.ROW_COUNT) AS EXPECTED, c.FOUND
FROM (
  SELECT 'rows that count in bases_vendas' AS COMPARED, IFNULL(SUM(ROWS_COUNTED), 0) AS FOUND FROM ledger_months
  WHERE DATASET = 'bases_vendas' AND MONTH_START >= p_from AND MONTH_START < p_to
  UNION ALL
  SELECT 'rows in the cube', IFNULL(SUM(ROW_COUNT), 0) FROM bases_vendas_cube
  WHERE MONTH_START >= p_from AND MONTH_START < p_to
  UNION ALL
  SELECT 'units in the cube', IFNULL(SUM(SUM_QTD_VENDA), 0) FROM bases_vendas_cube
  WHERE MONTH_START >= p_from AND MONTH_START < p_to
) AS c
CROSS JOIN (
  SELECT COUNT(*) AS ROW_COUNT, IFNULL(SUM(l.QTD_VENDA), 0) AS UNITS
  FROM bases_vendas_linhas AS l
  LEFT JOIN bases_vendas_repeated AS r
  ON r.LOAD_ID = l.LOAD_ID AND r.SHEET_ROW = l.SHEET_ROW AND r.MONTH_START = l.MONTH_START
    AND r.MONTH_START >= p_from AND r.MONTH_START < p_to
  LEFT JOIN ledger_months AS d
  ON d.LOAD_ID = l.LOAD_ID AND d.MONTH_START = l.MONTH_START AND d.ROWS_COUNTED IS NULL
  WHERE l.MONTH_START >= p_from AND l.MONTH_START < p_to AND r.LOAD_ID IS NULL AND d.LOAD_ID IS NULL
) AS b
WHERE c.FOUND <> IF(c.COMPARED = 'units in the cube', b.UNITS, b.ROW_COUNT);

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
