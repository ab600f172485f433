import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { turnFile } from '../../../src/sessions/files/session-paths.ts';
import { EngineBench } from '../../helpers/engine-bench.ts';
import { claudeAnswers, codexAnswers } from '../../helpers/fake-agent-lines.ts';

let bench: EngineBench;
beforeEach(() => {
	bench = new EngineBench();
});
afterEach(() => bench.dispose());

const records = () => join(bench.repo, '.agent-relay');
const clean = () => bench.git('clean', '-fdxq');

/** A finished session of two prompts and a child of it that is at its first; the agent cleans the repo in the child's second. */
async function cleanedInMidTurn() {
	const cleans = [{ clean: true }, { sleep: 300 }, ...claudeAnswers('cleaned')];
	bench.install('claude', { turns: [...['one', 'two', 'three'].map((text) => claudeAnswers(text)), cleans] });
	bench.install('codex', { nativeSession: 'thread-1', turns: [codexAnswers('seen')] });
	const parent = await bench.relay({ agent: 'claude' });
	await parent.send('first of the parent');
	parent.relay.note('a note of the parent');
	await parent.send('second of the parent');
	const parentFolder = parent.folder;
	await parent.relay.close();
	const child = await bench.relay({ agent: 'claude' });
	const [newest] = child.deps.store.list({ limit: 1 });
	if (newest) await child.relay.resume(newest.id);
	await child.send('first of the child');
	child.relay.note('a note of the child');
	expect(await child.send('clean up')).toMatchObject({ outcome: 'completed' });
	return { child, parentFolder };
}

describe("an agent's git clean -fdx", () => {
	it('costs no prompt, note or state of the conversation, and no order of its sessions', async () => {
		const { child, parentFolder } = await cleanedInMidTurn();
		const words = (folder: string, turn: number) => readFileSync(turnFile(folder, turn, 'prompt.md'), 'utf8');
		expect(words(child.folder, 1)).toBe('first of the child');
		expect(words(child.folder, 2)).toBe('clean up');
		expect(words(parentFolder, 1)).toBe('first of the parent');
		expect(words(parentFolder, 2)).toContain('second of the parent');
		const notes = (folder: string) =>
			JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8')).notes.map(
				({ text }: { text: string }) => text,
			);
		expect(notes(parentFolder)).toEqual(['a note of the parent']);
		expect(notes(child.folder)).toEqual(['a note of the parent', 'a note of the child']);
		expect(child.deps.store.list().map(({ folder }) => folder)).toEqual([child.folder, parentFolder]);
		expect(child.deps.store.lineage(child.meta().id as never).map(({ turns }) => turns.length)).toEqual([
			2, 2,
		]);

		await child.relay.use({ agent: 'codex', model: null }, null);
		await child.send('and now');
		const packet = bench.received('codex')[0]?.prompt ?? '';
		for (const said of ['first of the parent', 'second of the parent', 'first of the child', 'clean up'])
			expect(packet).toContain(said);
		expect(packet).not.toContain("the user's words are missing");
		expect(bench.git('status', '--porcelain')).toBe('');
	});

	it('while the shell waits costs nothing either', async () => {
		bench.install('claude', { turns: [claudeAnswers('one'), claudeAnswers('two')] });
		const relay = await bench.relay({ agent: 'claude' });
		await relay.send('the first task');
		clean();
		expect(existsSync(records())).toBe(false);
		expect(await relay.send('the second task')).toMatchObject({ outcome: 'completed' });
		expect(relay.read(1, 'prompt.md')).toBe('the first task');
		expect(relay.states()).toHaveLength(2);
		expect(readFileSync(join(records(), '.gitignore'), 'utf8')).toBe('*\n!config.toml\n');
		expect(bench.git('status', '--porcelain')).toBe('');
	});

	it('of the prompts alone is noticed when the turn ends', async () => {
		const removal = { run: `rm ${join(records(), 'sessions')}/*/turns/*-prompt.md` };
		bench.install('claude', {
			turns: [claudeAnswers('one'), [{ sleep: 200 }, removal, ...claudeAnswers('two')]],
		});
		const relay = await bench.relay({ agent: 'claude' });
		await relay.send('the first task');
		await relay.send('the second task');
		expect(relay.read(1, 'prompt.md')).toBe('the first task');
		expect(relay.read(2, 'prompt.md')).toBe('the second task');
		expect(relay.states()[1]?.warnings.join()).toContain('removed during the turn');
	});
});

describe('words that are gone from the records', () => {
	async function withoutPrompt(turn: number, change = () => bench.forgetWords()) {
		bench.install('claude', { turns: [claudeAnswers('one'), claudeAnswers('two'), claudeAnswers('three')] });
		bench.install('codex', { nativeSession: 'thread-1', turns: [codexAnswers('seen')] });
		const relay = await bench.relay({ agent: 'claude' });
		for (const task of ['the first task', 'the second task', 'the third task']) await relay.send(task);
		const { folder } = relay;
		await relay.relay.close();
		rmSync(turnFile(folder, turn, 'prompt.md'));
		change();
		const next = await bench.relay({ agent: 'codex' });
		const [newest] = next.deps.store.list({ limit: 1 });
		if (newest) await next.relay.resume(newest.id);
		await next.send('go on');
		return bench.received('codex')[0]?.prompt ?? '';
	}

	it('come back from the witness, word for word', async () => {
		const packet = await withoutPrompt(2, () => undefined);
		expect(packet).toMatch(/Turn 2[^\n]*:\n<user-\w+>\nthe second task\n<\/user-/);
		expect(packet).not.toContain('is missing;');
	});

	it('are named in a packet, never quoted as empty', async () => {
		const packet = await withoutPrompt(2);
		expect(packet).toContain('the third task');
		expect(packet).toMatch(/Turn 2[^\n]*the user's words are missing; [^\n]*002-prompt\.md/);
		expect(packet).not.toMatch(/<user-\w+>\s*<\/user/);
	});

	it('are named with the session that they are of, from the folder of the one at hand', async () => {
		expect(await withoutPrompt(2)).toMatch(/^> \.\.\/\w{26}\/turns\/002-prompt\.md is missing/m);
	});

	it('are the objective where it was the first prompt', async () => {
		const packet = await withoutPrompt(1);
		expect(packet).toContain('the first task');
		expect(packet).toMatch(/Turn 1[^\n]*the objective above/);
	});

	it('are asked for again when they wait for an answer', async () => {
		bench.install('claude', { turns: [claudeAnswers('one'), [{ exit: 1 }]] });
		const relay = await bench.relay({ agent: 'claude' });
		await relay.send('the first task');
		await relay.send('the second task');
		const { folder } = relay;
		await relay.relay.close();
		for (const name of readdirSync(join(folder, 'turns')))
			if (name === '002-prompt.md') writeFileSync(join(folder, 'turns', name), '');
		bench.forgetWords();
		const next = await bench.relay();
		const [newest] = next.deps.store.list({ limit: 1 });
		if (newest) await next.relay.resume(newest.id);
		await expect(next.relay.continuePending(next.options)).rejects.toMatchObject({
			code: 'damaged_record',
			message: expect.stringContaining('002-prompt.md'),
		});
	});
});
