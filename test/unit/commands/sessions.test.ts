import { describe, expect, it } from 'vitest';
import { sessions } from '../../../src/commands/sessions/options.ts';
import { PLAIN_THEME } from '../../../src/ui/plain-theme.ts';
import { fakeCommandContext, fakeStore, fakeSummary } from '../../helpers/fake-command-context.ts';
import { createFakeRelay } from '../../helpers/fake-relay.ts';
import { fakeSessionMeta } from '../../helpers/fake-session-meta.ts';
import { NOON, noonClock } from '../../helpers/fake-slash-context.ts';

const HOUR_MS = 3_600_000;
const look = { theme: PLAIN_THEME, columns: 100 };
const relay = createFakeRelay({ clock: noonClock });

const waiting = fakeSummary(NOON - 2 * HOUR_MS);
const entrant = fakeSummary(NOON - 3 * HOUR_MS, {
	meta: fakeSessionMeta({ kind: 'race', parent: '01K3ZZZZZZZZZZZZZZZZZAAAAA' }),
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
		expect(head).toMatch(
			/^session +status +last used +turns +agents|^session +status +last used +turns +task/,
		);
		expect(row).toMatch(/^ZZZZZZ +checkpointed \(limit\) +2 h ago +4 +fix .*the login$/);
		expect(row).not.toContain('\x1b');
		expect(more).toEqual([]);
	});

	it('folds a race, but for --all and for data', async () => {
		expect(await linesOf({ all: true })).toHaveLength(3);
		const context = fakeCommandContext({ relay, clock: noonClock }, { store: async () => store });
		const data = (await sessions.call(context, { json: true })).toJson();
		expect(data).toMatchObject({ sessions: [{ status: 'checkpointed' }, { kind: 'race' }] });
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
