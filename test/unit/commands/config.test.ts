import { describe, expect, it } from 'vitest';
import { configAllow, configShow, configTrust } from '../../../src/commands/config/options.ts';
import { PLAIN_THEME } from '../../../src/ui/plain-theme.ts';
import { fakeCommandContext } from '../../helpers/fake-command-context.ts';
import { createFakeRelay } from '../../helpers/fake-relay.ts';
import { noonClock } from '../../helpers/fake-slash-context.ts';

const look = { theme: PLAIN_THEME, columns: 100 };
const context = fakeCommandContext({ relay: createFakeRelay({ clock: noonClock }), clock: noonClock });

describe('config show', () => {
	it('shows one setting with its unit and its origin, or all below a name', async () => {
		const one = (await configShow.call(context, { key: 'limits.patience_s' })).lines(look);
		expect(one).toHaveLength(2);
		expect(one[1]).toMatch(/^limits\.patience_s +20 s +default$/);
		const below = (await configShow.call(context, { key: 'limits' })).lines(look);
		expect(below.slice(1).every((line) => line.startsWith('limits.'))).toBe(true);
		expect(below.length).toBeGreaterThan(2);
	});

	it.each([
		['zebra', { code: 'usage', hint: 'See them all: agent-relay config show' }],
		['limits.patiense_s', { code: 'usage', hint: 'Did you mean limits.patience_s?' }],
		['agents.claude.model', { code: 'not_found', message: 'agents.claude.model is not set.' }],
	])('refuses %s', async (key, error) => {
		await expect(configShow.call(context, { key })).rejects.toMatchObject(error);
	});
});

describe('edits', () => {
	it('refuse what says nothing, or two things', async () => {
		await expect(configAllow.call(context, { command: '  ' })).rejects.toMatchObject({ code: 'usage' });
		await expect(configTrust.call(context, { list: true, revoke: true })).rejects.toMatchObject({
			message: '--list and --revoke do two things.',
		});
	});
});
