import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandContext } from '../../../src/app/command-context.ts';
import { createApp } from '../../../src/app/create-app.ts';
import { openEarlier } from '../../../src/commands/open-earlier.ts';
import { parseSessionId } from '../../../src/core/ids.ts';
import { unconfirmedWords } from '../../../src/relay/resume/unconfirmed-words.ts';
import { claude, claudeAnswers, claudeLimited } from '../../helpers/fake-agent-lines.ts';
import { QUIET_FRONT_END } from '../../helpers/quiet-front-end.ts';
import { RaceBench } from '../../helpers/race-bench.ts';

let bench: RaceBench;
beforeEach(() => {
	bench = new RaceBench();
});
afterEach(() => bench.dispose());

/** What `run` and the shell open for these flags; null: nothing. */
async function opened(options: { continue?: boolean; session?: string }): Promise<string | null> {
	const { relay } = await bench.relay();
	const app = createApp({ folder: bench.repo, env: bench.env });
	const earlier = { continue: options.continue ?? false, session: options.session ?? null, here: false };
	await openEarlier(commandContext(app, QUIET_FRONT_END), relay, earlier);
	const id = relay.session()?.id ?? null;
	await relay.close();
	return id;
}

describe('sessions of a race', () => {
	it('are never gone on with as a conversation', async () => {
		bench.install('claude', { turns: [claudeLimited(bench.clock.now() + 3_600_000)] });
		const { race, record } = await bench.race('claude');
		await expect(opened({ continue: true })).rejects.toMatchObject({ code: 'nothing_to_continue' });
		for (const session of [race.id, record.entrants[0]?.session_id ?? ''])
			await expect(opened({ session })).rejects.toMatchObject({
				code: 'usage',
				hint: `Resume the race: agent-relay race resume ${race.id.slice(-6)}`,
			});
	});

	it("bear the user's words in witnesses of their own", async () => {
		bench.install('claude', { turns: [claudeAnswers('done')] });
		const { race, record, deps } = await bench.race('claude,claude:opus');
		const { store } = deps.relay;
		const ids = [race.id, ...record.entrants.map(({ session_id }) => parseSessionId(session_id ?? ''))];
		expect(ids).toHaveLength(3);
		for (const id of ids) {
			if (id === null) throw new Error('an entrant without a session');
			expect(store.witness(id).isOurs).toBe(true);
			expect(unconfirmedWords(store.lineage(id))).toEqual([]);
		}
	});

	it('leave the latest conversation the latest', async () => {
		bench.install('claude', {
			turns: [[{ emit: claude.init + claude.text('no') }, { exit: 1 }], claudeAnswers('done')],
		});
		const it = await bench.relay();
		const { sessionId } = await it.send('a task of its own');
		await it.relay.close();
		await bench.race('claude,claude:opus');
		expect(await opened({ session: 'latest' })).toBe(sessionId);
		expect(await opened({ continue: true })).toBe(sessionId);
	});

	it('are not repaired by a conversation, whose snapshots are of another folder', async () => {
		bench.install('claude', { turns: [claudeAnswers('done')] });
		const { record, deps, race } = await bench.race('claude');
		const id = parseSessionId(record.entrants[0]?.session_id ?? '');
		if (id === null) throw new Error('the entrant has no session');
		const folder = join(bench.repo, '.agent-relay/sessions', id);
		const state = join(folder, 'turns/001-state.json');
		const cut = (path: string, over: object) =>
			writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...over }));
		cut(state, { status: 'running', ended_at: null });
		cut(join(folder, 'meta.json'), { status: 'active', ended_at: null });
		expect(deps.relay.store.status(id)).toEqual({ status: 'checkpointed', reason: 'outcome_unknown' });

		const { relay } = await bench.relay();
		expect(await relay.repairAbandoned()).toEqual([]);
		expect(JSON.parse(readFileSync(state, 'utf8'))).toMatchObject({ status: 'running' });
		expect(deps.relay.store.status(race.id)).toEqual({ status: 'completed', reason: null });
	});
});
