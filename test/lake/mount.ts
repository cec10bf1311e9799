import { spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';

/** Mounts a disk of its own at a folder, or skips the test where this user cannot. */
export function mount(t: TestContext, path: string, size = '100k'): Disposable | undefined {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]);
  if (status === 0) return { [Symbol.dispose]: () => spawnSync('umount', ['-l', path]) };
  t.skip('this user cannot mount a disk');
  return undefined;
}
