import { describe } from 'node:test';
import { warehouseContract } from '../contracts/warehouse.ts';
import { skipWithout } from './rig.ts';
import { newPlace, openEmulated } from './warehouses.ts';

const skip = skipWithout('bigquery');

describe('warehouse in BigQuery', { skip }, () => {
  if (skip) return;

  warehouseContract('BigQuery', async () => {
    const place = newPlace();
    const warehouse = await openEmulated(place);
    const reader = await openEmulated(place);
    return {
      warehouse,
      reader,
      async cleanup() {
        await reader.close();
        await warehouse.close();
      },
    };
  });
});
