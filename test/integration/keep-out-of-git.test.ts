import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineBench } from '../helpers/engine-bench.ts';
import { claudeAnswers } from '../helpers/fake-agent-lines.ts';

let bench: EngineBench;
beforeEach(() => {
	bench = new EngineBench();
	bench.install('claude', { turns: [claudeAnswers('one'), claudeAnswers('two')] });
});
afterEach(() => bench.dispose());

const inStore = (...names: string[]) => join(bench.repo, '.agent-relay', ...names);

function plant(path: string, text: string): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, text);
}

/** What `git add -A` would put into the next commit, after one task. */
async function stagedAfterATask(): Promise<string[]> {
	const relay = await bench.relay({ agent: 'claude' });
	await relay.send('my private words');
	expect(relay.read(1, 'prompt.md')).toBe('my private words');
	bench.git('add', '-A');
	return bench.git('diff', '--cached', '--name-only').split('\n').filter(Boolean);
}

function commitPlanted(): void {
	bench.git('add', '-fA', '.agent-relay');
	bench.git('commit', '-qm', 'planted');
}

describe('the records of a repo whose own ignore file does not ignore them', () => {
	it.each([
		['is empty', ''],
		['ignores something else', 'node_modules/\n'],
		['takes all in again', '*\n!config.toml\n!*\n'],
		['takes the sessions in again', '*\n!sessions/\n!sessions/**\n'],
		['has a comment in place of a rule', '# *\n'],
	])('stay out of commits where a committed one %s, which stays as it is', async (_, text) => {
		plant(inStore('.gitignore'), text);
		commitPlanted();
		expect(await stagedAfterATask()).toEqual([]);
		expect(readFileSync(inStore('.gitignore'), 'utf8')).toBe(text);
	});

	it('stay out where the repo brings one inside sessions too', async () => {
		plant(inStore('.gitignore'), '');
		plant(inStore('sessions', '.gitignore'), '!*\n');
		commitPlanted();
		expect(await stagedAfterATask()).toEqual([]);
	});

	it.each([
		['', '*\n!config.toml\n'],
		['node_modules/\n', 'node_modules/\n*\n!config.toml\n'],
		['*\n!conf', '*\n!config.toml\n'],
	])('stay out, by repair, where one that is not the repo’s says %j', async (text, repaired) => {
		plant(inStore('.gitignore'), text);
		expect(await stagedAfterATask()).toEqual([]);
		expect(readFileSync(inStore('.gitignore'), 'utf8')).toBe(repaired);
	});

	it('stay out where a link stands in its place, whose target stays as it is', async () => {
		const elsewhere = join(bench.repo, '..', 'elsewhere.txt');
		writeFileSync(elsewhere, 'of somebody\n');
		mkdirSync(inStore());
		symlinkSync(elsewhere, inStore('.gitignore'));
		expect((await stagedAfterATask()).filter((path) => path.includes('sessions'))).toEqual([]);
		expect(readFileSync(elsewhere, 'utf8')).toBe('of somebody\n');
	});

	it('are told of once for each session that is opened', async () => {
		plant(inStore('.gitignore'), '');
		commitPlanted();
		const relay = await bench.relay({ agent: 'claude' });
		await relay.send('one');
		const said = relay.ofType('notice').filter(({ text }) => text.includes('.gitignore'));
		expect(said).toHaveLength(1);
	});

	it('need nothing where a rule of the user’s own keeps them out', async () => {
		plant(inStore('.gitignore'), '# mine\n/sessions/\n!README.md\n');
		commitPlanted();
		await stagedAfterATask();
		expect(readFileSync(inStore('.gitignore'), 'utf8')).toBe('# mine\n/sessions/\n!README.md\n');
	});
});
