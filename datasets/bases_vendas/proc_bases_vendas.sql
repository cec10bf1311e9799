-- Finds repeated rows: bases_vendas_repeated holds, of the months from p_from to before p_to, every row that says the
-- same as an earlier one. Running it again changes nothing.

-- A row's position is LOAD_ID * 2097152 + SHEET_ROW: a sheet has at most half as many rows, so positions are in the
-- order of loading. Rows that say the same are of one month, which DATA_VENDA says: all but the first are repeated.
DELETE FROM bases_vendas_repeated WHERE MONTH_START >= p_from AND MONTH_START < p_to;

INSERT INTO bases_vendas_repeated (LOAD_ID, SHEET_ROW, MONTH_START)
SELECT l.LOAD_ID, l.SHEET_ROW, l.MONTH_START
FROM bases_vendas_linhas AS l
LEFT JOIN (
  SELECT MIN(LOAD_ID * 2097152 + SHEET_ROW) AS FIRST_POSITION
  FROM bases_vendas_linhas
  WHERE MONTH_START >= p_from AND MONTH_START < p_to
  GROUP BY ID_MARCA, MARCA, ID_LINHA, LINHA, DATA_VENDA, QTD_VENDA
) AS f
ON f.FIRST_POSITION = l.LOAD_ID * 2097152 + l.SHEET_ROW
WHERE l.MONTH_START >= p_from AND l.MONTH_START < p_to AND f.FIRST_POSITION IS NULL;
