import { describe, expect, it } from 'vitest';
import { limits, limitsClear } from '../../../src/commands/limits/options.ts';
import { RelayError } from '../../../src/core/errors.ts';
import type { LedgerEntry } from '../../../src/limits/ledger-file.ts';
import { PLAIN_THEME } from '../../../src/ui/plain-theme.ts';
import { fakeCommandContext, fakeLedger } from '../../helpers/fake-command-context.ts';
import { createFakeRelay } from '../../helpers/fake-relay.ts';
import { NOON, noonClock } from '../../helpers/fake-slash-context.ts';

const HOUR_MS = 3_600_000;
const look = { theme: PLAIN_THEME, columns: 100 };
const relay = createFakeRelay({ clock: noonClock });

function entry(over: Partial<LedgerEntry> = {}): LedgerEntry {
	return {
		agent: 'claude',
		account: 'default',
		model: '*',
		limit: {
			kind: 'window',
			resetAt: NOON + HOUR_MS,
			window: 'five_hour',
			scope: 'account',
			source: { channel: 'event', rule: 'claude:rate_limit_event', excerpt: 'You hit\x1b[2J your limit' },
			confidence: 'exact',
		},
		recordedAt: NOON - 60_000,
		until: NOON + HOUR_MS,
		isEstimated: false,
		strikes: 1,
		mark: null,
		...over,
	};
}

function contextWith(entries: readonly LedgerEntry[], over: Parameters<typeof fakeCommandContext>[1] = {}) {
	const ledger = fakeLedger({ entries });
	return fakeCommandContext({ relay, clock: noonClock }, { ledger: async () => ledger, ...over });
}

const refuseToLook = () => Promise.reject(new Error('nobody was to be looked at'));

describe('limits', () => {
	it('shows the evidence, then who is next', async () => {
		const lines = (await limits.call(contextWith([entry()]), {})).lines(look);
		expect(lines[0]).toMatch(/^claude {2}5-hour window used up, resets .*\(in 1 h\)$/);
		expect(lines[1]).toMatch(
			/^ {2}seen 1 min ago, by claude:rate_limit_event on event: You hit.*your limit$/,
		);
		expect(lines.join('\n')).not.toContain('\x1b');
		expect(lines[2]).toBe('');
		expect(lines[3]).toMatch(/^agent +verdict +free +why$/);
		expect(lines.slice(4).map((line) => line.split(' ')[0])).toEqual(['claude', 'codex']);
	});

	it('looks at nobody while no limit is in force', async () => {
		const over = entry({ until: NOON - 1 });
		const context = contextWith([over], { candidates: refuseToLook });
		const lines = (await limits.call(context, {})).lines(look);
		expect(lines[0]).toMatch(/over$/);
		expect(lines).toHaveLength(2);
		expect((await limits.call(contextWith([], { candidates: refuseToLook }), {})).lines(look)).toEqual([
			'No agent is limited.',
		]);
	});

	it('keeps the list where the configuration cannot be read, and says so', async () => {
		const said: string[] = [];
		const context = contextWith([entry()], {
			candidates: () => Promise.reject(new RelayError('bad_config', 'no such key')),
			notice: (text) => said.push(text),
		});
		const called = await limits.call(context, {});
		expect(called.lines(look)).toHaveLength(2);
		expect(called.toJson()).toMatchObject({ limits: [{ agent: 'claude', in_force: true }], candidates: [] });
		expect(said).toEqual([expect.stringContaining('no such key')]);
	});
});

describe('limits clear', () => {
	it('forgets one agent, and says when there was nothing', async () => {
		const context = contextWith([entry(), entry({ agent: 'codex' })]);
		const cleared = await limitsClear.call(context, { agent: 'codex' });
		expect(cleared.lines(look)[0]).toBe('1 limit of codex forgotten:');
		expect((await context.ledger()).entries().map(({ agent }) => agent)).toEqual(['claude']);
		expect((await limitsClear.call(context, { agent: 'codex' })).lines(look)).toEqual([
			'There was no limit of codex to forget.',
		]);
	});

	it('refuses a name that neither the ledger nor the configuration has', async () => {
		await expect(limitsClear.call(contextWith([entry()]), { agent: 'clade' })).rejects.toMatchObject({
			code: 'unknown_agent',
		});
	});
});
