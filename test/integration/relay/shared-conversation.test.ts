import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../../src/core/ids.ts';
import { type BenchRelay, EngineBench } from '../../helpers/engine-bench.ts';
import { claude, claudeAnswers } from '../../helpers/fake-agent-lines.ts';
import { until } from '../../helpers/patience.ts';

let bench: EngineBench;
beforeEach(() => {
	bench = new EngineBench();
});
afterEach(() => bench.dispose());

/** A finished session of one prompt, whose conversation its children go on in. */
async function finished(later: Parameters<EngineBench['install']>[1]['turns']): Promise<SessionId> {
	bench.install('claude', { turns: [claudeAnswers('done'), ...later] });
	const parent = await bench.relay({ agent: 'claude' });
	await parent.send('the first task');
	const { id } = parent.meta();
	await parent.relay.close();
	return id as SessionId;
}

async function childOf(parent: SessionId): Promise<BenchRelay> {
	const child = await bench.relay({ agent: 'claude' });
	await child.relay.resume(parent);
	return child;
}

const flagOf = (args: readonly string[], flag: string) =>
	args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined;
const told = (relay: BenchRelay) => relay.ofType('notice').map(({ text }) => text);

describe('two sessions that know one conversation of an agent', () => {
	it('do not resume it at the same time: the second begins a new one with the whole story', async () => {
		const go = join(bench.root, 'go');
		const wait = { run: `until [ -e '${go}' ]; do sleep 0.05; done` };
		const slow = [{ emit: claude.init }, wait, ...claudeAnswers('slow')];
		const parent = await finished([slow, claudeAnswers('quick')]);
		const [one, two] = [await childOf(parent), await childOf(parent)];
		const running = one.send('task A');
		await until(() => bench.received('claude').length === 2, 'the first to work');
		expect(await two.send('task B')).toMatchObject({ outcome: 'completed' });
		writeFileSync(go, '');
		expect(await running).toMatchObject({ outcome: 'completed' });

		const [first, ofOne, ofTwo] = bench.received('claude');
		const native = flagOf(first?.args ?? [], '--session-id');
		expect(flagOf(ofOne?.args ?? [], '--resume')).toBe(native);
		expect(ofTwo?.args).not.toContain('--resume');
		expect(flagOf(ofTwo?.args ?? [], '--session-id')).not.toBe(native);
		expect(ofTwo?.prompt).toContain('the first task');
		expect(ofTwo?.prompt).not.toContain('task A');
		expect(told(two).join()).toContain(`its last one is in use by session ${one.meta().id.slice(-6)}`);
	});

	it('resume it one after the other, and the second is told what the first did', async () => {
		const parent = await finished([claudeAnswers('answer to A'), claudeAnswers('answer to B')]);
		const one = await childOf(parent);
		await one.send('task A');
		await one.relay.close();
		const two = await childOf(parent);
		expect(await two.send('task B')).toMatchObject({ outcome: 'completed' });

		const last = bench.received('claude').at(-1);
		expect(last?.args).toContain('--resume');
		expect(last?.prompt).toContain('task A');
		expect(last?.prompt).toContain('Another line of work, session');
		expect(last?.prompt).toMatch(/task B\s+<\/user-\w+>\s*$/);
		expect(told(two).join()).toContain('has worked in this conversation for session');
		// It is told once.
		bench.install('claude', { turns: [claudeAnswers('more')] });
		await two.send('task C');
		expect(bench.received('claude').at(-1)?.prompt).toBe('task C');
	});

	it('of which the first is still open are told each what the other did', async () => {
		const parent = await finished([1, 2, 3].map((n) => claudeAnswers(`answer ${n}`)));
		const [one, two] = [await childOf(parent), await childOf(parent)];
		await one.send('task A');
		await two.send('task B');
		await one.send('task C');
		expect(bench.received('claude').at(-1)?.prompt).toContain('task B');
		expect(one.states()).toHaveLength(2);
	});

	it('are one where a session simply continues: nothing is told then', async () => {
		const parent = await finished([claudeAnswers('two'), claudeAnswers('three')]);
		const child = await childOf(parent);
		await child.send('task A');
		await child.send('task B');
		expect(bench.received('claude').map(({ prompt }) => prompt)).toEqual([
			'the first task',
			'task A',
			'task B',
		]);
	});
});

describe('a conversation that a record names', () => {
	/** A session whose record says that claude knows it from another conversation; returns its id. */
	async function renamed(later: Parameters<EngineBench['install']>[1]['turns']) {
		bench.install('claude', {
			turns: [claudeAnswers('mine'), [{ emit: claude.init }, { exit: 1 }], ...later],
		});
		const mine = await bench.relay({ agent: 'claude' });
		await mine.send('the private task');
		const native = mine.meta().agents.claude?.native_session_id ?? '';
		await mine.relay.close();
		const other = await bench.relay({ agent: 'claude' });
		await other.send('the first task');
		const path = join(other.folder, 'meta.json');
		await other.relay.close();
		const meta = JSON.parse(readFileSync(path, 'utf8'));
		meta.agents.claude.native_session_id = native;
		writeFileSync(path, JSON.stringify(meta));
		return { id: meta.id as SessionId, native };
	}

	async function goOn(id: SessionId): Promise<BenchRelay> {
		const relay = await bench.relay({ agent: 'claude' });
		await relay.relay.resume(id, { isAccepted: true });
		expect(await relay.send('task B')).toMatchObject({ outcome: 'completed' });
		return relay;
	}

	it.each([
		['is of another session', () => {}],
		['no relay knows, in a session that this user did not begin', removeState('conversations', 'witness')],
	])('is not resumed where it %s', async (_, forget) => {
		const { id, native } = await renamed([claudeAnswers('done'), claudeAnswers('again')]);
		forget();
		const relay = await goOn(id);
		const [, , began] = bench.received('claude');
		expect(began?.args).not.toContain('--resume');
		expect(flagOf(began?.args ?? [], '--session-id')).not.toBe(native);
		expect(began?.prompt).toContain('the first task');
		expect(told(relay).join()).toContain('its last one is not known to be of this session');
		// The new one is its own, for the next relay too.
		await relay.relay.close();
		await goOn(id);
		expect(bench.received('claude').at(-1)?.args).toContain('--resume');
	});

	it('is resumed in a session of this user from before relays kept track of conversations', async () => {
		const { id, native } = await renamed([claudeAnswers('done')]);
		removeState('conversations')();
		await goOn(id);
		expect(flagOf(bench.received('claude').at(-1)?.args ?? [], '--resume')).toBe(native);
	});

	function removeState(...folders: string[]): () => void {
		return () => {
			for (const folder of folders) rmSync(join(bench.state, folder), { recursive: true });
		};
	}
});
