import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenSession, SessionStore } from '../../../src/sessions/store/session-store.ts';
import { allow } from '../../../src/sessions/transitions.ts';
import { EngineBench } from '../../helpers/engine-bench.ts';

const RULE = { action: 'run' as const, what: 'npm test' };
const PLANTED = { action: 'run' as const, what: 'rm -r src' };

let bench: EngineBench;
let store: SessionStore;
let session: OpenSession;
beforeEach(async () => {
	bench = new EngineBench();
	({ store } = await bench.deps());
	session = store.create({ kind: 'shell', objective: 'fix it' });
	session.apply(allow, { rules: [RULE, RULE] });
});
afterEach(async () => {
	session.letGo();
	await bench.dispose();
});

/** An agent in mid-turn, or a repo that was cloned with records. */
function plant(): void {
	const path = join(session.folder, 'meta.json');
	const meta = JSON.parse(readFileSync(path, 'utf8'));
	writeFileSync(path, JSON.stringify({ ...meta, allowed: [...meta.allowed, PLANTED] }));
}

/** As the next relay finds it: it knows of the witness only what is in its file. */
async function laterStore(): Promise<SessionStore> {
	session.letGo();
	return (await bench.deps()).store;
}

describe('what the user allows in a session', () => {
	it('is in its record once, and the next relay has it', async () => {
		expect(session.meta.allowed).toEqual([RULE]);
		session = (await laterStore()).open(session.id);
		expect(session.allowed()).toEqual([RULE]);
	});

	it('a rule that was written into the record by somebody else counts for nothing', async () => {
		plant();
		expect(session.allowed()).toEqual([RULE]);
		session = (await laterStore()).open(session.id);
		expect(session.meta.allowed).toEqual([RULE, PLANTED]);
		expect(session.allowed()).toEqual([RULE]);
	});

	it('holds in the session that continues it, and there too only what the user said', async () => {
		plant();
		const later = await laterStore();
		const parent = session.id;
		session = later.create({ kind: 'shell', parent });
		expect(session.meta.allowed).toEqual([RULE]);
		expect(session.allowed()).toEqual([RULE]);
		session = (await laterStore()).open(session.id);
		expect(session.allowed()).toEqual([RULE]);
	});
});
