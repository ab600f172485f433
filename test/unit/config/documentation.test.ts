import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONFIG_KEYS, findConfigKey } from '../../../src/config/config-keys.ts';
import { DEFAULT_CONFIG } from '../../../src/config/defaults.ts';
import { RELAY_VARIABLES } from '../../../src/config/layers/env-names.ts';
import { resolveConfig } from '../../../src/config/layers/layers.ts';
import { relayConfigSchema } from '../../../src/config/schema.ts';
import { toTomlValue } from '../../../src/config/toml/toml-text.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const text = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8');
const rows = text
	.split('\n')
	.filter((line) => /^\| `(?:[a-z]+\.|store`)/.test(line))
	.map((line) => line.split('|').map((cell) => cell.trim()));

describe('docs/configuration.md', () => {
	it.each(CONFIG_KEYS.map((row) => [row.key, row] as const))(
		'names %s with its default, unit and who may set it',
		(key, row) => {
			const [, , value, unit, , untrusted] = rows.find(([, name]) => name === `\`${key}\``) ?? [];
			expect(value).toBe(`\`${toTomlValue(row.default)}\``);
			if (row.unit !== null) expect(unit).toBe(row.unit);
			expect(untrusted).toBe(row.untrusted);
		},
	);

	it('names no key that does not exist', () => {
		const names = rows.map(([, name = '']) => name.replaceAll('`', ''));
		expect(names.filter((name) => findConfigKey(name) === null)).toEqual([]);
	});

	it('names every variable', () => {
		expect(Object.keys(RELAY_VARIABLES).filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
	});
});

describe('the sample configuration', () => {
	const sample = readFileSync(join(ROOT, '.agent-relay.example/config.toml'), 'utf8');

	it('names only documents that are there, and the right one for agents of the user’s own', () => {
		const named = [...sample.matchAll(/[\w/-]+\.md/g)].map(([path]) => path);
		expect(named.length).toBeGreaterThan(0);
		expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
		expect(/own \((.*)\)/.exec(sample)?.[1]).toBe('docs/agents-from-config.md');
	});

	it('holds no key that does not exist', () => {
		const sections = sample.split(/^\[/m).slice(1);
		const keys = sections.flatMap((section) => {
			const name = section.slice(0, section.indexOf(']'));
			return [...section.matchAll(/^(\w+) = /gm)].map(([, key]) => `${name}.${key}`);
		});
		expect(keys.length).toBeGreaterThan(10);
		expect(keys.filter((key) => findConfigKey(key) === null)).toEqual([]);
	});
});

describe('the table of keys', () => {
	it('has a row for every key of the schema, with a default that the schema accepts', () => {
		const { agents: _, store: __, ...sections } = relayConfigSchema.entries;
		const keys = Object.entries(sections).flatMap(([section, { entries }]) =>
			Object.keys(entries).map((key) => `${section}.${key}`),
		);
		expect(keys.filter((key) => findConfigKey(key) === null)).toEqual([]);
	});
});

describe('.agent-relay.example/config.toml', () => {
	const path = join(ROOT, '.agent-relay.example/config.toml');
	const sample = readFileSync(path, 'utf8');
	const load = (toml: string) =>
		resolveConfig({
			env: {},
			user: { path, text: toml },
			repo: null,
			flags: [],
			knownAgents: ['claude', 'codex', 'copilot', 'opencode', 'gemini'],
		});

	it('holds the defaults', () => {
		expect(load(sample).config).toEqual(DEFAULT_CONFIG);
	});

	it('is valid with its commented settings too', () => {
		const settings = sample.replace(/^# (\[|\w+ = )/gm, '$1');
		expect(load(settings).config.agents.by_name.mine?.command[0]).toBe('mycli');
	});
});
