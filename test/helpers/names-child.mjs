// Changes the registry of names over and over until it is killed, and prints each change once it is reported as made.
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , dist, root, state, self] = process.argv;
const load = (path) => import(pathToFileURL(join(dist, path)).href);
const [
	{ systemClock },
	{ createProcessTable },
	{ lockingOf },
	{ locateStore },
	registryModule,
	{ newEntry },
] = await Promise.all([
	load('core/clock.js'),
	load('core/processes/create-process-table.js'),
	load('core/files/file-lock.js'),
	load('sessions/files/store-location.js'),
	load('sessions/names/name-registry.js'),
	load('sessions/names/line-of-work.js'),
]);
const { createNameRegistry, findName, withName } = registryModule;
const repo = {
	kind: 'none',
	root,
	worktree: root,
	folder: root,
	commonDir: null,
	gitDir: null,
	branch: null,
	head: null,
};
const registry = createNameRegistry(
	locateStore(repo, { stateHome: state }),
	lockingOf(createProcessTable(), systemClock),
);
/** Lets another one have the lock. */
const PAUSE_MS = 20;
const at = new Date().toISOString();
const report = (...words) => writeSync(1, `${words.join(' ')}\n`);
const change = (id, more) => registry.change((names) => withName(names, { ...findName(names, id), ...more }));

report('ready');
for (let count = 0; ; count++) {
	const id = `${self}-${count}`;
	registry.change((names) => withName(names, newEntry({ id, worktree: root, label: null, at })));
	report('created', id);
	// The others only add names, and then write to those, so that much is written between two changes of one.
	if (!self.startsWith('victim')) {
		for (let more = 0; count === 30; more++) {
			change(id, { label: `${more}` });
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
		}
		continue;
	}
	registry.change((names) => ({ ...names, selected: id }));
	report('selected', id);
	change(id, { worktree: state });
	report('bound', id);
	change(id, { lifecycle: 'inactive' });
	report('inactive', id);
	registry.change((names) => ({ ...names, selected: null }));
	change(id, { lifecycle: 'archived' });
	report('archived', id);
}
