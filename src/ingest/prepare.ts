import type { BrokenDataset } from '../contract/broken.ts';
import type { Dataset } from '../contract/dataset.ts';
import { EntradaError } from '../errors.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Context } from './context.ts';

type Datasets = Pick<Context, 'datasets' | 'broken'>;

interface Prepared extends Datasets {
  /** Those whose tables were of another version, and have been made anew, or would be. */
  readonly anew: readonly Dataset[];
}

/**
 * Makes the tables of all datasets, or rehearses that, and says which datasets can be worked with: one whose tables are
 * refused, or cannot be made anew, is broken, and the others are none the worse for it. What was `refused` before is not
 * tried again.
 */
export async function prepareDatasets(
  { warehouse, ...known }: Datasets & { readonly warehouse: Pick<Warehouse, 'prepare'> },
  { rehearse = false, refused = [] as readonly BrokenDataset[] } = {},
): Promise<Prepared> {
  const isRefused = ({ folder }: Dataset) => refused.some((one) => one.folder === folder);
  const isLeftOut = ({ folder }: BrokenDataset) =>
    known.datasets.some((dataset) => dataset.folder === folder);
  let datasets = known.datasets.filter((dataset) => !isRefused(dataset));
  let broken = [...known.broken, ...refused.filter(isLeftOut)];
  for (;;) {
    try {
      const anew = await warehouse.prepare(datasets, { rehearse });
      return { datasets, broken, anew };
    } catch (error) {
      if (!(error instanceof EntradaError)) throw error;
      const refused = datasets.find(({ name }) => name === error.values.dataset);
      if (refused === undefined) throw error;
      datasets = datasets.filter((dataset) => dataset !== refused);
      broken = [...broken, { folder: refused.folder, error }];
    }
  }
}
