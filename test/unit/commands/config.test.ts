import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
	configAllow,
	configEdit,
	configGet,
	configShow,
	configTrust,
} from '../../../src/commands/config/options.ts';
import type { CommandContext } from '../../../src/commands/context.ts';
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

describe('config get', () => {
	const get = async (key: string) => {
		const said: string[] = [];
		const called = await configGet.call({ ...context, notice: (text) => said.push(text) }, { key });
		return { lines: called.lines(look), said, json: called.toJson() };
	};

	it('prints the bare value, and says where it comes from', async () => {
		expect(await get('limits.patience_s')).toMatchObject({
			lines: ['20'],
			said: ['limits.patience_s: from default'],
			json: { key: 'limits.patience_s', value: 20, unit: 's', layer: 'default' },
		});
		expect((await get('agents.order')).lines).toEqual(['["claude","codex","copilot","opencode","gemini"]']);
		expect((await get('agents.claude.model')).lines).toEqual(['']);
	});

	it.each([
		['limits', 'limits is a section, not a setting.'],
		['limits.patiense_s', 'There is no setting "limits.patiense_s".'],
	])('refuses %s', async (key, message) => {
		await expect(get(key)).rejects.toMatchObject({ code: 'usage', message });
	});
});

describe('config edit', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'relay-config-edit-'));
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	/** `drafts`: what the user leaves in the editor, one after the other. */
	const edit = async (drafts: readonly string[], answer: string | null) => {
		const userConfig = join(folder, 'config.toml');
		const given: string[] = [];
		const commandLine = {
			hasTerminal: true,
			editText: async (text: string) => {
				given.push(text);
				return drafts[given.length - 1] ?? text;
			},
		} as unknown as CommandContext['commandLine'];
		const at = { ...context, paths: { ...context.paths, userConfig }, commandLine, ask: async () => answer };
		const called = configEdit.call(at, {}).then((one) => one.lines(look));
		return { lines: await called.catch((error: Error) => error.message), given, userConfig };
	};

	it('saves what is valid, and gives back for mending what is not', async () => {
		const bad = '[turn]\nidle = 3\n';
		const { lines, given, userConfig } = await edit([bad, '[turn]\nidle_s = 3\n'], 'edit');
		expect(lines).toEqual([`Saved in ${userConfig}`]);
		expect(given[1]).toBe(bad);
		expect(readFileSync(userConfig, 'utf8')).toBe('[turn]\nidle_s = 3\n');
	});

	it('leaves no file behind where nothing was said, or only what is wrong', async () => {
		const { lines, userConfig } = await edit([], null);
		expect(lines).toEqual([`Nothing was changed in ${userConfig}.`]);
		expect((await edit(['[turn]\nidle = 3\n'], 'leave')).lines).toContain('unknown key "turn.idle"');
		expect(existsSync(userConfig)).toBe(false);
	});

	it('needs a terminal', async () => {
		await expect(configEdit.call(context, {})).rejects.toMatchObject({ code: 'usage' });
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
