/**
 * Frees the memory of bytes that nobody wants any more, unless they are a part of something. Left to the collector,
 * what a large file is read in waits for more of its kind until it is as much as the file, and then takes time to be
 * found.
 */
export function giveBack({ buffer, byteLength }: Uint8Array<ArrayBuffer>): void {
  if (byteLength === buffer.byteLength) buffer.transfer(0);
}

/** Frees what a workbook was read with: a collector that has little else to do leaves it for the next ten workbooks. */
export function giveBackAll(values: unknown): void {
  for (const buffer of buffersIn(values)) if (!buffer.detached) buffer.transfer(0);
}

/** The memory of bytes, or of all that a record holds. */
export function buffersIn(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(buffersIn) : [];
}
