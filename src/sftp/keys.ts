import { createHash, createPublicKey } from 'node:crypto';
import { link, readFile } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import { UserError } from '../errors.ts';
import { namingFile } from '../lake/refusals.ts';
import { writeWhole } from '../lake/replace.ts';

const KINDS = /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521))$/;
const RSA_BITS = 2048;

/**
 * The public keys of a file such as `~/.ssh/id_ed25519.pub` or `authorized_keys`, each as one line without options.
 * Throws UserError `sftp.key` when there is none, or one of a kind that is not taken.
 */
export function publicKeysOf(text: string, file: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (keys.length === 0) throw new UserError('sftp.key', { file, start: '' });
  return keys.map((line) => {
    const key = parsePublicKey(line);
    if (!key) throw new UserError('sftp.key', { file, start: line.slice(0, 20) });
    return `${key.type} ${key.getPublicSSH().toString('base64')} ${key.comment}`.trim();
  });
}

/** The public key of a line, or undefined when it is none that a client may log in with. */
export function parsePublicKey(line: string): ParsedKey | undefined {
  const key = ssh2.utils.parseKey(line);
  if (key instanceof Error || key.isPrivateKey() || !KINDS.test(key.type)) return undefined;
  const { modulusLength = RSA_BITS } =
    createPublicKey(key.getPublicPEM()).asymmetricKeyDetails ?? {};
  return modulusLength < RSA_BITS ? undefined : key;
}

/** A public key, given as SSH sends it, as every SSH program shows it: `SHA256:` and 43 letters. */
export function fingerprintOf(key: Uint8Array): string {
  const digest = createHash('sha256').update(key).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

/** A new Ed25519 key in OpenSSH's format. Of 256 that ssh2 1.17 makes, one lacks a zero, and nobody can read it. */
export function makeKeyPair(comment: string): {
  readonly private: string;
  readonly public: string;
} {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}

interface HostKey {
  /** In OpenSSH's format. */
  readonly privateKey: string;
  readonly fingerprint: string;
  /** What stands in `known_hosts` behind the server's name. */
  readonly line: string;
}

/** The server's own key, of the file that holds it; made when there is none yet. */
export async function hostKey(file: string): Promise<HostKey> {
  return namingFile(file, async () => {
    const privateKey = await readFile(file, 'utf8').catch(async (error) => {
      if (error.code !== 'ENOENT') throw error;
      await makeHostKey(file);
      return readFile(file, 'utf8');
    });
    const key = ssh2.utils.parseKey(privateKey);
    if (key instanceof Error || !key.isPrivateKey() || key.type !== 'ssh-ed25519')
      throw new UserError('sftp.hostKey', { file });
    const bytes = key.getPublicSSH();
    const line = `${key.type} ${bytes.toString('base64')}`;
    return { privateKey, fingerprint: fingerprintOf(bytes), line };
  });
}

/** Made whole before it has its name, and never over another one: whoever comes second uses the first one's. */
async function makeHostKey(file: string): Promise<void> {
  await writeWhole(file, makeKeyPair('entrada').private, 0o600, (temporary) =>
    link(temporary, file).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    }),
  );
}
