import { UserError } from '../errors.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Context } from './context.ts';

type Datasets = Pick<Context, 'datasets' | 'broken'>;

/**
 * Makes the tables of all datasets, and says which datasets can be worked with: one whose tables are refused is broken,
 * and the others are none the worse for it.
 */
export async function prepareDatasets({
  warehouse,
  ...known
}: Datasets & { readonly warehouse: Pick<Warehouse, 'prepare'> }): Promise<Datasets> {
  let { datasets, broken } = known;
  for (;;) {
    try {
      await warehouse.prepare(datasets);
      return { datasets, broken };
    } catch (error) {
      const isOfDataset = error instanceof UserError && error.code.startsWith('dataset.');
      const refused = datasets.find(({ name }) => isOfDataset && name === error.values.dataset);
      if (!isOfDataset || refused === undefined) throw error;
      datasets = datasets.filter((dataset) => dataset !== refused);
      broken = [...broken, { folder: refused.folder, error }];
    }
  }
}
