import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flagsOfKept, readGivenSettings, settingsToKeep } from '../../../src/config/given-settings.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-given-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (...words: string[]) => readGivenSettings(words, folder);

describe('settings of one session', () => {
	it('are read by the kind of their key, from the line and from files, in order', () => {
		writeFileSync(join(folder, 'n.toml'), '[turn]\nidle_s = "90s"\n\n[agents.claude]\nmodel = "opus"\n');
		expect(read('limits.patience_s = 33', 'agents.order=codex, claude', 'n.toml', 'turn.idle_s=5')).toEqual([
			{ key: 'limits.patience_s', value: 33, flag: '--config' },
			{ key: 'agents.order', value: ['codex', 'claude'], flag: '--config' },
			{ key: 'turn.idle_s', value: '90s', flag: `${join(folder, 'n.toml')}:2:1` },
			{ key: 'agents.claude.model', value: 'opus', flag: `${join(folder, 'n.toml')}:5:1` },
			{ key: 'turn.idle_s', value: 5, flag: '--config' },
		]);
		expect(read('agents.mine.command=["sh", "-c", "a = b, c"]')[0]?.value).toEqual(['sh', '-c', 'a = b, c']);
	});

	it.each([
		['limits.patiense_s=3', 'did you mean limits.patience_s'],
		['limits.patience_s=soon', 'allowed: 0 to 1 hour'],
		['store=state', 'store cannot be set for one session'],
		['none.toml', 'is neither KEY=VALUE nor a file'],
		['.', 'is neither KEY=VALUE nor a file'],
		['', 'is neither KEY=VALUE nor a file'],
	])('refuses %j', (text, message) => {
		expect(() => read(text)).toThrow(message);
		expect(() => read(text)).toThrow(expect.objectContaining({ code: 'usage' }));
	});

	it('are refused with the place in their file', () => {
		writeFileSync(join(folder, 'bad.toml'), '[turn]\nidle = 3\n');
		expect(() => read('bad.toml')).toThrow(`${join(folder, 'bad.toml')}:2:1: unknown key "turn.idle"`);
	});

	it('are kept once a key, and never full', () => {
		const given = read('turn.idle_s=1', 'permissions.preset=full', 'turn.idle_s=2');
		expect(settingsToKeep(given)).toEqual([{ key: 'turn.idle_s', value: 2 }]);
		expect(flagsOfKept([{ key: 'permissions.preset', value: 'full' }])).toEqual([]);
		expect(settingsToKeep(read('permissions.preset=read-only'))).toHaveLength(1);
	});
});
