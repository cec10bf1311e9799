-- Finds repeated rows: bases_vendas_repeated holds, of the months from p_from to before p_to, every row that says the
-- same as an earlier one. Running it again changes nothing.

-- A row's position is LOAD_ID * 2097152 + SHEET_ROW: a sheet has at most half as many rows, so positions are in the
-- order of loading. Every column of this contract is required, so none is NULL and = is right. DATA_VENDA says the month.
DELETE FROM bases_vendas_repeated WHERE MONTH_START >= p_from AND MONTH_START < p_to;

INSERT INTO bases_vendas_repeated (LOAD_ID, SHEET_ROW, MONTH_START)
SELECT l.LOAD_ID, l.SHEET_ROW, l.MONTH_START
FROM bases_vendas_linhas AS l
JOIN (
  SELECT ID_MARCA, MARCA, ID_LINHA, LINHA, DATA_VENDA, QTD_VENDA,
    MIN(LOAD_ID * 2097152 + SHEET_ROW) AS FIRST_POSITION
  FROM bases_vendas_linhas
  WHERE MONTH_START >= p_from AND MONTH_START < p_to
  GROUP BY ID_MARCA, MARCA, ID_LINHA, LINHA, DATA_VENDA, QTD_VENDA
  HAVING COUNT(*) > 1
) AS f
ON l.ID_MARCA = f.ID_MARCA AND l.MARCA = f.MARCA AND l.ID_LINHA = f.ID_LINHA AND l.LINHA = f.LINHA
  AND l.DATA_VENDA = f.DATA_VENDA AND l.QTD_VENDA = f.QTD_VENDA
WHERE l.MONTH_START >= p_from AND l.MONTH_START < p_to
  AND l.LOAD_ID * 2097152 + l.SHEET_ROW <> f.FIRST_POSITION;
