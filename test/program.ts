import { join } from 'node:path';
import { ROOT } from './repository.ts';

/** The program that tests start. */
export const PROGRAM = join(ROOT, 'bin/entrada.js');
