import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DEMO_ADAPTERS } from '../../src/agents/demo/adapter.ts';
import { BUILT_IN_ADAPTERS } from '../../src/agents/registry.ts';
import { parseMeta, parseTurnState } from '../../src/sessions/files/json-record.ts';
import { readLog } from '../../src/sessions/log/read-log.ts';
import { CliHome, NOT_INDEXED_BESIDE } from '../helpers/cli-home.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCUMENTS = ['.', 'docs', 'docs/decisions'].flatMap((folder) =>
	readdirSync(join(ROOT, folder))
		.filter((name) => name.endsWith('.md'))
		.map((name) => relative(ROOT, join(ROOT, folder, name))),
);

let cli: CliHome | null = null;
afterEach(() => {
	cli?.remove();
	cli = null;
});

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const blocksOf = (text: string, language: string) =>
	[...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
		([, block = '']) => block,
	);

const withCommands = DOCUMENTS.map((path) => ({ path, blocks: blocksOf(read(path), 'sh') })).filter(
	({ blocks }) => blocks.length > 0,
);

describe('the documentation', () => {
	it('has commands to run', () => {
		expect(withCommands.map(({ path }) => path)).toEqual(
			expect.arrayContaining(['README.md', 'docs/disk-format.md']),
		);
	});

	it.each(withCommands)('$path: its commands run as they stand, and print something', async ({ blocks }) => {
		cli = new CliHome({ env: NOT_INDEXED_BESIDE });
		const hasJq = existsSync(join(cli.bin, 'jq'));
		const runnable = blocks.map((block) => (hasJq ? block : block.replaceAll(/^jq .*\n/gm, '')));
		await cli.run(['run', '--agent', 'demo-closer', 'Say what you are.']);
		const run = await cli.bash(`set -euo pipefail\n${runnable.join('\n')}`);
		expect(run.exitCode, `${run.stderr}\n${run.stdout}`).toBe(0);
		expect(run.stdout.length).toBeGreaterThan(0);
	});

	it.each(DOCUMENTS)('%s: its links lead to files that are there', (path) => {
		const links = [...read(path).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(
			([, to = '']) => to,
		);
		const dead = links.filter((to) => !existsSync(resolve(ROOT, dirname(path), to)));
		expect(dead).toEqual([]);
	});

	it('names every agent with its aliases and how to install it', () => {
		const text = read('docs/agents.md');
		for (const { id, aliases, install, isDemo } of [...BUILT_IN_ADAPTERS, ...DEMO_ADAPTERS]) {
			for (const name of [id, ...aliases]) expect(text).toContain(`\`${name}\``);
			if (!isDemo) expect(text).toContain(install);
		}
	});

	it('names every file and key of the records', () => {
		const text = read('docs/disk-format.md');
		const example = join(ROOT, '.agent-relay.example/sessions');
		const [id = ''] = readdirSync(example);
		const state = parseTurnState(read(`.agent-relay.example/sessions/${id}/turns/002-state.json`), 'state');
		const meta = parseMeta(read(`.agent-relay.example/sessions/${id}/meta.json`), 'meta');
		const known = new Set([...text.matchAll(/[a-z_]+/g)].map(([word]) => word));
		for (const key of [...Object.keys(meta), ...Object.keys(state)]) expect([...known]).toContain(key);
	});
});

describe('the sample', () => {
	it('is a session that the program reads, with no path of the machine it was made on', async () => {
		cli = new CliHome({ env: NOT_INDEXED_BESIDE });
		for (const path of readdirSync(join(ROOT, '.agent-relay.example'), {
			recursive: true,
			encoding: 'utf8',
		})) {
			const full = join('.agent-relay.example', path);
			if (!/\.\w+$/.test(path) || !existsSync(join(ROOT, full))) continue;
			const text = read(full);
			expect(text.includes(ROOT) || /\/tmp\/|\/root\//.test(text), full).toBe(false);
			if (path.startsWith('sessions')) cli.write(join('.agent-relay', path), text);
		}
		const { stdout } = await cli.run(['show', '--json']);
		const shown = JSON.parse(stdout);
		expect(shown).toMatchObject({ status: 'completed', problems: [] });
		expect(shown.turns.map(({ status }: { status: string }) => status)).toEqual([
			'completed',
			'limited',
			'completed',
		]);
		const packet = await cli.run(['show', '--packet']);
		expect(packet.stdout).toContain(shown.meta.objective);
	});

	it('has a log, from the opening over the hand-over to the end, that this version reads whole', () => {
		const sessions = join(ROOT, '.agent-relay.example/sessions');
		const [id = ''] = readdirSync(sessions);
		const types = readLog(join(sessions, id)).map(({ event }) => event?.type);
		expect(types.at(0)).toBe('session_opened');
		expect(types).toContain('handed_over');
		expect(types.at(-1)).toBe('session_closed');
		expect(types).not.toContain(undefined);
	});
});
