/** A question to an agent beside every conversation, on agents that are played in memory. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { askAside } from '../../../../src/relay/aside/ask-aside.ts';
import { RECORDED_AT } from '../../../helpers/engine-bench.ts';
import { claudeAnswers, claudeLimited } from '../../../helpers/fake-agent-lines.ts';
import { HANGS } from '../../../helpers/fake-agents.ts';
import { until } from '../../../helpers/patience.ts';
import { PlayedBench } from '../../../helpers/played-agents.ts';

let bench: PlayedBench;
beforeEach(() => {
	bench = new PlayedBench({ kind: 'none' });
});
afterEach(() => bench.dispose());

const CHOICE = { agent: 'claude', model: 'haiku' };
const ask = async (signal = new AbortController().signal) =>
	askAside({ choice: CHOICE, prompt: 'Say it.', timeoutMs: 60_000, signal }, await bench.deps());

it('answers from an empty folder, read-only, and leaves neither session nor file', async () => {
	bench.install('claude', { turns: [claudeAnswers('The words.')] });
	expect(await ask()).toEqual({ text: 'The words.' });
	const [received] = bench.received('claude');
	expect(received?.prompt).toBe('Say it.');
	expect(received?.cwd).toMatch(/agent-relay-aside$/);
	const args = received?.args.join(' ');
	expect(args).toContain('--model haiku');
	expect(args).not.toContain('mcp__agent');
	expect(readdirSync(join(bench.state, 'private'))).toEqual([]);
	expect(existsSync(join(bench.repo, '.agent-relay'))).toBe(false);
	expect(bench.witnessFiles()).toEqual([]);
});

it('says why there is no answer: a limit, which the ledger learns, time, a stop, a program that is not there', async () => {
	expect(await ask()).toEqual({ why: 'Claude Code is not installed.' });
	bench.install('claude', { turns: [[HANGS], claudeLimited(RECORDED_AT + 3_600_000)] });
	const hanging = ask();
	await until(() => bench.received('claude').length === 1, 'the agent to be asked');
	bench.clock.pass(60_000);
	expect(await hanging).toEqual({ why: 'it took longer than 60 s' });
	const deps = await bench.deps();
	const asking = { choice: CHOICE, prompt: 'Say it.', timeoutMs: 60_000, signal: AbortSignal.abort() };
	expect(await askAside(asking, deps)).toEqual({ why: 'it was stopped' });
	expect(await ask()).toEqual({ why: 'it met a limit' });
	expect(await ask()).toEqual({ why: 'it is limited' });
	expect(bench.received('claude')).toHaveLength(2);
});
