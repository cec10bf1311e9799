import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

/** What `test` takes to skip what is seen of a process's system calls, with the reason; false where they can be. */
export const skipWithoutStrace = !canTrace && 'this machine has no strace';

const CALL = /^\d+ +(?:f(?:data)?(sync)|(rename|mkdir)(?:at2?)?)\((.*)/;

/**
 * Runs a script, and gives what it does to a folder that a power cut could undo, or must not: files and folders that
 * are synced, names that move, folders that are made. In that order, with names as seen from the folder.
 */
export function lastingCalls(folder: string, script: string): string[] {
  const place = mkdtempSync(join(tmpdir(), 'entrada-strace-'));
  const told = join(place, 'told');
  try {
    const node = [process.execPath, '--input-type=module', '--eval', script];
    const { status, stderr } = spawnSync(
      'strace',
      [
        ...['-f', '-qq', '-y', '-s', '4096', '-o', told, '-e', 'signal=none'],
        ...['-e', 'trace=fsync,fdatasync,/^rename,/^mkdir', ...node],
      ],
      // One thread, which does one after the other.
      { encoding: 'utf8', env: { ...process.env, UV_THREADPOOL_SIZE: '1' } },
    );
    if (status !== 0) throw new Error(stderr);
    return readFileSync(told, 'utf8')
      .split('\n')
      .flatMap((line) => {
        const [, sync, naming, rest = ''] = CALL.exec(line) ?? [];
        const paths = Array.from(
          rest.matchAll(sync ? /<([^>]*)>/g : /"([^"]*)"/g),
          ([, path]) => path,
        );
        if (!paths.some((path) => path.startsWith(folder))) return [];
        const names = paths.map((path) => path.slice(folder.length + 1) || '.');
        return `${sync ?? naming} ${names.join(' ')}`;
      });
  } finally {
    rmSync(place, { recursive: true });
  }
}
