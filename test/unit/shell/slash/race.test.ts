import { describe, expect, it } from 'vitest';
import { createSessionIds } from '../../../../src/core/ids.ts';
import type { Race } from '../../../../src/race/contract.ts';
import type { RaceRecord } from '../../../../src/race/record/race-record.ts';
import { race } from '../../../../src/shell/slash/race.ts';
import type { WorkEnd } from '../../../../src/shell/slash/slash-command.ts';
import { fakeEntrant } from '../../../helpers/fake-entrant.ts';
import { fakeServices, fakeSlashContext, NOON } from '../../../helpers/fake-slash-context.ts';
import { raceRecord } from '../../../helpers/race-record.ts';

const ID = createSessionIds(() => NOON)(null);
const waiting = (id: string) => fakeEntrant(id, { state: 'waiting', outcome: null, diff: null });
const RECORD = raceRecord(ID, 'abcdef0123456789', {
	entrants: [fakeEntrant('claude'), fakeEntrant('codex')],
	winner: 'claude',
	verdict: 'claude is first: it passed.',
});

/** Runs `/race …` on a race that ends with `record`. */
async function run(argument: string, record: RaceRecord = RECORD, isStopped = false) {
	/** What was asked of whom, in order. */
	const calls: unknown[] = [];
	const statuses: string[] = [];
	const ends: WorkEnd[] = [];
	const abort = new AbortController();
	const running: Race = {
		id: ID,
		run: async ({ onEvent }) => {
			const entrants = [waiting('claude'), waiting('codex')];
			onEvent({ type: 'race_started', record: { ...record, entrants } });
			onEvent({ type: 'entrant', entrant: fakeEntrant('codex') });
			if (isStopped) abort.abort();
			return record;
		},
		stopEntrant: () => undefined,
		stopHard: () => undefined,
		close: async () => {
			calls.push('close');
		},
	};
	const fake = fakeSlashContext({
		services: fakeServices({
			openRace: async (task, flags) => {
				calls.push({ task, flags });
				return running;
			},
			resumeRace: async (ref, permissions) => {
				calls.push({ resume: ref, permissions });
				return running;
			},
			askRace: async (question, words) => {
				calls.push({ question, words });
				return { lines: ['a page'], adopted: question === 'adopt' ? 'adopted it' : null };
			},
		}),
		work: async (act) => {
			const control = {
				signal: abort.signal,
				onEvent: () => undefined,
				onHardStop: () => undefined,
				onSay: () => undefined,
				onStatus: (what: string) => void statuses.push(what),
			};
			ends.push(await act(control));
		},
	});
	await race.run(fake.context, argument);
	return { ...fake, calls, statuses, ends };
}

describe('/race', () => {
	it.each([
		['fix it --agents a,b --check "npm test"', 'fix it', { agents: 'a,b', check: ['npm test'] }],
		['show the total --agents a,b', 'show the total', { agents: 'a,b' }],
		[
			'fix it -A a --max-time 90s --include-dirty',
			'fix it',
			{ agents: 'a', maxTime: '90s', includeDirty: true },
		],
	])('takes %s for a task', async (argument, task, flags) => {
		expect((await run(argument)).calls[0]).toMatchObject({ task, flags });
	});

	it.each([
		['show', { question: 'show', words: [] }],
		['diff claude codex', { question: 'diff', words: ['claude', 'codex'] }],
		['adopt claude --merge', { question: 'adopt', words: ['claude', '--merge'] }],
		['resume', { resume: null, permissions: null }],
		['resume 7F3K2Q -p full', { resume: '7F3K2Q', permissions: 'full' }],
	])('takes %s for a question', async (argument, call) => {
		expect((await run(argument)).calls[0]).toEqual(call);
	});

	it.each(['', 'resume a b', '--agents a,b', 'x -A a --colour'])(
		'refuses %j with how it is written',
		async (argument) => {
			await expect(run(argument)).rejects.toMatchObject({
				code: 'usage',
				hint: expect.stringContaining('usage: /race'),
			});
		},
	);

	it('says how many are done while it runs, and shows the page once its session is let go', async () => {
		const { calls, statuses, printed, ends, relay } = await run('fix it -A claude,codex');
		expect(statuses).toEqual(['race', 'race, 0 of 2 done', 'race, 1 of 2 done']);
		expect(calls.slice(1, 3)).toEqual(['close', { question: 'show', words: [ID] }]);
		expect(printed).toEqual(['a page']);
		expect(ends).toEqual([{ exitCode: 0, isBroken: false }]);
		expect(relay.calls).toMatchObject([{ call: 'note', text: expect.stringContaining('claude is first') }]);
	});

	it('ends with 2 without a winner, and breaks what was typed behind it where it was stopped', async () => {
		const nobody = { ...RECORD, winner: null };
		expect((await run('fix it -A a,b', nobody)).ends).toEqual([{ exitCode: 2, isBroken: false }]);
		expect((await run('fix it -A a,b', nobody, true)).ends).toEqual([{ exitCode: 130, isBroken: true }]);
	});

	it('tells later agents what was adopted', async () => {
		expect((await run('adopt')).relay.calls).toEqual([{ call: 'note', text: 'adopted it' }]);
	});

	it('offers agents, entrants and flags where they stand', async () => {
		const { context } = fakeSlashContext();
		const offered = async (argument: string) =>
			(await race.complete(context, argument)).map(({ value }) => value);
		expect(await offered('x --agents claude,')).toContain('claude,codex');
		expect(await offered('adopt ')).toEqual(['claude', 'codex']);
		expect(await offered('show ')).toEqual(['01K3ZZZZZZZZZZZZZZZZZZZZZZ']);
		expect(await offered('')).toEqual(expect.arrayContaining(['show', 'resume', '--check']));
		expect(await offered('x -p ')).toContain('edit');
	});
});
