import { spawnSync } from 'node:child_process';
import { truncate, writeFile } from 'node:fs/promises';
import type { TestContext } from 'node:test';

/**
 * Mounts a disk at a folder, puts on it what `fill` does, and lets all of it but its directory fail from then on; or
 * skips the test where this user cannot.
 */
export async function mountFailing(
  t: TestContext,
  path: string,
  fill: () => Promise<unknown>,
): Promise<Disposable | undefined> {
  const image = `${path}.image`;
  await writeFile(image, '');
  await truncate(image, 20 << 20);
  const made = spawnSync('mke2fs', ['-q', '-t', 'ext4', image]).status === 0;
  const mount = () => made && spawnSync('mount', ['-o', 'loop', image, path]).status === 0;
  if (!mount()) {
    t.skip('this user cannot mount a file as a disk');
    return undefined;
  }
  const unmount = () => spawnSync('umount', ['-l', path]);
  try {
    await fill();
  } finally {
    // So that nothing of it is remembered.
    unmount();
  }
  mount();
  await truncate(image, 2 << 20);
  return { [Symbol.dispose]: unmount };
}

/** Mounts a disk of its own at a folder, or skips the test where this user cannot. */
export function mount(t: TestContext, path: string, size = '100k'): Disposable | undefined {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]);
  if (status === 0) return { [Symbol.dispose]: () => spawnSync('umount', ['-l', path]) };
  t.skip('this user cannot mount a disk');
  return undefined;
}
