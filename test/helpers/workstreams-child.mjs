// Creates workstreams one after the other, as one of many processes. Prints each once it is reported as made.
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , dist, configHome, self, count] = process.argv;
const load = (path) => import(pathToFileURL(join(dist, path)).href);
const [{ systemClock }, { createProcessTable }, { lockingOf }, { openWorkstreams }] = await Promise.all([
	load('core/clock.js'),
	load('core/processes/create-process-table.js'),
	load('core/files/file-lock.js'),
	load('workstreams/open-workstreams.js'),
]);
const locking = lockingOf(createProcessTable(), systemClock);
const workstreams = openWorkstreams({ paths: { configHome }, locking, clock: systemClock });
for (let at = 0; at < Number(count); at++) {
	const name = `${self}-${at}`;
	workstreams.create({ name, description: 'one of many' });
	workstreams.addIdeas([name]);
	writeSync(1, `${name}\n`);
}
