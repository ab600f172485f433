import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../../../../src/commands/context.ts';
import type { Look } from '../../../../../src/commands/look.ts';
import type { Given } from '../../../../../src/commands/options/option-table.ts';
import { followRace } from '../../../../../src/commands/race/follow-race.ts';
import { raceLines } from '../../../../../src/commands/race/lines.ts';
import { COMMANDS } from '../../../../../src/commands/registry.ts';
import { createSessionIds } from '../../../../../src/core/ids.ts';
import type { Race } from '../../../../../src/race/race-contract.ts';
import type { RaceRecord } from '../../../../../src/race/record/race-record.ts';
import { raceFamily } from '../../../../../src/shell/slash/commands/race.ts';
import type { SlashContext, WorkEnd } from '../../../../../src/shell/slash/slash-command.ts';
import { fakeCommandContext, fakeStore, fakeSummary } from '../../../../helpers/fake-command-context.ts';
import { fakeEntrant } from '../../../../helpers/fake-entrant.ts';
import { createFakeRelay } from '../../../../helpers/fake-relay.ts';
import { fakeSessionMeta } from '../../../../helpers/fake-session-meta.ts';
import { fakeSlashContext, NOON, noonClock } from '../../../../helpers/fake-slash-context.ts';
import { raceRecord } from '../../../../helpers/race-record.ts';

const ID = createSessionIds(() => NOON)(null);
const waiting = (id: string) => fakeEntrant(id, { state: 'waiting', outcome: null, diff: null });
const RECORD = raceRecord(ID, 'abcdef0123'.repeat(4), {
	entrants: [fakeEntrant('claude'), fakeEntrant('codex')],
	winner: 'claude',
	verdict: 'claude is first: it passed.',
});

/** A repo with the record of one race. */
let folder: string;
let shelf: Pick<SlashContext, 'context'>;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'race-'));
	const own = join(folder, ID);
	mkdirSync(own);
	writeFileSync(join(own, 'race.json'), JSON.stringify(RECORD));
	const meta = fakeSessionMeta({ id: ID, kind: 'race', status: 'completed' });
	const store = fakeStore([fakeSummary(NOON, { id: ID, folder: own, meta, status: 'completed' })]);
	const relay = createFakeRelay({ clock: noonClock });
	shelf = { context: fakeCommandContext({ relay, clock: noonClock }, { store: async () => store }) };
});
afterAll(() => rmSync(folder, { recursive: true }));

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
		...shelf,
		work: async (act) => {
			const control = {
				signal: abort.signal,
				onEvent: () => undefined,
				onHardStop: () => undefined,
				onSay: () => undefined,
				onAsked: () => undefined,
				onStatus: (what: string) => void statuses.push(what),
			};
			ends.push(await act(control));
		},
	});
	const follow = async (context: CommandContext) => {
		const { data, heard = null, isStopped = false, exitCode } = await followRace(context, running);
		const lines = (look: Look) => raceLines(data, look);
		return {
			exitCode,
			heard,
			isStopped,
			toJson: () => data,
			lines,
			pieces: () => null,
			quietLines: () => [],
		};
	};
	const commands = {
		...COMMANDS,
		race: {
			...COMMANDS.race,
			call: (context: CommandContext, given: Given) => {
				const { task, ...flags } = given;
				if (task === undefined) return COMMANDS.race.call(context, given);
				calls.push({ task, flags });
				return follow(context);
			},
		},
		raceResume: {
			...COMMANDS.raceResume,
			call: (context: CommandContext, { race = null, permissions = null }: Given) => {
				calls.push({ resume: race, permissions });
				return follow(context);
			},
		},
	};
	await raceFamily(commands).run(fake.context, argument);
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
		['resume', { resume: null, permissions: null }],
		['resume 7F3K2Q -p full', { resume: '7F3K2Q', permissions: 'full' }],
	])('takes %s for an earlier race', async (argument, call) => {
		expect((await run(argument)).calls[0]).toEqual(call);
	});

	it.each(['', 'resume a b', '--agents a,b', 'x -A a --colour'])(
		'refuses %j with how it is written',
		async (argument) => {
			await expect(run(argument)).rejects.toMatchObject({
				code: 'usage',
				hint: expect.stringContaining('Usage: /race'),
			});
		},
	);

	it('says how many are done while it runs, and shows the page once its session is let go', async () => {
		const { calls, statuses, printed, ends, relay } = await run('fix it -A claude,codex');
		expect(statuses).toEqual(['race', 'race, 0 of 2 done', 'race, 1 of 2 done']);
		expect(calls[1]).toBe('close');
		expect(printed).toContain('claude is first: it passed.');
		expect(printed).toContain('adopt it: /race adopt');
		expect(ends).toEqual([{ exitCode: 0, isBroken: false }]);
		expect(relay.calls).toMatchObject([{ call: 'note', text: expect.stringContaining('claude is first') }]);
	});

	it('ends with 2 without a winner, and breaks what was typed behind it where it was stopped', async () => {
		const nobody = { ...RECORD, winner: null };
		expect((await run('fix it -A a,b', nobody)).ends).toEqual([{ exitCode: 2, isBroken: false }]);
		expect((await run('fix it -A a,b', nobody, true)).ends).toEqual([{ exitCode: 130, isBroken: true }]);
	});

	it.each([
		['list', /claude codex .*Tidy up/],
		['list -n 1', /claude codex .*Tidy up/],
	])('answers %s from the records', async (argument, row) => {
		expect((await run(argument)).printed.join('\n')).toMatch(row);
	});

	it.each([
		['diff', 'Which entrant?', 'For example: /race diff claude'],
		['open', 'Which entrant?', 'For example: /race open claude'],
		['open nobody', 'No entrant "nobody" is in race', 'Its entrants: claude, codex'],
		['show a b', '/race show takes 1 word, and got a b', 'Usage: /race show [RACE]'],
		['adopt --branch x --merge', '--branch leaves the checkout as it is', 'Give --branch alone'],
		['clean x --all', '--all and an id name different races', 'Give one of them'],
		['list -n all', '--limit takes a number from 1 on', 'Usage: /race list [--limit COUNT]'],
	])('refuses %j', async (argument, message, hint) => {
		await expect(run(argument)).rejects.toMatchObject({
			message: expect.stringContaining(message),
			hint: expect.stringContaining(hint),
		});
	});

	it('offers agents, entrants and flags where they stand', async () => {
		const { context } = fakeSlashContext(shelf);
		const offered = async (argument: string) =>
			(await raceFamily(COMMANDS).complete(context, argument)).map(({ value }) => value);
		expect(await offered('x --agents claude,')).toContain('claude,codex');
		expect(await offered('adopt ')).toEqual(['claude', 'codex']);
		expect(await offered('show ')).toEqual([ID]);
		expect(await offered('')).toEqual(expect.arrayContaining(['show', 'resume', '--check']));
		expect(await offered('x -p ')).toContain('edit');
	});
});
