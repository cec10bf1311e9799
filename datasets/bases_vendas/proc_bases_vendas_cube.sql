-- Brings the cube up to the rows that count, of the months from p_from to before p_to, and tells the ledger how many they
-- are. Running it again changes nothing.

-- What the cube already holds of these months takes part with nothing, so that a key that vanished is seen.
MERGE INTO bases_vendas_cube AS t
USING (
  SELECT ID_MARCA, MARCA, ID_LINHA, LINHA, MONTH_START,
    CAST(SUM(UNITS) AS INT64) AS SUM_QTD_VENDA, CAST(SUM(ROW_COUNT) AS INT64) AS ROW_COUNT,
    MIN(FIRST_LOAD_ID) AS FIRST_LOAD_ID
  FROM (
    SELECT l.ID_MARCA, l.MARCA, l.ID_LINHA, l.LINHA, l.MONTH_START,
      l.QTD_VENDA AS UNITS, 1 AS ROW_COUNT, l.LOAD_ID AS FIRST_LOAD_ID
    FROM bases_vendas_linhas AS l
    LEFT JOIN bases_vendas_repeated AS r
    ON r.LOAD_ID = l.LOAD_ID AND r.SHEET_ROW = l.SHEET_ROW AND r.MONTH_START = l.MONTH_START
      AND r.MONTH_START >= p_from AND r.MONTH_START < p_to
    WHERE l.MONTH_START >= p_from AND l.MONTH_START < p_to AND r.LOAD_ID IS NULL
    UNION ALL
    SELECT ID_MARCA, MARCA, ID_LINHA, LINHA, MONTH_START, 0, 0, NULL
    FROM bases_vendas_cube
    WHERE MONTH_START >= p_from AND MONTH_START < p_to
  )
  GROUP BY ID_MARCA, MARCA, ID_LINHA, LINHA, MONTH_START
) AS s
ON t.MONTH_START >= p_from AND t.MONTH_START < p_to AND t.MONTH_START = s.MONTH_START
  AND t.ID_MARCA = s.ID_MARCA AND t.MARCA = s.MARCA AND t.ID_LINHA = s.ID_LINHA AND t.LINHA = s.LINHA
WHEN MATCHED AND (
  t.SUM_QTD_VENDA <> s.SUM_QTD_VENDA OR t.ROW_COUNT <> s.ROW_COUNT
  OR IFNULL(t.FIRST_LOAD_ID, 0) <> IFNULL(s.FIRST_LOAD_ID, 0)
) THEN UPDATE SET
  SUM_QTD_VENDA = s.SUM_QTD_VENDA, ROW_COUNT = s.ROW_COUNT, FIRST_LOAD_ID = s.FIRST_LOAD_ID
WHEN NOT MATCHED THEN
  INSERT (ID_MARCA, MARCA, ID_LINHA, LINHA, MONTH_START, ANO, MES, SUM_QTD_VENDA, ROW_COUNT, FIRST_LOAD_ID)
  VALUES (s.ID_MARCA, s.MARCA, s.ID_LINHA, s.LINHA, s.MONTH_START,
    EXTRACT(YEAR FROM s.MONTH_START), EXTRACT(MONTH FROM s.MONTH_START),
    s.SUM_QTD_VENDA, s.ROW_COUNT, s.FIRST_LOAD_ID);

-- How many rows of each load count: the rest of them are repeated. A month without this number is still due.
UPDATE ledger_months AS t
SET ROWS_COUNTED = s.ROWS_COUNTED
FROM (
  SELECT m.LOAD_ID, m.MONTH_START, m.ROWS_ACCEPTED - IFNULL(r.ROW_COUNT, 0) AS ROWS_COUNTED
  FROM ledger_months AS m
  LEFT JOIN (
    SELECT LOAD_ID, MONTH_START, COUNT(*) AS ROW_COUNT FROM bases_vendas_repeated
    WHERE MONTH_START >= p_from AND MONTH_START < p_to
    GROUP BY LOAD_ID, MONTH_START
  ) AS r
  ON r.LOAD_ID = m.LOAD_ID AND r.MONTH_START = m.MONTH_START
  WHERE m.DATASET = 'bases_vendas' AND m.MONTH_START >= p_from AND m.MONTH_START < p_to
) AS s
WHERE t.DATASET = 'bases_vendas' AND t.LOAD_ID = s.LOAD_ID AND t.MONTH_START = s.MONTH_START;
