import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { TransientError } from '../../src/errors.ts';
import { createFolderLake } from '../../src/lake/folder.ts';
import { defaultLimits } from '../../src/workbook/limits.ts';
import { PROGRAM } from '../program.ts';
import { cell, date } from '../workbook-builder.ts';
import { noCase, numbersOf, ORDERS, oneByOne, statesOf, together } from './golden.ts';
import { retract } from './histories.ts';
import {
  changedDataset,
  hashOf,
  keptFiles,
  newHome,
  sale,
  sales,
  shippedDatasets,
  type TestHome,
} from './home.ts';
import { settle } from './killing.ts';

describe("the case's own workbooks give the golden tables", { skip: noCase }, () => {
  // Three orders in each way; `npm run test:kills` takes all six in both.
  for (const order of ORDERS.slice(0, 3)) together(order);
  for (const order of ORDERS.slice(3)) oneByOne(order);
});

describe('once', () => {
  test('a second run with nothing new changes nothing and has nothing to say', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', sales(sale(1), sale(2)));
    await home.run();
    const before = await everything(home);
    const { files, consolidated, waiting, postponed, failed, warnings } = await home.run();
    assert.deepEqual(
      { files, consolidated, waiting, postponed, failed, warnings },
      { files: [], consolidated: [], waiting: [], postponed: [], failed: [], warnings: [] },
    );
    assert.deepEqual(await everything(home), before);
  });

  test('identical rows count once, within a file and across files, and the summary says how many', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', sales(sale(1), sale(1), sale(2)));
    await home.drop('b.xlsx', sales(sale(2), sale(3)));
    const { files } = await home.run();
    assert.deepEqual(
      files.map(({ rowsRead, rowsLoaded, rowsRepeated }) => [rowsRead, rowsLoaded, rowsRepeated]),
      [
        [3, 2, 1],
        [2, 1, 1],
      ],
    );
    assert.deepEqual(await units(home), [1, 2, 3]);
  });

  test('texts as long as a cell holds are loaded, however many', async () => {
    await using home = await newHome();
    const long = Array.from({ length: 1_200 }, (_, n) =>
      sale(n + 1, undefined, `${n} ${'x'.repeat(30_000)}`),
    );
    await home.drop('a.xlsx', sales(...long));
    const { files } = await home.run();
    assert.deepEqual(
      files.map(({ state, rowsLoaded }) => [state, rowsLoaded]),
      [['loaded', 1_200]],
    );
  });

  test('the same bytes again say of which file they are a copy, in one run and in the next', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', sales(sale(1)));
    await home.drop('b.xlsx', sales(sale(1)));
    const first = await home.run();
    await home.drop('a.xlsx', sales(sale(1)));
    const second = await home.run();
    const repeated = [first.files[1], second.files[0]];
    assert.deepEqual(
      repeated.map(({ state, code, detail }) => [state, code, detail.file]),
      [
        ['repeated', 'file.repeated', 'a.xlsx'],
        ['repeated', 'file.repeated', 'a.xlsx'],
      ],
    );
    assert.equal((await home.names('backup')).length, 3);
    assert.deepEqual(await units(home), [1]);
  });

  test('a file moved back from backup/ to its first name is a copy like any other', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', sales(sale(1)));
    await home.run();
    for (let n = 0; n < 2; n++) {
      const [kept] = await home.names('backup');
      await fs.rename(join(home.path, 'backup', kept), join(home.path, 'entrada/a.xlsx'));
      assert.deepEqual(statesOf(await home.run()), ['repeated']);
      assert.deepEqual(await home.names('entrada'), []);
    }
    assert.deepEqual(await units(home), [1]);
    assert.deepEqual(await home.query('SELECT STATE FROM ledger_files ORDER BY 1'), [
      ['loaded'],
      ['repeated'],
      ['repeated'],
    ]);
  });

  test('a rejected file moved back to its first name is read again', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', sales(sale(1), sale(2)));
    const limits = { ...defaultLimits, cells: 3 };
    assert.deepEqual(statesOf(await home.run({ limits })), ['rejected']);
    const kept = (await home.names('rejeitados')).find((name) => name.endsWith('.xlsx')) ?? '';
    await fs.rename(join(home.path, 'rejeitados', kept), join(home.path, 'entrada/a.xlsx'));
    assert.deepEqual(statesOf(await home.run()), ['loaded']);
    assert.deepEqual(await home.names('entrada'), []);
    assert.deepEqual(await units(home), [1, 2]);
  });
});

describe('nothing lost', () => {
  test('bad rows are kept with their cell and reason, in the table and as a list; good ones load', async () => {
    await using home = await newHome();
    await home.drop(
      'março.xlsx',
      sales(
        sale(1),
        sale('=SOMA(1)'),
        sale(2, 'ontem; =1'),
        [4, '', 2, 'x', date(2019, 1, 2), 1.5],
        sale(3),
      ),
    );
    const { files } = await home.run();
    assert.deepEqual([files[0].rowsRead, files[0].rowsLoaded, files[0].rowsRejected], [5, 2, 3]);
    assert.deepEqual(await units(home), [1, 3]);
    const rejected = await home.query(
      'SELECT SHEET, SHEET_ROW, CELL, COLUMN_NAME, VALUE_FOUND, CODE FROM rejections ORDER BY SHEET_ROW, CELL',
    );
    assert.deepEqual(numbersOf(rejected), [
      ['Vendas', 3, 'F3', 'QTD_VENDA', '=SOMA(1)', 'cell.notNumber'],
      ['Vendas', 4, 'E4', 'DATA_VENDA', 'ontem; =1', 'cell.notDate'],
      ['Vendas', 5, 'B5', 'MARCA', '', 'cell.blank'],
      ['Vendas', 5, 'F5', 'QTD_VENDA', '1.5', 'cell.notInteger'],
    ]);
    const list = await fs.readFile(join(home.path, 'rejeitados/março.xlsx.rejections.csv'));
    const [header, ...lines]: string[][] = parse(list, { bom: true });
    assert.deepEqual(header, ['sheet', 'cell', 'column', 'value', 'code', 'reason']);
    assert.deepEqual(
      lines.map(([, cell, , value]) => [cell, value]),
      // A value that looks like a formula is quoted, so that no spreadsheet runs it, whatever separates its cells.
      [
        ['F3', "'=SOMA(1)"],
        ['E4', "ontem; '=1"],
        ['B5', ''],
        ['F5', '1.5'],
      ],
    );
    assert.match(lines[1][5], /^E4: DATA_VENDA wants a date, and "ontem; '=1" is none/);
    assert.match((await home.names('backup'))[0], /^março\.\d{8}T\d+\.[0-9a-f]{12}\.xlsx$/);
  });

  test('a list in Portuguese has values as Excel shows them there, and texts as they are', async () => {
    await using home = await newHome();
    const [dataset] = await shippedDatasets();
    const columns = dataset.columns.map((column) =>
      column.type === 'datetime' ? { ...column, min: '2019-02-01' } : column,
    );
    const wrong = [sale(1.5), sale(2, date(2019, 1, 31)), sale('1.5'), sale(3, '2019-01-31x')];
    const unlike = [sale(true), sale(cell('e', '<v>#N/A</v>')), sale('TRUE')];
    await home.drop('a.xlsx', sales(...wrong, ...unlike));
    await home.run({ language: 'pt-BR', datasets: [{ ...dataset, columns }] });
    const list = await fs.readFile(join(home.path, 'rejeitados/a.xlsx.rejections.csv'));
    const [, ...lines]: string[][] = parse(list, { bom: true, delimiter: ';' });
    assert.deepEqual(
      lines.map(([, , , value, , reason]) => [value, reason]),
      [
        ['1,5', 'F2: QTD_VENDA pede um número inteiro, e não 1,5. Digite-o sem casas decimais.'],
        ['31/01/2019', 'E3: DATA_VENDA contém 31/01/2019, e o mínimo é 01/02/2019. Corrija.'],
        [
          '1.5',
          'F4: QTD_VENDA pede um número, e "1.5" não pode ser lido como número sem adivinhar. Digite o número.',
        ],
        [
          '2019-01-31x',
          'E5: DATA_VENDA pede uma data, e "2019-01-31x" não pode ser lido como data sem adivinhar. Digite uma data, como 31/12/2025.',
        ],
        [
          'VERDADEIRO',
          'F6: QTD_VENDA contém VERDADEIRO, que não é número, data nem texto. Digite o que deve estar ali; se for um texto, formate antes a célula como texto.',
        ],
        ['#N/D', 'F7: QTD_VENDA contém o erro #N/D. Corrija a fórmula.'],
        [
          'TRUE',
          'F8: QTD_VENDA pede um número, e "TRUE" não pode ser lido como número sem adivinhar. Digite o número.',
        ],
      ],
    );
  });

  test('a name that would speak to a terminal is shown in the reason as its escape', async () => {
    await using home = await newHome();
    await home.drop('a\u001b[2J\nb.xlsx', Buffer.from('a,b\n1,2\n'));
    await home.run();
    const [reason] = (await home.names('rejeitados')).filter((name) => name.endsWith('.txt'));
    const said = await fs.readFile(join(home.path, 'rejeitados', reason), 'utf8');
    assert.ok(said.startsWith('a\\u001b[2J\\nb.xlsx\n\n'), said);
  });

  test('a value that would speak to a terminal is shown in the list as its escape', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', sales(sale('\u001b[2J'), sale(1)));
    await home.run();
    const list = await fs.readFile(join(home.path, 'rejeitados/a.xlsx.rejections.csv'), 'utf8');
    assert.ok(!list.includes('\u001b'));
    assert.match(list, /,\\u001b\[2J,/);
  });

  test('the list of a name goes once a mended file of that name has no row to reject', async () => {
    await using home = await newHome();
    const lists = async () => (await home.names('rejeitados')).filter((name) => /csv$/.test(name));
    await home.drop('a.xlsx', sales(sale('x'), sale(1)));
    await home.drop('b.xlsx', sales(sale('y'), sale(2)));
    await home.run();
    // What cannot be read says nothing of those rows, and the same file says the same.
    await home.drop('a.xlsx', Buffer.from('no workbook'));
    await home.drop('b.xlsx', sales(sale('y'), sale(2)));
    await home.run();
    assert.deepEqual(await lists(), ['a.xlsx.rejections.csv', 'b.xlsx.rejections.csv']);
    await home.drop('a.xlsx', sales(sale(9), sale(1)));
    await home.run();
    assert.deepEqual(await lists(), ['b.xlsx.rejections.csv']);
    // Nor does it matter whether somebody else has dropped the mended file before.
    await home.drop('b.xlsx', sales(sale(9), sale(1)));
    await home.run();
    assert.deepEqual(await lists(), []);
    assert.deepEqual(await home.query('SELECT VALUE_FOUND FROM rejections ORDER BY ALL'), [
      ['x'],
      ['y'],
    ]);
  });

  test('a file that comes to rest late does not take away the list of a later one of its name', async () => {
    for (const outcome of ['loaded', 'repeated']) {
      await using home = await newHome();
      if (outcome === 'repeated') {
        await home.drop('b.xlsx', sales(sale('x'), sale(2)));
        await home.run();
      }
      await home.drop('a.xlsx', sales(sale(1)));
      const disk = new TransientError('lake.busy', { file: 'a.xlsx' });
      await home.run({ lake: (lake) => ({ ...lake, move: () => Promise.reject(disk) }) });
      await home.drop('a.xlsx', sales(sale('x'), sale(2)));
      let moves = 0;
      const { files } = await home.run({
        lake: (lake) => ({
          ...lake,
          move: (file, to) => (moves++ === 0 ? Promise.reject(disk) : lake.move(file, to)),
        }),
      });
      assert.deepEqual(statesOf({ files }), [outcome]);
      await home.run();
      assert.deepEqual(await home.query('SELECT DISTINCT IS_ARCHIVED FROM ledger_files'), [[1]]);
      assert.equal((await home.names('rejeitados'))[0], 'a.xlsx.rejections.csv');
    }
  });

  test('a list is written, and taken away, whatever the clock says', async () => {
    await using home = await newHome();
    const lists = async () => (await home.names('rejeitados')).filter((name) => /csv$/.test(name));
    await home.drop('a.xlsx', sales(sale(1)));
    await home.run();
    await home.drop('a.xlsx', sales(sale('x'), sale(2)));
    await home.run({ now: () => Date.UTC(2026, 0, 4) });
    assert.deepEqual(await lists(), ['a.xlsx.rejections.csv']);
    await home.drop('a.xlsx', sales(sale(3)));
    await home.run({ now: () => Date.UTC(2026, 0, 3) });
    assert.deepEqual(await lists(), []);
  });

  test('a report that could not be written is written by the next run, before its file moves', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', sales(sale('x'), sale(1)));
    await home.drop('b.xlsx', Buffer.from('no workbook'));
    await home.drop('c.xlsx', sales(sale(2)));
    const full = new TransientError('lake.full', { file: 'a.xlsx' });
    await home.run({ lake: (lake) => ({ ...lake, write: () => Promise.reject(full) }) });
    assert.deepEqual(await home.names('entrada'), ['a.xlsx', 'b.xlsx']);
    const reports: number[] = [];
    await home.run({
      lake: (lake) => ({
        ...lake,
        async move(file, to) {
          reports.push((await home.names('rejeitados')).length);
          await lake.move(file, to);
        },
      }),
    });
    assert.deepEqual(reports, [1, 2]);
  });

  test('a list is of the latest load of its content', async () => {
    await using home = await newHome();
    const [dataset] = await shippedDatasets();
    const columns = dataset.columns.map((column) =>
      column.type === 'datetime' ? { ...column, min: '2019-04-01' } : column,
    );
    const cells: string[][] = [];
    for (const datasets of [[{ ...dataset, columns }], [dataset]]) {
      await home.drop('a.xlsx', sales(sale('x'), sale(1)));
      await home.run({ datasets });
      const list = await fs.readFile(join(home.path, 'rejeitados/a.xlsx.rejections.csv'));
      const [, ...lines]: string[][] = parse(list, { bom: true });
      cells.push(lines.map(([, cell]) => cell));
      await retract(home, 'a.xlsx');
    }
    assert.deepEqual(cells, [['E2', 'F2', 'E3'], ['F2']]);
  });

  test('a list of thousands of rows has one header', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', sales(...Array.from({ length: 5_000 }, () => sale('x'))));
    await home.run();
    const list = await fs.readFile(join(home.path, 'rejeitados/a.xlsx.rejections.csv'));
    const lines: string[][] = parse(list, { bom: true });
    assert.deepEqual([lines.length, new Set(lines.map(([sheet]) => sheet)).size], [5_001, 2]);
  });

  test('a file that cannot be read moves to rejeitados/ with its reason beside it, in the language set', async () => {
    await using home = await newHome();
    const csv = Buffer.from('ID_MARCA;MARCA\n1;VULT\n');
    await home.drop('vendas.xlsx', csv);
    const { files } = await home.run({ language: 'pt-BR' });
    assert.deepEqual([files[0].state, files[0].code], ['rejected', 'workbook.otherType']);
    const [workbook, reason] = await home.names('rejeitados');
    assert.equal(reason, `${workbook}.txt`);
    assert.deepEqual(await fs.readFile(join(home.path, 'rejeitados', workbook)), csv);
    const text = await fs.readFile(join(home.path, 'rejeitados', reason), 'utf8');
    assert.match(text, /^vendas\.xlsx\n\nO arquivo não é uma planilha.*CSV/);
  });

  const names = {
    spaces: ' vendas de  março .xlsx',
    'an accent composed': 'mar\u00e7o.xlsx',
    'the same accent not composed': 'marc\u0327o.xlsx',
    quotes: `d'água "nova" $(x) \`y\`; -- %s.xlsx`,
    '200 characters': `${'v'.repeat(195)}.xlsx`,
    'all the bytes that a disk allows': `${'ç'.repeat(125)}.xlsx`,
    'capitals, and a macro': 'VENDAS.XLSM',
    'a line break': 'a\nb.xlsx',
    'a hash sign': 'a#1-2.xlsx',
  };
  test(`names work with ${Object.keys(names).join(', ')}`, async () => {
    await using home = await newHome();
    const all = Object.values(names);
    const kept: string[] = [];
    for (const [i, name] of all.entries()) {
      const bytes = sales(sale(i), sale('x'));
      kept.push(hashOf(bytes));
      await home.drop(name, bytes);
    }
    const loaded = await home.run();
    for (const [i, name] of all.entries()) {
      const bytes = Buffer.from(`no workbook ${i}`);
      kept.push(hashOf(bytes));
      await home.drop(name, bytes);
    }
    const rejected = await home.run();
    const outcomes = { loaded, rejected };
    for (const [state, { files, failed, postponed }] of Object.entries(outcomes)) {
      assert.deepEqual([failed, postponed], [[], []]);
      assert.deepEqual(
        files.map((file) => [file.fileName, file.state]).sort(),
        all.map((name) => [name, state]).sort(),
      );
    }
    assert.deepEqual(await home.names('entrada'), []);
    assert.equal((await home.names('backup')).length, all.length);
    assert.equal((await home.names('rejeitados')).length, 3 * all.length);
    assert.deepEqual(await keptFiles(home.path), kept.sort());
  });

  test('no file in backup/ is overwritten, whatever comes with its name and however fast', async () => {
    await using home = await newHome();
    const contents = [sales(sale(1)), sales(sale(2)), sales(sale(1)), sales(sale(1))];
    for (const bytes of contents) {
      await home.drop('a.xlsx', bytes);
      const { failed, postponed } = await home.run();
      assert.deepEqual([failed, postponed], [[], []]);
    }
    assert.deepEqual(await keptFiles(home.path), contents.map(hashOf).sort());
  });

  test('what is no workbook yet stays where it is and is reported', async () => {
    await using home = await newHome();
    const good = sales(sale(1));
    const expected = {
      '.hidden.xlsx': 'wait.hidden',
      'a.csv': 'wait.name',
      'a.xlsx.part': 'wait.temporary',
      'a.xlsx.tmp': 'wait.temporary',
      'a.xlsx.bak': 'wait.name',
      'b.XLSX.PART': 'wait.temporary',
      'empty.xlsx': 'wait.empty',
      'half.xlsx': 'wait.incomplete',
      'growing.xlsx': 'wait.writing',
      '~$a.xlsx': 'wait.lockFile',
      '.~lock.a.xlsx#': 'wait.lockFile',
    };
    for (const name of Object.keys(expected)) await home.drop(name, good);
    await home.drop('empty.xlsx', Buffer.alloc(0));
    await home.drop('half.xlsx', good.subarray(0, good.length / 2));
    const { waiting, files } = await home.run({
      effects: {
        now: Date.now,
        sleep: () => fs.appendFile(join(home.path, 'entrada/growing.xlsx'), 'more'),
      },
    });
    const told = waiting.map(({ file, reason }) => [file.name.slice('entrada/'.length), reason]);
    assert.deepEqual(Object.fromEntries(told), expected);
    assert.deepEqual(files, []);
    assert.deepEqual(await home.names('entrada'), Object.keys(expected).sort());
  });

  test('a file replaced while it is read loads nothing; the next run loads what replaced it', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', sales(sale(1), sale(2)));
    const { postponed, files } = await home.run({
      warehouse: (warehouse) => ({
        ...warehouse,
        async beginLoad(...about) {
          const load = await warehouse.beginLoad(...about);
          await fs.writeFile(join(home.path, 'arriving'), sales(sale(7)));
          await fs.rename(join(home.path, 'arriving'), join(home.path, 'entrada/a.xlsx'));
          return load;
        },
      }),
    });
    assert.ok(postponed[0].error instanceof TransientError);
    assert.equal(postponed[0].error.code, 'lake.changed');
    assert.deepEqual(statesOf({ files }), ['received']);
    assert.deepEqual(await units(home), []);
    await home.run();
    assert.deepEqual(await units(home), [7]);
  });

  test('a file that took the name of one that was moved is put back after a kill, and counts', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', sales(sale(1)));
    let isKilled = false;
    await home.run({
      lake: () =>
        createFolderLake(home.path, {
          async rename(from, to) {
            if (isKilled) throw new Error('killed');
            isKilled = true;
            await home.drop('new', sales(sale(2)));
            await fs.rename(join(home.path, 'entrada/new'), from);
            await fs.rename(from, to);
            throw new Error('killed');
          },
        }),
    });
    assert.deepEqual(await home.names('entrada'), []);
    await home.run();
    assert.deepEqual(await home.query('SELECT SUM_QTD_VENDA FROM con_ano_mes'), [[3]]);
    assert.deepEqual(await keptFiles(home.path), [hashOf(sales(sale(2)))]);
  });

  test('a file of which no row is good is done with: none of it is still to count', async () => {
    await using home = await newHome();
    await home.drop('ruim.xlsx', sales(sale('doze'), sale('treze')));
    await home.drop('vazia.xlsx', sales());
    const { files } = await home.run();
    assert.deepEqual(
      files.map(({ state, rowsRead, rowsLoaded, rowsRepeated, rowsRejected, detail }) => [
        state,
        rowsRead,
        rowsLoaded,
        rowsRepeated,
        rowsRejected,
        detail.sameContent,
      ]),
      // Neither says what the other says: they say nothing.
      [
        ['loaded', 2, 0, 0, 2, undefined],
        ['loaded', 0, 0, 0, 0, undefined],
      ],
    );
  });

  test('a file overwritten while it is read is not called damaged', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', sales(sale(1), sale(2)));
    const { postponed } = await home.run({
      lake: (lake) => ({
        ...lake,
        async open(name) {
          const opened = await lake.open(name);
          let hashed = false;
          return {
            ...opened,
            async read(offset, length) {
              // The hash has been taken: from here on, another file is being written over this one.
              if (hashed) await home.drop('a.xlsx', Buffer.alloc(20_000, 'x'));
              hashed ||= length > 100_000;
              return opened.read(offset, length);
            },
            [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
          };
        },
      }),
    });
    assert.deepEqual(
      postponed.map(({ error }) => error instanceof TransientError && error.code),
      ['lake.changed'],
    );
    assert.deepEqual(await home.names('rejeitados'), []);
    assert.deepEqual(await home.names('entrada'), ['a.xlsx']);
  });

  test('a database that fails in the middle of a load rejects no file; the next run loads it', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', sales(sale(1)));
    await home.drop('b.xlsx', sales(sale(2)));
    const { failed, postponed, files } = await home.run({
      warehouse: (warehouse) => ({
        ...warehouse,
        async beginLoad(...about) {
          const load = await warehouse.beginLoad(...about);
          return {
            ...load,
            // As when the disk cannot be written any more: the statement fails, and the transaction with it.
            write: async () => {
              await warehouse.query('SELECT no_such_column FROM ledger_events');
            },
          };
        },
      }),
    });
    assert.equal(failed.length + postponed.length, 2);
    assert.deepEqual(statesOf({ files }), ['postponed', 'postponed']);
    assert.deepEqual(await home.names('entrada'), ['a.xlsx', 'b.xlsx']);
    assert.deepEqual(await home.names('rejeitados'), []);
    assert.deepEqual(statesOf(await home.run()), ['loaded', 'loaded']);
    assert.deepEqual(await units(home), [1, 2]);
  });

  test('a clock that is set back hides no outcome', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', sales(sale(1), sale('x')));
    await home.run({
      now: () => Date.UTC(2030, 0, 1),
      warehouse: (warehouse) => ({
        ...warehouse,
        beginLoad: () => Promise.reject(new TransientError('warehouse.full', { detail: '' })),
      }),
    });
    const { files } = await home.run();
    assert.deepEqual(statesOf({ files }), ['loaded']);
    assert.deepEqual(await home.names('rejeitados'), ['a.xlsx.rejections.csv']);
    await home.drop('b.xlsx', sales(sale(1), sale('x')));
    assert.deepEqual(statesOf(await home.run()), ['repeated']);
  });

  test('folders that cannot be written give a clear error and lose nothing', async (t) => {
    await using home = await newHome();
    await home.drop('a.xlsx', sales(sale(1), sale('x')));
    await home.drop('b.xlsx', Buffer.from('no workbook'));
    const root = process.getuid?.() === 0;
    const user = root ? { uid: 65534, gid: 65534 } : {};
    if (root) {
      for (const name of [
        '',
        'entrada',
        'backup',
        'rejeitados',
        'entrada/a.xlsx',
        'entrada/b.xlsx',
      ])
        await fs.chown(join(home.path, name), 65534, 65534);
    }
    await settle(home.path);
    const entrada = (...args: string[]) =>
      spawnSync(process.execPath, [PROGRAM, ...args], {
        cwd: '/',
        encoding: 'utf8',
        env: {},
        ...user,
      });
    if (entrada('--help').status !== 0) return t.skip('another user cannot run this checkout');
    for (const name of ['backup', 'rejeitados']) await fs.chmod(join(home.path, name), 0o500);
    for (let n = 0; n < 2; n++) {
      const { status, stdout, stderr } = entrada('run', '--home', home.path);
      assert.match(stdout + stderr, /Entrada has no permission for (entrada|rejeitados)\//);
      assert.doesNotMatch(stdout + stderr, /\n\s+at |go wrong that should not/);
      assert.ok(status !== 0);
      assert.deepEqual(await home.names('entrada'), ['a.xlsx', 'b.xlsx']);
    }
    for (const name of ['backup', 'rejeitados']) await fs.chmod(join(home.path, name), 0o700);
    assert.equal(entrada('run', '--home', home.path).status, 0);
    assert.deepEqual(await home.names('entrada'), []);
    assert.deepEqual(await units(home), [1]);
    assert.equal((await keptFiles(home.path)).length, 2);

    await home.drop('c.xlsx', sales(sale(2)));
    await settle(home.path);
    await fs.chmod(join(home.path, 'entrada/c.xlsx'), 0);
    const closed = entrada('run', '--home', home.path);
    assert.match(closed.stdout, /c\.xlsx: left in entrada\/; it may not be read/);
    assert.equal(closed.status, 2);
    await fs.chmod(join(home.path, 'entrada/c.xlsx'), 0o644);
    await fs.chmod(home.path, 0o500);
    const beside = entrada('run', '--home', home.path);
    assert.match(
      beside.stdout,
      /c\.xlsx: not now\. Entrada has no permission for .*\.committing\./,
    );
    assert.equal(beside.status, 2);
    await fs.chmod(join(home.path, 'entrada.duckdb'), 0o400);
    const { status, stderr } = entrada('run', '--home', home.path);
    await fs.chmod(join(home.path, 'entrada.duckdb'), 0o600);
    await fs.chmod(home.path, 0o700);
    assert.match(
      stderr,
      /^entrada: The database cannot be written: .* the file and its folder\.$/m,
    );
    assert.equal(status, 2);
    assert.deepEqual(await home.names('entrada'), ['c.xlsx']);
  });
});

describe('all or nothing for readers', () => {
  test('a check that fails publishes nothing, and the months stay due until it passes', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', sales(sale(1)));
    await home.run();
    const before = await published(home);
    const datasets = await changedDataset(
      home,
      'checks.sql',
      "SELECT 'units' AS COMPARED, 5 AS EXPECTED, 3 AS FOUND;\n",
    );
    await home.drop('b.xlsx', sales(sale(2), sale(3, date(2020, 1, 1))));
    for (let n = 0; n < 2; n++) {
      const { unpublished } = await home.run({ datasets });
      assert.deepEqual(
        unpublished.map(({ error: { code, values } }) => ({ code, values })),
        [
          {
            code: 'check.failed',
            values: { dataset: 'bases_vendas', compared: 'units', expected: '5', found: '3' },
          },
        ],
      );
      assert.deepEqual(await published(home), before);
    }
    const { consolidated } = await home.run({ datasets: await shippedDatasets() });
    assert.deepEqual(consolidated[0].months, [
      { from: '2019-03-01', to: '2019-04-01' },
      { from: '2020-01-01', to: '2020-02-01' },
    ]);
    assert.deepEqual(await units(home), [1, 2, 3]);
  });

  test('a procedure that fails half-way leaves the tables as they were', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', sales(sale(1)));
    await home.run();
    const before = await published(home);
    const sql =
      "UPDATE con_mar_lin SET MARCA = ';'\nWHERE FALSE;\n-- A comment;\n\nDELETE FROM\n-- one more\nnowhere;\n";
    const datasets = await changedDataset(home, 'proc_con_mar_lin.sql', sql);
    await home.drop('b.xlsx', sales(sale(2)));
    const { unpublished } = await home.run({ datasets });
    const { code, values } = unpublished[0].error;
    assert.deepEqual(
      [code, values.dataset, values.file, values.line],
      ['dataset.sql', 'bases_vendas', join(datasets[0].folder, 'proc_con_mar_lin.sql'), 7],
    );
    assert.match(String(values.detail), /nowhere/);
    assert.deepEqual(await published(home), before);
    await home.run();
    assert.deepEqual(await units(home), [1, 2]);
  });
});

describe('numbers reconcile', () => {
  test('a warnings.sql that fails or gives something else is told with its line; the tables are published', async () => {
    const row = (values: string) => `-- x
SELECT ${values} FROM ledger_events WHERE EVENT = 'loaded';
`;
    const named = (keyColumn: string, loadId = 'LOAD_ID') =>
      row(`'${keyColumn}' AS KEY_COLUMN, '4' AS KEY_VALUE, 'MARCA' AS NAME_COLUMN, 'VULT' AS ONE, 'VULT' AS OTHER,
  LOAD_ID AS ONE_LOAD_ID, ${loadId} AS OTHER_LOAD_ID`);
    const faults: [sql: string, code: string, line: number][] = [
      ['-- x\nSELECT 1\nFROM nowhere;\n', 'dataset.sql', 3],
      // No file of the machine is a dataset's to read.
      ["SELECT 1\nFROM read_text('/etc/hostname');\n", 'dataset.sql', 2],
      [row("'ID_MARCA' AS KEY_COLUMN, 4 AS KEY_VALUE"), 'dataset.sqlColumns', 2],
      [named('FABRICANTE'), 'dataset.noWarning', 2],
      [named('ID_MARCA', '7'), 'dataset.noWarning', 2],
      [named('ID_MARCA', 'NULL'), 'dataset.noWarning', 2],
    ];
    for (const [sql, code, line] of faults) {
      await using home = await newHome();
      await home.drop('a.xlsx', sales(sale(1)));
      const datasets = await changedDataset(home, 'warnings.sql', sql);
      const { unwarned, files, consolidated } = await home.run({ datasets });
      assert.deepEqual(
        unwarned.map(({ error }) => [error.code, error.values.line, error.values.file]),
        [[code, line, join(datasets[0].folder, 'warnings.sql')]],
        sql,
      );
      assert.deepEqual([files.length, consolidated.length], [1, 1]);
      assert.deepEqual(await units(home), [1]);
    }
  });

  test('one brand id with two names is a warning with both places', async () => {
    await using home = await newHome();
    const day = date(2019, 5, 6);
    const other = (when: typeof day) => sale(2, when, 'VULT COSMÉTICA');
    const [a, b] = [sales(sale(1, day), sale(9, day)), sales(sale(3, day), other(day))];
    await home.drop('a.xlsx', a);
    await home.drop('b.xlsx', b);
    const { warnings, files } = await home.run();
    const place = (at: number, bytes: Buffer) => ({
      file: files[at].fileName,
      fileHash: hashOf(bytes),
      loadedAt: files[at].time,
      hasNamesake: false,
      sheet: 'Vendas',
    });
    assert.deepEqual(warnings, [
      {
        keyColumn: 'ID_MARCA',
        key: '4',
        column: 'MARCA',
        one: { value: 'VULT', ...place(0, a), row: 2 },
        other: { value: 'VULT COSMÉTICA', ...place(1, b), row: 3 },
      },
    ]);
    assert.deepEqual(await units(home), [1, 2, 3, 9]);
    // In its place comes another of the same sum.
    const c = sales(other(date(2019, 5, 7)));
    await home.drop('b.xlsx', c);
    const later = await home.run({ replaceSameName: true });
    assert.deepEqual(
      later.warnings.map((warning) => warning.other?.fileHash),
      [hashOf(c)],
    );
  });

  test('a brand id with very many names gives a few warnings and the number of the others', async () => {
    await using home = await newHome();
    const named = Array.from({ length: 60 }, (_, i) => sale(1, date(2019, 5, 6), `VULT ${i}`));
    await home.drop('a.xlsx', sales(...named));
    const { warnings, moreWarnings } = await home.run();
    // Each name beside the first one, not each pair: 59.
    assert.deepEqual([warnings.length, moreWarnings], [20, 39]);
    assert.deepEqual(new Set(warnings.map(({ one }) => one.value)), new Set(['VULT 0']));
  });
});

async function units(home: TestHome): Promise<number[]> {
  const rows = await home.query('SELECT QTD_VENDA FROM bases_vendas ORDER BY 1');
  return rows.map(([value]) => Number(value));
}

async function published(home: TestHome) {
  const { tables } = (await shippedDatasets())[0];
  return home.queryAll(tables.map((table) => `SELECT * FROM ${table} ORDER BY ALL`));
}

/** All that a run could change. */
async function everything(home: TestHome) {
  return {
    tables: await published(home),
    kept: await home.queryAll([
      'SELECT * FROM ledger_events ORDER BY ALL',
      'SELECT * FROM ledger_months ORDER BY ALL',
      'SELECT * FROM bases_vendas_linhas ORDER BY ALL',
    ]),
    folders: await Promise.all(['entrada', 'backup', 'rejeitados'].map(home.names)),
  };
}
