import { describe } from 'node:test';
import { noCase, ORDERS, oneByOne, together } from '../ingest/golden.ts';

describe("the case's own workbooks give the golden tables in every order", { skip: noCase }, () => {
  for (const order of ORDERS) {
    together(order);
    oneByOne(order);
  }
});
