/** One function in a process of its own, as functions-framework serves it: `node function-process.ts NAME PORT`. */
import { getTestServer } from '@google-cloud/functions-framework/testing';
import '../../src/functions/index.ts';

const [, , name, port] = process.argv;
getTestServer(name).listen(Number(port), '127.0.0.1', () => {
  console.log(`${name} listens`);
});
