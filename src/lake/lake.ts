/**
 * Where files rest. Names are relative to the lake's root with `/` between folders:
 * `entrada/vendas.xlsx`; what leaves the root or spells a name a second way throws UserError `lake.name`.
 * Names are compared character by character: an accent composed and one not make two names.
 * An adapter is one factory (folder.ts, gcs.ts); test/contracts/lake.ts holds what all of them promise.
 */
export interface Lake {
  /**
   * The files directly in a folder, in no promised order; an absent folder is an empty one. With `deep`, those
   * directly in its own folders too, but for folders whose name begins with a dot; and what cannot be taken, as `odd`.
   */
  list(folder: string, deep?: 'deep'): Promise<LakeFile[]>;
  /** Throws UserError `lake.missing` when there is no such file. */
  open(name: string): Promise<OpenFile>;
  /**
   * Moves exactly the version that `file` names. Never overwrites; makes the folder of `to`.
   * Throws UserError `lake.missing` when the file is gone, TransientError `lake.changed` when another version
   * has taken its place (which stays, at worst under a numbered name), UserError `lake.exists` when `to` is taken.
   */
  move(file: FileVersion, to: string): Promise<void>;
  /**
   * Writes a small file whole, over an older one if there is one; makes its folder.
   * Whoever reads it sees the old bytes or the new ones, never between.
   */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** The same with a file of this machine, of any size; whatever becomes of it, it is gone from `path`. */
  adopt(path: string, name: string): Promise<void>;
  /** Deletes exactly the version that `file` names. Throws `lake.missing` and `lake.changed` as `move` does. */
  remove(file: FileVersion): Promise<void>;
  /** What a person would type to find the file: a path or a URL. */
  locate(name: string): string;
}

export interface LakeFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Names this version of the bytes: it changes whenever they may have. */
  readonly version: string;
  /** When the bytes were last written, in milliseconds since 1970. */
  readonly modified: number;
  /**
   * Why nobody can take it, which only a `deep` list of a disk tells: it is a folder within a folder, it may not be
   * read, its name is not UTF-8, or it is a link, a pipe or the like.
   */
  readonly odd?: 'folder' | 'closed' | 'spelling' | 'kind';
}

/** The bytes that a file's name stood for at one time. */
export type FileVersion = Pick<LakeFile, 'name' | 'version'>;

/** One version of a file, readable at any place. Must be closed. */
export interface OpenFile extends AsyncDisposable {
  readonly file: LakeFile;
  /** The bytes from `offset`, at most `length` and fewer only at the end of the file. They are the caller's own. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Throws TransientError `lake.changed` unless the name still stands for `file`'s version. */
  verify(): Promise<void>;
}
