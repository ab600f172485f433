import { afterEach, beforeEach, expect, it } from 'vitest';
import { type BenchRelay, EngineBench } from '../../helpers/engine-bench.ts';
import { claudeAnswers, codexAnswers } from '../../helpers/fake-agent-lines.ts';

let bench: EngineBench;

beforeEach(() => {
	bench = new EngineBench();
});
afterEach(() => bench.dispose());

const use = (it: BenchRelay, agent: string) => it.relay.use({ agent, model: null }, null);

it('sends a returning agent the notes that no packet told it, also across a finished session', async () => {
	bench.install('claude', { turns: ['one', 'three'].map(claudeAnswers) });
	bench.install('codex', { nativeSession: 'thread-9', turns: ['two', 'four'].map(codexAnswers) });
	const first = await bench.relay();
	first.relay.note('note before all');
	await first.send('first task');
	await use(first, 'codex');
	await first.send('second task');
	first.relay.note('note of the parent');
	const parent = first.relay.session()?.id;
	await first.relay.close();

	const child = await bench.relay();
	if (parent) await child.relay.resume(parent);
	child.relay.note('note of the child');
	await use(child, 'claude');
	await child.send('third task');
	const back = bench.received('claude')[1]?.prompt ?? '';
	expect(back).toContain(`Note before turn 1 of session …${parent?.slice(-6)}:`);
	expect(back).toContain('note before all');
	const inOrder = ['second task', 'note of the parent', 'note of the child', 'third task'];
	const places = inOrder.map((text) => back.indexOf(text));
	expect(places).toEqual(places.toSorted((a, b) => a - b));
	expect(places[0]).toBeGreaterThan(0);

	await use(child, 'codex');
	await child.send('fourth task');
	const [, again = { prompt: '' }] = bench.received('codex');
	expect(again.prompt).toContain('note of the child');
	expect(again.prompt).toContain('note of the parent');
	expect(again.prompt).not.toContain('note before all');
});
