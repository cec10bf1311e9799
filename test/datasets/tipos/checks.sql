-- A row with this id stands for a broken promise.
SELECT 'rows with the id 666' AS COMPARED, 0 AS EXPECTED, COUNT(*) AS FOUND
FROM tipos WHERE ID = 666 AND MONTH_START >= p_from AND MONTH_START < p_to
HAVING COUNT(*) > 0;
