import { describe, expect, it } from 'vitest';
import { sessions } from '../../../src/commands/sessions/options.ts';
import { parseSessionId } from '../../../src/core/ids.ts';
import { PLAIN_THEME } from '../../../src/ui/plain-theme.ts';
import { fakeCommandContext, fakeStore, fakeSummary } from '../../helpers/fake-command-context.ts';
import { createFakeRelay } from '../../helpers/fake-relay.ts';
import { fakeSessionMeta } from '../../helpers/fake-session-meta.ts';
import { NOON, noonClock } from '../../helpers/fake-slash-context.ts';

const HOUR_MS = 3_600_000;
const look = { theme: PLAIN_THEME, columns: 100 };
const relay = createFakeRelay({ clock: noonClock });

const waiting = fakeSummary(NOON - 2 * HOUR_MS);
const entrantId = parseSessionId('01K3ZZZZZZZZZZZZZZZZZAAAAA') ?? waiting.id;
const entrant = fakeSummary(NOON - 3 * HOUR_MS, {
	id: entrantId,
	meta: fakeSessionMeta({ id: entrantId, kind: 'race', parent: waiting.id }),
	status: 'completed',
	reason: null,
});
const store = fakeStore([waiting, entrant]);

async function linesOf(given: Record<string, unknown>, over: Parameters<typeof fakeCommandContext>[1] = {}) {
	const context = fakeCommandContext({ relay, clock: noonClock }, { store: async () => store, ...over });
	return (await sessions.call(context, given)).lines(look);
}

describe('sessions', () => {
	it('has a row for each, with why it waits', async () => {
		const [head, row, ...more] = await linesOf({});
		expect(head).toMatch(/^session +status +last used +turns +title$/);
		expect(row).toMatch(/^ZZZZZZ +checkpointed \(limit\) +2 h ago +5 +fix .*the login$/);
		expect(row).not.toContain('\x1b');
		expect(more).toEqual([]);
	});

	it('shows a race and its entrants as one, but for --flat', async () => {
		expect(await linesOf({ flat: true })).toHaveLength(3);
		const context = fakeCommandContext({ relay, clock: noonClock }, { store: async () => store });
		const data = async (given: object) => (await sessions.call(context, { json: true, ...given })).toJson();
		expect(await data({})).toMatchObject({
			sessions: [{ id: waiting.id, status: 'checkpointed', turn_count: 4, lineage: { turns: 5 } }],
			total: 1,
		});
		expect(await data({ flat: true })).toMatchObject({
			sessions: [{ status: 'checkpointed' }, { kind: 'race' }],
			total: 2,
		});
	});

	it('says how many there are beyond those it shows, and shows all with -n 0', async () => {
		const rows = await linesOf({ flat: true, limit: '1' });
		expect(rows.slice(-2)).toEqual(['', 'The newest 1 of 2; all of them: -n 0']);
		expect(await linesOf({ flat: true, limit: '0' })).toHaveLength(3);
	});

	it('shows those of other repos by their place', async () => {
		const other = fakeSummary(NOON - HOUR_MS, {
			meta: fakeSessionMeta({ last_prompt: 'and \x1b[2Jnow', title: null, objective: 'first' }),
		});
		const over = { otherStores: async () => [{ root: '/dev/null/home/other', store: fakeStore([other]) }] };
		const [head, first, second] = await linesOf({ all: true }, over);
		expect(head).toMatch(/ repo +title$/);
		expect(first).toMatch(/ ~\/other +and .*now$/);
		expect(first).not.toContain('\x1b');
		expect(second).toMatch(/ \/nowhere\/repo +fix /);
	});

	it('names branches where there are several', async () => {
		const repo = { ...fakeSessionMeta().repo, branch: 'topic' };
		const meta = fakeSessionMeta({ id: entrantId, repo });
		const other = fakeSummary(NOON - HOUR_MS, { id: entrantId, meta });
		const rows = await linesOf({}, { store: async () => fakeStore([waiting, other]) });
		expect(rows[0]).toMatch(/ branch +title$/);
		expect(rows[1]).toMatch(/ topic +fix it$/);
	});

	it('finds by what is in a prompt, and says where nothing is', async () => {
		expect(await linesOf({ grep: 'LOGIN' })).toHaveLength(2);
		expect(await linesOf({ grep: 'nowhere' })).toEqual([
			'No such session here.',
			'See them all: agent-relay sessions',
		]);
		await expect(linesOf({ since: '7' })).rejects.toMatchObject({ code: 'usage' });
		expect(await linesOf({ since: '3h' })).toHaveLength(2);
		expect((await linesOf({ since: '1h' }))[0]).toBe('No such session here.');
	});

	it('marks the session at hand', async () => {
		const at = createFakeRelay({ clock: noonClock });
		await at.send('say hello', { signal: new AbortController().signal, onEvent: () => undefined });
		expect((await linesOf({}, { conversation: at }))[1]).toMatch(/^ZZZZZZ \* /);
	});

	it('says what to do where there is none', async () => {
		const over = { store: async () => fakeStore([]) };
		expect(await linesOf({}, over)).toEqual(['No sessions here yet.', 'Start one: agent-relay run "TASK"']);
		expect((await linesOf({ status: 'active' }, over))[0]).toBe('No active session here.');
	});
});
