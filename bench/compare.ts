import { execFileSync } from 'node:child_process';
import { answerOf, homeWith, remove, runEntrada, runFresh } from './homes.ts';
import { type Input, mainAnswers, makeInput, makeMany } from './inputs.ts';
import {
  type Contender,
  inTurns,
  measure,
  median,
  memoryOf,
  type Outcome,
  root,
  say,
  timeOf,
} from './measure.ts';
import { NOT_MEASURED, OPENPYXL, peers, RIVALS, TENTH } from './peers.ts';
import { atLeast, atMost, type Section, table, under } from './report.ts';

const TURNS = 5;
/** For what takes long: it also varies least. */
const FEW_TURNS = 3;
const MANY = 10;
const SMALL = { workbooks: 300, rows: 100 };

/** Reading and loading, against inflate alone, against every shape of workbook, and against the peers. */
export async function compare(cache: string): Promise<Section[]> {
  say('inputs');
  const main = await makeInput(cache, 'main');
  const half = await makeInput(cache, 'half');
  const tenth = await makeInput(cache, 'tenth');
  const shapes: Input[] = [main, half];
  for (const which of ['last', 'inline', 'distinct', 'wide'] as const)
    shapes.push(await makeInput(cache, which));
  const many = await makeMany(cache, MANY);
  const small = await makeMany(cache, SMALL.workbooks, SMALL.rows);
  await checkAnswer(main);
  return [
    readers(shapes),
    runs(shapes),
    againstPeers(cache, main, tenth),
    inOneRun(many),
    ofSmall(small),
  ];
}

/** Whoever is fast must be right first. */
async function checkAnswer(main: Input): Promise<void> {
  const home = homeWith([main.path]);
  try {
    runEntrada(home);
    const [found, expected] = [await answerOf(home), mainAnswers().job];
    if (found !== expected) throw new Error(`entrada run gives ${found} instead of ${expected}`);
  } finally {
    remove(home);
  }
}

function readers(shapes: readonly Input[]): Section {
  say('inflate alone, and the reader');
  const rows = shapes.map((input) => {
    const args = ['bench/reader.ts', input.path, String(TURNS)];
    const out = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    const { inflates, reads } = JSON.parse(out);
    const [inflate, read] = [median(inflates), median(reads)];
    say(`  ${input.name}: ${inflate.toFixed(0)} ms, ${read.toFixed(0)} ms`);
    return { name: input.name, inflate, read, cell: (read * 1e6) / input.cells };
  });
  const [main, , ...others] = rows;
  const slowest = others.reduce((a, b) => (b.cell > a.cell ? b : a));
  return {
    lines: [
      '## Reading to typed, checked columns',
      '',
      `Within one process, ${TURNS} turns. Inflate alone is plain \`node:zlib\` in the thread pool, without the checksum that ours takes.`,
      ...table(
        ['workbook', 'inflate alone', 'our reader', 'times inflate', 'ns a cell', 'times main'],
        rows.map(({ name, inflate, read, cell }) => [
          name,
          `${inflate.toFixed(0)} ms`,
          `${read.toFixed(0)} ms`,
          (read / inflate).toFixed(2),
          cell.toFixed(0),
          (cell / main.cell).toFixed(2),
        ]),
      ),
    ],
    targets: [
      atMost('reading, in times of inflate alone', main.read / main.inflate, 3.5),
      atMost(`reading a cell, the slowest shape (${slowest.name})`, slowest.cell / main.cell, 2),
    ],
  };
}

function runs(shapes: readonly Input[]): Section {
  say('whole runs of every shape');
  const outcomes = inTurns(
    shapes.map(({ name, path }) => ({ name, turns: FEW_TURNS, run: () => runFresh([path]) })),
  );
  const cell = (i: number) => (outcomes[i].seconds * 1e9) / shapes[i].cells;
  const [main, half] = outcomes;
  const all = outcomes.map((outcome, i) => ({
    ...outcome,
    times: outcome.failure === undefined ? cell(i) / cell(0) : Number.POSITIVE_INFINITY,
  }));
  const reasons = reasonsOf(outcomes);
  const slowest = all.slice(2).reduce((a, b) => (b.times > a.times ? b : a));
  return {
    lines: [
      '## `entrada run`, to all five tables, of every shape',
      '',
      `Each in a fresh home, ${FEW_TURNS} turns.`,
      ...table(
        ['workbook', 'whole run', 'ns a cell', 'times main', 'peak memory'],
        all.map(({ name, seconds, megabytes, times }, i) => [
          name,
          timeOf(seconds),
          ...(times === Number.POSITIVE_INFINITY
            ? ['', '']
            : [cell(i).toFixed(0), times.toFixed(2)]),
          memoryOf(megabytes),
        ]),
      ),
      ...reasons.map((reason) => `Failed: ${reason}`),
      '',
    ],
    targets: [
      atMost(`a whole run, a cell, the slowest shape (${slowest.name})`, slowest.times, 2),
      under('peak memory of a whole run, in MB', main.megabytes, 350),
      atMost(
        'its peak memory, in times of that of half the length',
        main.megabytes / half.megabytes,
        1.1,
      ),
    ],
  };
}

function againstPeers(cache: string, main: Input, tenth: Input): Section {
  say('whole processes, ours and the peers');
  const own: Contender[] = [
    { name: '**entrada run**, to all five tables', turns: TURNS, run: () => runFresh([main.path]) },
    {
      name: "entrada's reader, to checked columns",
      turns: TURNS,
      run: () =>
        measure(process.execPath, ['bench/reader.ts', main.path], { expected: String(main.rows) }),
    },
  ];
  const others = peers(cache, main, tenth, { rivals: TURNS, others: FEW_TURNS });
  const outcomes = inTurns([...own, ...others]);
  const [ours] = outcomes;
  const scaled = ({ name, seconds }: Outcome) => (name === OPENPYXL ? TENTH * seconds : seconds);
  const ratio = (outcome: Outcome) => scaled(outcome) / ours.seconds;
  const measured = outcomes.filter(({ failure }) => failure === undefined);
  const reasons = reasonsOf(outcomes);
  return {
    lines: [
      `## Whole processes, ${main.name}`,
      '',
      `Start included, in turns, ${TURNS} each and ${FEW_TURNS} of the slow ones. "The same job" leaves what ours`,
      'leaves: a DuckDB file on disk with the distinct rows as `bases_vendas` and the four consolidated tables; ours also',
      'checks every cell, keeps the ledger and the rows as they came, and moves the workbook to rest. Every',
      "answer was compared with the one expected. openpyxl's ratio is of ten times its time.",
      ...table(
        ['what', 'median', 'times ours', 'peak memory'],
        measured.map((outcome) => [
          outcome.name,
          timeOf(outcome.seconds),
          ratio(outcome).toFixed(2),
          memoryOf(outcome.megabytes),
        ]),
      ),
      'Not measured:',
      '',
      ...[...reasons, ...NOT_MEASURED].map((reason) => `- ${reason}`),
      '',
    ],
    targets: Object.values(RIVALS).map((name) => {
      const rival = measured.find((outcome) => outcome.name === name);
      return atLeast(`times faster than ${name}`, rival ? ratio(rival) : Number.NaN, 2.5);
    }),
  };
}

function inOneRun(many: readonly string[]): Section {
  say(`${MANY} workbooks in one run`);
  const [one, ten] = inTurns([
    { name: 'one', turns: FEW_TURNS, run: () => runFresh(many.slice(0, 1)) },
    { name: 'all', turns: FEW_TURNS, run: () => runFresh(many) },
  ]);
  return {
    lines: [
      `## ${MANY} such workbooks in one run`,
      '',
      `Each with rows of its own, ${FEW_TURNS} turns, in turns with a run of the first alone.`,
      ...table(
        ['workbooks', 'whole run', 'peak memory'],
        [
          ['1', timeOf(one.seconds), memoryOf(one.megabytes)],
          [String(MANY), timeOf(ten.seconds), memoryOf(ten.megabytes)],
        ],
      ),
    ],
    targets: [
      atMost(`${MANY} in one run, in times of one`, ten.seconds / one.seconds, MANY),
      atMost(
        `${MANY} in one run, its memory in times of one's`,
        ten.megabytes / one.megabytes,
        1.1,
      ),
    ],
  };
}

function ofSmall(small: readonly string[]): Section {
  say(`${SMALL.workbooks} small workbooks in one run`);
  const [all] = inTurns([{ name: 'all', turns: FEW_TURNS, run: () => runFresh(small) }]);
  return {
    lines: [
      `## ${SMALL.workbooks} workbooks of ${SMALL.rows} rows in one run`,
      '',
      `Each with rows of its own, ${FEW_TURNS} turns.`,
      ...table(
        ['whole run', 'a workbook', 'peak memory'],
        [
          [
            timeOf(all.seconds),
            `${((all.seconds * 1e3) / SMALL.workbooks).toFixed(0)} ms`,
            memoryOf(all.megabytes),
          ],
        ],
      ),
    ],
    targets: [],
  };
}

function reasonsOf(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap(({ name, failure }) => (failure ? [`${name}: ${failure}`] : []));
}
