/**
 * Loaded into the real process with `--import`: numbers what it does to the disk, and kills it at the effect
 * that KILL_AT names. An effect is the moment before and the moment after each statement that DuckDB runs,
 * each closing of an appender and of the database, and each change to a file or folder. Says on fd 2, in the
 * last line, at which effect it ended.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { DuckDBAppender, DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

const killAt = Number(process.env.KILL_AT);
let count = 0;

function effect(what: string): void {
  if (++count !== killAt) return;
  fs.writeSync(2, `\nkilled ${what}\n`);
  process.kill(process.pid, 'SIGKILL');
  // Nothing more happens, however long the signal takes.
  for (;;);
}

type Method = (this: unknown, ...args: never[]) => unknown;

/** Counts a call of the method as two effects, one before and one after. */
function watch<K extends string>(target: Record<K, Method>, key: K): void {
  const original = target[key];
  target[key] = function (this: unknown, ...args: never[]) {
    const what = `${key} ${String(args[0] ?? '').slice(0, 60)}`.trim();
    effect(`before ${what}`);
    const result = original.apply(this, args);
    if (!(result instanceof Promise)) {
      effect(`after ${what}`);
      return result;
    }
    return result.then((value) => {
      effect(`after ${what}`);
      return value;
    });
  };
}

watch(DuckDBConnection.prototype as never, 'run');
watch(DuckDBAppender.prototype as never, 'closeSync');
watch(DuckDBConnection.prototype as never, 'closeSync');
watch(DuckDBInstance.prototype as never, 'closeSync');
for (const key of ['rename', 'writeFile', 'mkdir', 'rm', 'unlink', 'link', 'copyFile', 'utimes'])
  watch(fs.promises as never, key);
syncBuiltinESMExports();

process.on('exit', () => fs.writeSync(2, `\nended after ${count} effects\n`));
