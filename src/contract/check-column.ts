import { DATE, NUMBER, TEXT } from '../workbook/cells.ts';
import { DAY_ONE } from '../workbook/dates.ts';
import type { Texts } from '../workbook/texts.ts';
import { type ColumnValues, setInt64 } from './batch.ts';
import { boundsOf, createCellCheck } from './check-cell.ts';
import { type Column, type Dataset, isOnlyKey } from './dataset.ts';
import type { RejectionCode } from './rejection.ts';
import { type RowBlock, SKIPPED } from './row-block.ts';

/** Checks one column of a block and writes its values row for row; calls back for each cell that is refused. */
type ColumnCheck = (
  block: RowBlock,
  slot: number,
  out: ColumnValues,
  onRefusal: (row: number, code: RejectionCode) => void,
) => void;

/**
 * Made once a load, because texts are looked at once each. A column of whole numbers, of dates or of texts runs
 * through a loop of its own; whatever is not plain there, every other type, and an only key's texts go cell by cell.
 */
export function createColumnCheck(column: Column, dataset: Dataset, texts: Texts): ColumnCheck {
  const { type, optional } = column;
  const { min, max } = boundsOf(column);
  const earliest = Math.max(min, DAY_ONE);
  const checkCell = createCellCheck(column, dataset, texts);

  return ({ count, kinds: allKinds, values: allValues, fates }, slot, out, onRefusal) => {
    const kinds = allKinds[slot];
    const values = allValues[slot];

    function checkOne(row: number): void {
      if (fates[row] === SKIPPED) return;
      const checked = checkCell(kinds[row], values[row]);
      if (checked === 'cell.blank' && optional) out.present[row] = 0;
      else if (typeof checked === 'string') onRefusal(row, checked);
      else if (out.words === 2) setInt64(out.values, row, checked);
      else out.values[row] = checked;
    }

    out.present.fill(1);
    if (type === 'integer') {
      for (let row = 0; row < count; row++) {
        const value = values[row];
        const word = value | 0;
        // Most whole numbers fit in one word.
        if (kinds[row] === NUMBER && word === value && value >= min && value <= max) {
          out.values[2 * row] = word;
          out.values[2 * row + 1] = word >> 31;
        } else checkOne(row);
      }
    } else if (type === 'datetime') {
      for (let row = 0; row < count; row++) {
        const value = values[row];
        if (kinds[row] === DATE && value >= earliest && value <= max)
          setInt64(out.values, row, value * 1000);
        else checkOne(row);
      }
    } else if (type === 'text' && !isOnlyKey(column, dataset)) {
      for (let row = 0; row < count; row++) {
        if (kinds[row] === TEXT) out.values[row] = values[row];
        else checkOne(row);
      }
    } else for (let row = 0; row < count; row++) checkOne(row);
  };
}
