/*
 * All about Spotify but the command line, in one process: the files are small, and each would pay for its own start.
 * One alone: `node --test test/spotify/paging.ts`.
 */
import './answers.ts';
import './asking.ts';
import './failing.ts';
import './fake.ts';
import './flow-failing.ts';
import './flow-warehouse.ts';
import './flow.ts';
import './match.ts';
import './paging.ts';
import './replay.ts';
import './secrets.ts';
import './settings.ts';
import './vanished.ts';
import './waiting.ts';
import './watch.ts';
