// The package.json and package-lock.json of what runs in the cloud, from the project's own: the same versions, to the bit.

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** What a lock file says of one package. */
interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly [key: string]: unknown;
}

export interface Lock {
  readonly packages: Readonly<Record<string, Locked>>;
  readonly [key: string]: unknown;
}

/** The cloud brings its own Node, and files do not come there by SFTP. */
const ELSEWHERE = ['node', 'ssh2'];

/** The clients of Google Cloud, which one machine does without, are what it depends on. */
export function manifestFor({ name, version, dependencies, peerDependencies }: Manifest) {
  const all = { ...dependencies, ...peerDependencies };
  const needed = Object.entries(all).filter(([one]) => !ELSEWHERE.includes(one));
  return {
    name: `${name}-cloud`,
    version,
    private: true,
    type: 'module',
    main: 'dist/functions/index.js',
    engines: { node: '>=24' },
    dependencies: Object.fromEntries(needed.sort()),
  };
}

/** The packages that the manifest leads to, as they are locked. Throws Error when one is not. */
export function lockFor(lock: Lock, manifest: ReturnType<typeof manifestFor>): Lock {
  const { name, version, dependencies, engines } = manifest;
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
  return {
    ...lock,
    name,
    packages: {
      '': { name, version, dependencies, engines },
      ...Object.fromEntries([...found].sort()),
    },
  };
}

/** Where a package finds another: beside its own dependencies, or further up. */
function place({ packages }: Lock, from: string, name: string): string {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const here = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (packages[here]) return here;
    if (at === '') throw new Error(`${name}, which ${from || 'package.json'} needs, is not locked`);
  }
}
