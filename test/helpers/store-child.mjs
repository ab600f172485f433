// A process that uses the session store: `node store-child.mjs DIST STORE_FOLDER`, commanded over IPC.
import { join } from 'node:path';

const [, , dist, folder] = process.argv;
const load = (path) => import(join(dist, path));
const { createSessionStore } = await load('sessions/store/session-store.js');
const { createWitnesses } = await load('sessions/witness/witness.js');
const { createSessionIds } = await load('core/ids.js');
const { systemClock } = await load('core/clock.js');
const { createProcessTable } = await load('core/processes/create-process-table.js');

const repo = {
	kind: 'none',
	root: folder,
	worktree: folder,
	folder,
	commonDir: null,
	gitDir: null,
	branch: null,
	head: null,
};
const store = createSessionStore({
	location: {
		folder: join(folder, '.agent-relay'),
		repo,
		isElsewhere: false,
		others: [],
		kept: join(folder, 'kept'),
		configFile: join(folder, '.agent-relay', 'config.toml'),
		notice: null,
	},
	clock: systemClock,
	ids: createSessionIds(systemClock.now),
	processes: createProcessTable(),
	relayVersion: '0.0.0',
	witnesses: createWitnesses(join(folder, 'witness'), systemClock),
});
let session = null;

const commands = {
	open({ id, at }) {
		// All racers start in the same millisecond.
		while (Date.now() < at);
		session = store.open(id);
		return session.notices;
	},
	create: () => {
		session = store.create({ kind: 'run', objective: 'x' });
		return session.id;
	},
	release: () => session?.release(),
	updateForEver({ id }) {
		session = store.open(id);
		process.send({ ok: 'started' });
		for (let n = 0; ; n++)
			session.apply((meta) => ({ ...meta, title: `${n}-${'x'.repeat(5000)}` }), undefined);
	},
	become({ uid }) {
		process.setgid(uid);
		process.setuid(uid);
	},
};

process.on('message', ({ name, ...args }) => {
	try {
		process.send({ ok: commands[name](args) ?? null });
	} catch (error) {
		process.send({ code: error.code ?? 'bug', message: error.message });
	}
});
process.on('disconnect', () => process.exit());
process.send({ ok: 'ready' });
