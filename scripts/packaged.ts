import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Puts the package into a folder as npm would install it, with the dependencies of this checkout. Gives its program. */
export function installPackage(folder: string): string {
  const run = (command: string, ...args: readonly string[]) =>
    execFileSync(command, args, { cwd: root, encoding: 'utf8' });
  run(process.execPath, 'scripts/build.ts');
  const packed = run('npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder);
  run('tar', '-xzf', join(folder, packed.trim()), '-C', folder);
  symlinkSync(join(root, 'node_modules'), join(folder, 'package/node_modules'));
  return join(folder, 'package/bin/entrada.js');
}
