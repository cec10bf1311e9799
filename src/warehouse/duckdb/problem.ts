import {
  type EntradaError,
  TerminalError,
  TransientError,
  UserError,
  type Values,
} from '../../errors.ts';

/** What DuckDB refused, as an error that says what to do. `file` is the database's. */
export function duckDbProblem(error: unknown, file: string): EntradaError {
  const whole = error instanceof Error ? error.message : String(error);
  // Of a database that has given up, what made it do so.
  const message = whole.replace(
    /^(Failed to extract statements: |.*invalidated.*Original error: )/s,
    '',
  );
  const options = { cause: error };
  if (/^Invalid Input Error: Cannot execute statement of type/.test(message)) {
    return new UserError('query.invalid', { detail: firstLine(message) }, options);
  }
  // Asked first: a name in the statement, such as disk_full, is in the message too.
  if (
    /^(Parser|Binder|Catalog|Conversion|Invalid Input|Out of Range|Permission) Error/.test(message)
  ) {
    return new UserError('query.invalid', refusalIn(message), options);
  }
  if (/Could not set lock|Conflicting lock/i.test(message)) {
    const holder = /PID (\d+)/.exec(message)?.[1] ?? '?';
    return new TransientError('warehouse.busy', { file, holder }, options);
  }
  // The second: of an appender, or of a commit.
  if (/^Out of Memory Error|\(\S+ \S+\/\S+ \S+ used\)/.test(message)) {
    return new UserError('warehouse.memory', { detail: firstLine(message) }, options);
  }
  if (/No space left|disk.*full|max_temp_directory_size/i.test(message)) {
    return new TransientError('warehouse.full', { detail: firstLine(message) }, options);
  }
  // Of a file, what the operating system said.
  const [, refused = file, refusal = ''] = /file "([^"]*)": ([^\n]*)/.exec(message) ?? [];
  if (/^(Input\/output error|Stale file handle)/.test(refusal) || /fsync failed/.test(message)) {
    return new TransientError('lake.failing', { file: refused }, options);
  }
  if (refusal.startsWith('Read-only file system')) {
    return new UserError('lake.readonly', { file: refused }, options);
  }
  if (/Corrupt database file|Could not read enough bytes/.test(message)) {
    const values = { database: file, detail: firstLine(message) };
    return new UserError('warehouse.damaged', values, options);
  }
  if (/Permission denied|read-only mode|Cannot open file/i.test(message)) {
    return new UserError('warehouse.readonly', { detail: firstLine(message) }, options);
  }
  return new TerminalError('warehouse.failed', { detail: firstLine(message) }, options);
}

/** Whether the database has given up, or could not be opened anew since: it must be before it answers. */
export function saysInvalidated(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return (
    cause instanceof Error &&
    /database has been invalidated|connection disconnected/.test(cause.message)
  );
}

/** What is wrong, with the candidates that DuckDB names, and, where it says so, the line and what stands there. */
function refusalIn(message: string): Values & { readonly detail: string } {
  const [, text = '', excerpt, line] = /^(.*?)(?:\n+(LINE (\d+):.*))?$/s.exec(message) ?? [];
  const detail = text.trim().replace(/\s*\n\s*/g, ' ');
  return excerpt ? { detail, line: Number(line), excerpt } : { detail };
}

/** The sentence that it stands in ends by itself. */
function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').replace(/[.!]+$/, '');
}
