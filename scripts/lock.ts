/** What a lock file says of one package. */
interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly [key: string]: unknown;
}

interface Lock {
  readonly packages: Readonly<Record<string, Locked>>;
  readonly [key: string]: unknown;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/**
 * The lock file of a package that takes some of the locked packages: these and what they need, to the bit as they were
 * tested. Throws Error when one is not locked.
 */
export function lockFor(lock: Lock, { name, version, license, dependencies }: Manifest): Lock {
  const found = new Map<string, Locked>();
  const waiting = Object.keys(dependencies).map((one) => place(lock, '', one));
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (found.has(at)) continue;
    const { dev: _, peer: __, devOptional: ___, ...locked } = lock.packages[at];
    found.set(at, locked);
    const meta = locked.peerDependenciesMeta ?? {};
    const peers = Object.keys(locked.peerDependencies ?? {}).filter((one) => !meta[one]?.optional);
    const needs = { ...locked.dependencies, ...locked.optionalDependencies };
    for (const one of [...Object.keys(needs), ...peers]) waiting.push(place(lock, at, one));
  }
  const own = { name, version, license, dependencies };
  return { ...lock, name, packages: { '': own, ...Object.fromEntries([...found].sort()) } };
}

/** Where a package finds another: beside its own dependencies, or further up. */
function place({ packages }: Lock, from: string, name: string): string {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const here = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (packages[here]) return here;
    if (at === '') throw new Error(`${name}, which ${from || 'package.json'} needs, is not locked`);
  }
}
