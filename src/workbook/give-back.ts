/**
 * Frees the memory of bytes that nobody wants any more, unless they are a part of something. Left to the collector, what
 * a large file is read in waits for more of its kind until it is as much as the file, and then takes time to be found.
 */
export function giveBack({ buffer, byteLength }: Uint8Array<ArrayBuffer>): void {
  if (byteLength === buffer.byteLength) buffer.transfer(0);
}
