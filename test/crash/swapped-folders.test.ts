import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../src/core/ids.ts';
import { EngineBench } from '../helpers/engine-bench.ts';
import { claude, claudeAnswers, codexAnswers } from '../helpers/fake-agent-lines.ts';

let bench: EngineBench;
let outside: string;
beforeEach(() => {
	bench = new EngineBench();
	outside = join(bench.root, 'outside');
	mkdirSync(outside);
});
afterEach(() => bench.dispose());

/** The four levels that lead to a turn's files, as a shell in the repo finds them. */
const LEVELS = {
	'.agent-relay': '.agent-relay',
	sessions: '.agent-relay/sessions',
	'the session': '$(ls -d .agent-relay/sessions/*)',
	turns: '$(ls -d .agent-relay/sessions/*)/turns',
};

/** Puts something in the folder's place, over what the relay may have made there in the meantime. */
const put = (make: string) => `until ${make}; do rm -rf "$at"; done`;
const link = (target: string) => put(`ln -s "${target}" "$at" && [ -L "$at" ]`);

/** What takes the place of the folder, which the agent has moved to `was`. */
const SWAPS = {
	'a link out of the repo': () => link(outside),
	'a link to the folder itself': () => link('$PWD/was'),
	'a link to nowhere': () => link(join(outside, 'missing')),
	'a file': () => put('echo a file > "$at"'),
	'a file, after it was made again': () => `sleep 0.4; ${put('echo a file > "$at"')}`,
	'another folder': () => put('mkdir "$at"'),
	'one link after another': () => `${link('was')}; sleep 0.4; rm "$at"; ${link(outside)}`,
};

const swap = (path: string, by: string) => ({ run: `at=${path}; mv "$at" was; ${by}` });

/** A first turn, and a second one in which the agent swaps a folder between two sentences. */
async function attacked(step: { run: string }) {
	const attack = [{ emit: claude.init + claude.text('before the swap') }, step, { sleep: 300 }];
	bench.install('claude', {
		turns: [claudeAnswers('the first answer'), [...attack, ...claudeAnswers('after the swap')]],
	});
	const relay = await bench.relay({ agent: 'claude' });
	await relay.send('the first task');
	const before = relay.folder;
	const result = await relay.send('the second task');
	return { relay, before, result };
}

const kept = (folder: string, name: string) => readFileSync(join(folder, 'turns', name), 'utf8');

/** Every swap of the folder that is written to most, and the worst one of each level. */
const CASES = Object.entries(LEVELS).flatMap(([level, path]) =>
	Object.entries(SWAPS)
		.slice(0, level === 'turns' ? undefined : 1)
		.map(([by, command]) => [level, by, path, command] as const),
);

describe('a folder that leads to the records', () => {
	it.each(CASES)(
		'(%s) replaced by %s in mid-turn gets no more of the turn',
		async (_level, _by, path, by) => {
			const { relay, before, result } = await attacked(swap(path, by()));
			expect(readdirSync(outside)).toEqual([]);
			expect(result).toMatchObject({ outcome: 'completed' });
			const { folder } = relay;
			expect(folder).toContain(join(bench.state, 'kept'));
			expect(folder).not.toBe(before);
			for (const [turn, words] of [
				['001', 'the first task'],
				['002', 'the second task'],
			])
				expect(kept(folder, `${turn}-prompt.md`)).toContain(words);
			const answer = kept(folder, '002-output.md');
			expect(answer).toContain('before the swap');
			expect(answer).toContain('after the swap');
			const state = JSON.parse(kept(folder, '002-state.json'));
			expect(state).toMatchObject({ status: 'completed' });
			// The relay may look between the move and what takes the folder's place: it then finds it removed first.
			const warnings = state.warnings.filter(
				(text: string) => !text.includes('were removed during the turn'),
			);
			expect(warnings).toEqual([expect.stringContaining(folder)]);
			const told = relay.events.flatMap((event) => (event.type === 'notice' ? [event.text] : []));
			expect(told.filter((text) => text.includes(folder))).toHaveLength(1);
			expect(told.join()).toMatch(/is (a symbolic link|not a folder|another folder) now/);
			await relay.relay.close();
			expect(JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'))).toMatchObject({
				status: 'completed',
				turn_count: 2,
			});
			expect(existsSync(join(folder, 'lock'))).toBe(false);
		},
	);

	it.each(Object.entries(LEVELS))('(%s) that is a link for a moment takes nothing out', async (_, path) => {
		const again = `${link(outside)}; sleep 0.4; rm "$at"; mv was "$at"`;
		const { relay, result } = await attacked(swap(path, again));
		expect(readdirSync(outside)).toEqual([]);
		expect(result).toMatchObject({ outcome: 'completed' });
		expect(relay.read(2, 'output.md')).toContain('after the swap');
		expect(relay.read(1, 'prompt.md')).toBe('the first task');
	});

	const REMOVALS = Object.values(LEVELS).map((path) => `rm -rf ${path}`);
	it.each([
		...REMOVALS,
		// The store and `sessions` are of all relays in the repo: another one may have made them again.
		'mv .agent-relay was; mkdir .agent-relay',
		'mv .agent-relay/sessions was; mkdir .agent-relay/sessions',
	])('that is removed in mid-turn is made again (%s)', async (run) => {
		const { relay, before, result } = await attacked({ run });
		expect(result).toMatchObject({ outcome: 'completed' });
		expect(relay.folder).toBe(before);
		expect(relay.read(2, 'output.md')).toContain('before the swap');
		expect(relay.read(1, 'prompt.md')).toBe('the first task');
		expect(existsSync(join(bench.state, 'kept'))).toBe(false);
	});
});

describe('a session that had to leave its folder', () => {
	it('is the one that is found, listed and gone on with, and its packets lie there', async () => {
		const { relay } = await attacked(swap(LEVELS.turns, SWAPS['a link out of the repo']()));
		const { folder } = relay;
		bench.install('codex', { nativeSession: 'thread-1', turns: [codexAnswers('seen')] });
		await relay.relay.use({ agent: 'codex', model: null }, null);
		await relay.send('and now');
		expect(bench.received('codex')[0]?.prompt).toContain('the second task');
		expect(readdirSync(join(folder, 'resume'))).not.toEqual([]);
		const { id } = relay.meta();
		await relay.relay.close();
		expect(readdirSync(outside)).toEqual([]);

		const again = await bench.relay({ agent: 'codex' });
		expect(again.deps.store.list().map((session) => session.folder)).toEqual([folder]);
		await again.relay.resume(id as SessionId);
		expect(await again.send('go on')).toMatchObject({ outcome: 'completed' });
	});

	it.each(['.agent-relay', '.agent-relay/sessions'])(
		'is found and gone on with while a link stands in place of %s; nothing new begins there',
		async (path) => {
			const { run } = swap(path, `ln -s "${outside}" "$at"`);
			bench.install('claude', { turns: [[{ emit: claude.init }, { run }, { sleep: 300 }, { exit: 1 }]] });
			bench.install('codex', { nativeSession: 'thread-1', turns: [codexAnswers('seen')] });
			const first = await bench.relay({ agent: 'claude' });
			await first.send('the first task');
			const { id } = first.meta();
			const { folder } = first;
			await first.relay.close();

			const again = await bench.relay({ agent: 'codex' });
			expect(again.deps.store.list().map((session) => session.folder)).toEqual([folder]);
			expect(again.deps.store.location.notice).toContain(`${join(bench.repo, path)} is a symbolic link`);
			await again.relay.resume(id as SessionId);
			expect(await again.relay.continuePending(again.options)).toMatchObject({ outcome: 'completed' });
			expect(bench.received('codex')[0]?.prompt).toContain('the first task');
			await again.relay.close();

			const other = await bench.relay({ agent: 'codex' });
			await expect(other.send('another task')).rejects.toMatchObject({ code: 'refused' });
			expect(readdirSync(outside)).toEqual([]);
		},
	);

	it('does not take the words of its parent along a link', async () => {
		bench.install('claude', {
			turns: [
				claudeAnswers('one'),
				[swap(LEVELS['.agent-relay'], `ln -s "${outside}" "$at"`), { sleep: 400 }, ...claudeAnswers('two')],
			],
		});
		const parent = await bench.relay({ agent: 'claude' });
		await parent.send('the first task');
		const id = parent.meta().id as SessionId;
		await parent.relay.close();
		const child = await bench.relay({ agent: 'claude' });
		await child.relay.resume(id);
		expect(await child.send('the second task')).toMatchObject({ outcome: 'completed' });
		expect(readdirSync(outside)).toEqual([]);
		expect(kept(child.folder, '001-prompt.md')).toBe('the second task');
	});

	it('is swapped in the state folder too: the turn ends, and nothing leaves', async () => {
		const state = `${bench.state}/kept/*/sessions/*`;
		// The relay notices at its next write, which a busy machine delays.
		const isKept = `n=0; until [ -f ${state}/turns/002-state.json ] || [ $n = 600 ]; do n=$((n+1)); sleep 0.05; done`;
		const twice = `ln -s "${outside}" "$at"; ${isKept}; at=$(ls -d ${state})/turns; mv "$at" "${bench.root}/was2"; ln -s "${outside}" "$at"`;
		const { relay, result } = await attacked(swap(LEVELS.turns, twice));
		expect(result).toMatchObject({ outcome: 'failed', state: { error: { code: 'refused' } } });
		await expect(relay.relay.close()).rejects.toMatchObject({ code: 'refused' });
		expect(readdirSync(outside)).toEqual([]);
	});
});

describe('a session whose way has a link', () => {
	it.each(Object.entries(LEVELS))(
		'at %s is refused by name, and nothing behind it is read',
		async (_, path) => {
			bench.install('claude', { turns: [claudeAnswers('one')] });
			const first = await bench.relay({ agent: 'claude' });
			await first.send('the first task');
			const id = first.meta().id as SessionId;
			await first.relay.close();
			const { run } = swap(path, 'ln -s "$PWD/was" "$at"');
			execFileSync('/bin/sh', ['-c', run], { cwd: bench.repo });
			const again = await bench.relay({ agent: 'claude' });
			const refused = { code: 'refused', message: expect.stringContaining('is a symbolic link') };
			await expect(again.relay.resume(id)).rejects.toMatchObject(refused);
			for (const read of [() => again.deps.store.read(id), () => again.deps.store.lineage(id)])
				expect(read).toThrow(expect.objectContaining(refused));
		},
	);
});
