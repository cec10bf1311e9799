import { randomUUID } from 'node:crypto';
import type { BigQuery, Query } from '@google-cloud/bigquery';
import { TransientError } from '../../errors.ts';
import { loadSdk, statusOf } from '../../sdk.ts';
import type { QueryResult, Usage } from '../warehouse.ts';
import { bigQueryProblem } from './problem.ts';
import { type JobAnswer, sendFile, type Upload } from './upload.ts';
import { type Field, toRow } from './values.ts';

export interface BigQueryPlace {
  readonly project: string;
  readonly dataset: string;
}

export interface BigQueryClientOptions extends BigQueryPlace {
  /** Where a dataset that is not there yet is made; one that is there says itself where it is. */
  readonly location: string;
  /** Where BigQuery answers, if not at Google's address. Without TLS nobody is asked who they are. */
  readonly endpoint?: string | undefined;
  /** A query that would be billed more bytes than this fails before it runs. */
  readonly maxBytes?: number | undefined;
}

export type Parameters = Readonly<Record<string, string | number>>;

interface RunOptions {
  readonly parameters?: Parameters | undefined;
  /** Whether tables may be named without their dataset. */
  readonly unqualified?: boolean;
  readonly jobId?: string;
  /** Told when a job of this id is there already: it is waited for, and its result is given. */
  readonly onKnown?: () => void;
}

export interface BigQueryClient extends BigQueryPlace {
  readonly usage: Usage;
  /** Asks the REST interface; the path begins after the project. Undefined where the answer is that there is none. */
  ask<T>(path: string, request?: Ask): Promise<T | undefined>;
  /** Runs a statement or a script to its end and gives its result, a page at a time. */
  pages(sql: string, options?: RunOptions): AsyncGenerator<QueryResult>;
  /** The same, all pages at once. */
  run(sql: string, options?: RunOptions): Promise<QueryResult>;
  /** Writes a file's rows in place of those that the table has. */
  upload(upload: Upload): Promise<void>;
}

interface Ask {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly query?: Parameters;
  readonly json?: unknown;
}

interface ResultAnswer {
  readonly jobComplete?: boolean;
  readonly schema?: { readonly fields?: readonly Field[] };
  readonly rows?: readonly { readonly f: readonly { readonly v: unknown }[] }[];
  readonly pageToken?: string;
}

const PAGE_ROWS = 10_000;
const WAIT_MS = 60_000;
const UPLOADS = 3;

export const newJobId = () => `entrada_${randomUUID()}`;

/**
 * BigQuery as the adapter needs it: statements, files into tables, and what they cost. Throws what
 * problem.ts makes of a refusal.
 */
export async function openBigQueryClient(options: BigQueryClientOptions): Promise<BigQueryClient> {
  const { project, dataset, endpoint, maxBytes } = options;
  const sdk = await loadSdk('@google-cloud/bigquery', () => import('@google-cloud/bigquery'));
  const bq = new sdk.BigQuery({ projectId: project, ...(endpoint && { apiEndpoint: endpoint }) });
  const usage = { jobs: 0, bytesBilled: 0, slotMs: 0 };
  let located: Promise<string> | undefined;

  async function ask<T>(path: string, { method = 'GET', query, json }: Ask = {}) {
    try {
      return await request<T>(bq, {
        method,
        uri: path,
        ...(query && { qs: query }),
        ...(json !== undefined && { json }),
      });
    } catch (error) {
      if (statusOf(error) === 404 && (method === 'GET' || method === 'DELETE')) return undefined;
      throw bigQueryProblem(error, options);
    }
  }

  async function findLocation(): Promise<string> {
    const found = await ask<{ location?: string }>(`/datasets/${dataset}`);
    return found?.location ?? options.location;
  }

  const location = () => {
    located ??= findLocation().catch((error) => {
      located = undefined;
      throw error;
    });
    return located;
  };

  async function start(sql: string, runOptions: RunOptions) {
    const { parameters, unqualified, jobId = newJobId(), onKnown } = runOptions;
    const query: Query = {
      query: sql,
      jobId,
      location: await location(),
      ...(parameters && { params: { ...parameters } }),
      ...(unqualified && { defaultDataset: { projectId: project, datasetId: dataset } }),
      ...(maxBytes !== undefined && { maximumBytesBilled: String(maxBytes) }),
    };
    try {
      await bq.createQueryJob(query);
    } catch (error) {
      // Somebody has asked for this job before, or we have and the answer was lost: it is the same job.
      if (statusOf(error) !== 409) throw bigQueryProblem(error, options);
      onKnown?.();
    }
    return jobId;
  }

  async function resultOf(jobId: string, pageToken: string | undefined): Promise<ResultAnswer> {
    const query = {
      location: await location(),
      maxResults: PAGE_ROWS,
      timeoutMs: WAIT_MS,
      'formatOptions.useInt64Timestamp': 'true',
      ...(pageToken && { pageToken }),
    };
    for (;;) {
      const answer = await request<ResultAnswer>(bq, { uri: `/queries/${jobId}`, qs: query });
      if (answer.jobComplete !== false) return answer;
    }
  }

  /** The end of a job, which alone says whether it went well: an answer with rows, or without, may hide an error. */
  async function finish(jobId: string): Promise<void> {
    for (let wait = 100; ; wait = Math.min(2 * wait, 2_000)) {
      const job = await request<JobAnswer>(bq, {
        uri: `/jobs/${jobId}`,
        qs: { location: await location() },
      });
      if (job.status?.state !== 'DONE') {
        await new Promise((resolve) => setTimeout(resolve, wait));
        continue;
      }
      usage.jobs += 1;
      usage.bytesBilled += Number(job.statistics?.query?.totalBytesBilled ?? 0);
      usage.slotMs += Number(job.statistics?.totalSlotMs ?? 0);
      if (job.status.errorResult) throw job.status.errorResult;
      return;
    }
  }

  async function* pages(sql: string, runOptions: RunOptions = {}): AsyncGenerator<QueryResult> {
    const jobId = await start(sql, runOptions);
    try {
      let answer = await resultOf(jobId, undefined);
      await finish(jobId);
      for (;;) {
        const fields = answer.schema?.fields ?? [];
        const rows = (answer.rows ?? []).map(({ f }) => toRow(fields, f));
        yield { columns: fields.map(({ name }) => name), rows };
        if (!answer.pageToken) return;
        answer = await resultOf(jobId, answer.pageToken);
      }
    } catch (error) {
      throw bigQueryProblem(error, options);
    }
  }

  async function run(sql: string, runOptions: RunOptions = {}): Promise<QueryResult> {
    let columns: readonly string[] = [];
    const all: QueryResult['rows'][number][] = [];
    for await (const page of pages(sql, runOptions)) {
      columns = page.columns;
      for (const row of page.rows) all.push(row);
    }
    return { columns, rows: all };
  }

  async function upload(wanted: Upload): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        // Under a new name each time: a job that failed has used up its own.
        return await finish(await sendFile(bq, options, await location(), newJobId(), wanted));
      } catch (error) {
        const problem = bigQueryProblem(error, options);
        if (!(problem instanceof TransientError) || tries === UPLOADS) throw problem;
      }
    }
  }

  return { project, dataset, usage, ask, pages, run, upload };
}

function request<T>(
  bq: BigQuery,
  options: { readonly uri: string; readonly [key: string]: unknown },
): Promise<T> {
  return new Promise((resolve, reject) => {
    bq.request(options, (error: Error | null, body: T) => (error ? reject(error) : resolve(body)));
  });
}
