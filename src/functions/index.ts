import { cloudEvent } from '@google-cloud/functions-framework';
import { TABLES } from '../spotify/tables.ts';
import { createInstance } from './instance.ts';
import type { Event } from './message.ts';
import { keepTable } from './spotify.ts';
import { receiveWorkbook } from './workbook.ts';

/*
 * The cloud's entry points, each named as the case names it. What one throws is answered with 500: Pub/Sub delivers the
 * message again, and after its last attempt puts it on the dead-letter topic.
 */

const instance = createInstance(process.env);

cloudEvent('bases_vendas', (event: Event) => receiveWorkbook(instance, event));
for (const table of TABLES) cloudEvent(table, (event: Event) => keepTable(instance, event, table));
