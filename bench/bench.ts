import { writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compare } from './compare.ts';
import { increment } from './increment.ts';
import { root, say } from './measure.ts';
import { peerVersions } from './peers.ts';
import { report, type Section } from './report.ts';
import { sftp } from './sftp.ts';

const HELP = `usage: npm run bench [-- PART]

Measures Entrada on this machine. Without PART it does everything, about ten minutes on two cores, and writes
bench/results.md; the first time it also makes the inputs and installs the peers. With PART it prints that part:

  peers       inflate, the reader, whole runs, and the other readers, on a million rows
  increment   what one more file costs when 200 are loaded, and what it reads and writes
  sftp        an upload, beside OpenSSH's own server

Inputs and peers are kept in $ENTRADA_BENCH, or ~/.cache/entrada/bench. Peers need python3 with venv, npm, and
g++ for one of them; one that cannot be had is listed with the reason. /usr/bin/time tells the peak memory.
`;

const cache = process.env.ENTRADA_BENCH ?? join(homedir(), '.cache/entrada/bench');
const parts: Readonly<Record<string, () => Promise<Section[]>>> = {
  peers: () => compare(cache),
  increment,
  sftp,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' } },
});
const [part] = positionals;
if (values.help) process.stdout.write(HELP);
else if (positionals.length > 1 || ![...Object.keys(parts), undefined].includes(part)) {
  process.stderr.write(HELP);
  process.exitCode = 2;
} else {
  const start = performance.now();
  const sections: Section[] = [];
  for (const [name, measure] of Object.entries(parts))
    if (part === undefined || part === name) sections.push(...(await measure()));
  const text = report(sections, part === undefined || part === 'peers' ? peerVersions : []);
  if (part === undefined) writeFileSync(join(root, 'bench/results.md'), text);
  process.stdout.write(text);
  say(`measured in ${((performance.now() - start) / 60_000).toFixed(1)} minutes`);
}
