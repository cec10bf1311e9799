-- Units sold by year and month.
-- Only the keys of the months from p_from to before p_to are touched. Running it again changes nothing.
MERGE INTO con_ano_mes AS t
USING (
  SELECT ANO, MES,
    CAST(SUM(SUM_QTD_VENDA) AS INT64) AS SUM_QTD_VENDA, CAST(SUM(ROW_COUNT) AS INT64) AS ROW_COUNT
  FROM bases_vendas_cube
  WHERE MONTH_START >= p_from AND MONTH_START < p_to
  GROUP BY ANO, MES
) AS s
ON t.ANO = s.ANO
  AND t.MES = s.MES
WHEN MATCHED AND s.ROW_COUNT = 0 THEN DELETE
WHEN MATCHED AND t.SUM_QTD_VENDA <> s.SUM_QTD_VENDA THEN UPDATE SET SUM_QTD_VENDA = s.SUM_QTD_VENDA
WHEN NOT MATCHED AND s.ROW_COUNT > 0 THEN
  INSERT (ANO, MES, SUM_QTD_VENDA) VALUES (s.ANO, s.MES, s.SUM_QTD_VENDA);
