import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import type { BigQuery } from '@google-cloud/bigquery';
import type { BigQueryPlace } from './client.ts';
import type { Field } from './values.ts';

export interface Upload {
  readonly table: string;
  readonly file: string;
  readonly format: 'PARQUET' | 'NEWLINE_DELIMITED_JSON';
  readonly fields: readonly Field[];
}

/** What is asked of a job as the REST interface tells it. */
export interface JobAnswer {
  readonly status?: { readonly state?: string; readonly errorResult?: unknown };
  readonly statistics?: {
    readonly totalSlotMs?: string;
    readonly query?: { readonly totalBytesBilled?: string };
  };
}

/**
 * Starts a load job with a file of this machine, whose rows take the place of those that the table has; gives the job's
 * name, as the answer has it. Sent by ourselves: the client library reads the file as a stream, which cannot be sent a
 * second time.
 */
export async function sendFile(
  bq: BigQuery,
  { project: projectId, dataset: datasetId }: BigQueryPlace,
  location: string,
  jobId: string,
  { table: tableId, file, format, fields }: Upload,
): Promise<string> {
  const load = {
    destinationTable: { projectId, datasetId, tableId },
    sourceFormat: format,
    schema: { fields },
    writeDisposition: 'WRITE_TRUNCATE',
    // One that was sent again meanwhile may end when the table is gone, and must not bring it back.
    createDisposition: 'CREATE_NEVER',
  };
  const job = { jobReference: { projectId, jobId, location }, configuration: { load } };
  const boundary = randomUUID();
  const head = (type: string) => `--${boundary}\r\ncontent-type: ${type}\r\n\r\n`;
  const body = new Blob([
    `${head('application/json; charset=UTF-8')}${JSON.stringify(job)}\r\n`,
    head('application/octet-stream'),
    await openAsBlob(file),
    `\r\n--${boundary}--\r\n`,
  ]);
  const url = `${bq.apiEndpoint}/upload/bigquery/v2/projects/${projectId}/jobs?uploadType=multipart`;
  const isSecure = url.startsWith('https:');
  const headers = new Headers(isSecure ? await bq.authClient.getRequestHeaders(url) : {});
  headers.set('content-type', `multipart/related; boundary=${boundary}`);
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  if (response.ok) return String(JSON.parse(text).jobReference.jobId);
  throw Object.assign(new Error(messageIn(text)), { code: response.status });
}

function messageIn(text: string): string {
  try {
    return String(JSON.parse(text).error.message);
  } catch {
    return text;
  }
}
