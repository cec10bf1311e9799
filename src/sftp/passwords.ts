import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** What is asked of a new password's hash: 32 MB and about a tenth of a second of one core. */
const COST = 15;
const BLOCK = 8;
const PARALLEL = 1;
const BYTES = 32;

/** `scrypt$15$8$1$salt$hash`: the parameters stand in it, so that they can be raised for those to come. */
const SHAPE = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]+)\$([\w-]+)$/;

/** Stands in for the hash of an account that is not there, or has no password: to refuse it takes as long. */
const NOBODY = `scrypt$${COST}$${BLOCK}$${PARALLEL}$${random(16)}$${random(BYTES)}`;

export async function hashPassword(password: string): Promise<string> {
  const salt = random(16);
  const hash = await derive(password, salt, COST, BLOCK, PARALLEL, BYTES);
  return `scrypt$${COST}$${BLOCK}$${PARALLEL}$${salt}$${hash.toString('base64url')}`;
}

export function isPasswordHash(text: string): boolean {
  return SHAPE.test(text);
}

/** Whether the password is the one that was hashed; without a hash it never is, and that takes as long to say. */
export async function isPassword(password: string, hashed: string | undefined): Promise<boolean> {
  const [, cost, block, parallel, salt, wanted] = SHAPE.exec(hashed ?? NOBODY) ?? [];
  const known = Buffer.from(wanted, 'base64url');
  const found = await derive(
    password,
    salt,
    Number(cost),
    Number(block),
    Number(parallel),
    known.length,
  );
  return timingSafeEqual(found, known) && hashed !== undefined;
}

function derive(
  password: string,
  salt: string,
  cost: number,
  block: number,
  parallel: number,
  bytes: number,
): Promise<Buffer> {
  const N = 2 ** cost;
  const options = { N, r: block, p: parallel, maxmem: 256 * N * block };
  return new Promise((resolve, reject) => {
    // One accent may be typed as one character or as two.
    scrypt(
      password.normalize('NFC'),
      Buffer.from(salt, 'base64url'),
      bytes,
      options,
      (error, key) => {
        if (error) reject(error);
        else resolve(key);
      },
    );
  });
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}
