import { enableCompileCache } from 'node:module';

/*
 * Loaded before every test file: each is a process of its own, and what one has compiled the next need not.
 * The cache is the one that bin/entrada.js has; a process that a test starts finds it in its environment.
 */
const { directory } = enableCompileCache();
if (directory !== undefined) process.env.NODE_COMPILE_CACHE = directory;
