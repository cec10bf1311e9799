/** Runs test files in the order in which they are named, so many at a time: `node in-order.ts CONCURRENCY FILE...`. */
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const [, , concurrency, ...files] = process.argv;
// `node --test` takes them by their names: a long one that begins last runs on alone.
run({ files, concurrency: Number(concurrency) })
  .on('test:fail', () => {
    process.exitCode = 1;
  })
  .compose(spec)
  .pipe(process.stdout);
