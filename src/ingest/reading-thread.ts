/** Where the reading thread starts: compiled once, as bin/entrada.js is, its code is there in half the time. */
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./thread-reader.ts');
