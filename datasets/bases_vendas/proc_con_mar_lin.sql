-- Units sold by brand and line, over all months.
-- Only the keys of the months from p_from to before p_to are touched. Running it again changes nothing.

-- Which keys these are is known only when all months are summed. The remainders of their numbers, few however many keys
-- there are, keep nearly all others out of the sums.
MERGE INTO con_mar_lin AS t
USING (
  SELECT ID_MARCA, MARCA, ID_LINHA, LINHA,
    CAST(SUM(SUM_QTD_VENDA) AS INT64) AS SUM_QTD_VENDA, CAST(SUM(ROW_COUNT) AS INT64) AS ROW_COUNT
  FROM bases_vendas_cube
  WHERE MOD(ID_MARCA, 4096) IN (
    SELECT DISTINCT MOD(ID_MARCA, 4096) FROM bases_vendas_cube WHERE MONTH_START >= p_from AND MONTH_START < p_to
  ) AND MOD(ID_LINHA, 4096) IN (
    SELECT DISTINCT MOD(ID_LINHA, 4096) FROM bases_vendas_cube WHERE MONTH_START >= p_from AND MONTH_START < p_to
  )
  GROUP BY ID_MARCA, MARCA, ID_LINHA, LINHA
  HAVING COUNTIF(MONTH_START >= p_from AND MONTH_START < p_to) > 0
) AS s
ON t.ID_MARCA = s.ID_MARCA
  AND t.MARCA = s.MARCA
  AND t.ID_LINHA = s.ID_LINHA
  AND t.LINHA = s.LINHA
WHEN MATCHED AND s.ROW_COUNT = 0 THEN DELETE
WHEN MATCHED AND t.SUM_QTD_VENDA <> s.SUM_QTD_VENDA THEN UPDATE SET SUM_QTD_VENDA = s.SUM_QTD_VENDA
WHEN NOT MATCHED AND s.ROW_COUNT > 0 THEN
  INSERT (ID_MARCA, MARCA, ID_LINHA, LINHA, SUM_QTD_VENDA) VALUES (s.ID_MARCA, s.MARCA, s.ID_LINHA, s.LINHA, s.SUM_QTD_VENDA);
