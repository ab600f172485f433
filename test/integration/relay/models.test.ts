import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BenchRelay, benchConfig, EngineBench, RECORDED_AT } from '../../helpers/engine-bench.ts';
import { claudeAnswers, claudeLimited, codexAnswers } from '../../helpers/fake-agent-lines.ts';

const HOUR = 3_600_000;
let bench: EngineBench;

beforeEach(() => {
	bench = new EngineBench();
	bench.install('claude', { turns: [claudeAnswers('by claude')] });
	bench.install('codex', { nativeSession: 'thread-1', turns: [codexAnswers('by codex')] });
});
afterEach(() => bench.dispose());

/** The model of each turn that claude was started for; null: none was passed. */
function modelsOfClaude(): Array<string | null> {
	return bench.received('claude').map(({ args }) => {
		const at = args.indexOf('--model');
		return at < 0 ? null : (args[at + 1] ?? null);
	});
}

async function reopened(earlier: BenchRelay, start = {}): Promise<BenchRelay> {
	const id = earlier.relay.session()?.id;
	await earlier.relay.close();
	const next = await bench.relay(start);
	if (id) await next.relay.resume(id);
	return next;
}

const infos = (it: BenchRelay) =>
	it.ofType('notice').flatMap(({ level, text }) => (level === 'info' ? [text] : []));

describe('a model that the user named', () => {
	it('is given again on every later turn of its agent: in the session, after it was finished, and after /use back', async () => {
		const it = await bench.relay({ agent: 'claude', model: 'opus' });
		await it.send('one');
		await it.send('two');
		const next = await reopened(it);
		await next.send('three');
		await next.relay.use({ agent: 'codex', model: null }, null);
		await next.send('four');
		await next.relay.use({ agent: 'claude', model: null }, null);
		await next.send('five');
		const named = await reopened(next, { agent: 'claude' });
		await named.send('six');
		expect(modelsOfClaude()).toEqual(['opus', 'opus', 'opus', 'opus', 'opus']);
		expect(bench.received('codex')[0]?.args.some((arg) => arg.includes('model='))).toBe(false);
		const meta = JSON.parse(readFileSync(join(named.folder, 'meta.json'), 'utf8'));
		expect(meta.agents.claude).toMatchObject({ model_asked: 'opus', model: 'claude-sonnet-4-5' });
		expect(meta.agents.codex.model_asked).toBeNull();
		expect(infos(named)).toEqual([]);
	});

	it('is given again when its agent takes the work back after a limit', async () => {
		bench.install('codex', {
			nativeSession: 'thread-1',
			turns: [codexAnswers('by codex')],
		});
		bench.install('claude', {
			turns: [claudeAnswers('one'), claudeLimited(RECORDED_AT + HOUR), claudeAnswers('three')],
		});
		const it = await bench.relay({ agent: 'claude', model: 'opus' });
		await it.send('one');
		await it.send('two');
		expect(it.states().map(({ agent }) => agent)).toEqual(['claude', 'claude', 'codex']);
		bench.clock.advance(2 * HOUR);
		await it.relay.use({ agent: 'claude', model: null }, null);
		await it.send('three');
		expect(modelsOfClaude()).toEqual(['opus', 'opus', 'opus']);
	});

	it('changes with a word about it, and /model default takes it back', async () => {
		const it = await bench.relay({ agent: 'claude', model: 'opus' });
		await it.send('one');
		it.relay.setModel('sonnet');
		await it.send('two');
		it.relay.setModel(null);
		await it.send('three');
		await it.send('four');
		expect(modelsOfClaude()).toEqual(['opus', 'sonnet', null, null]);
		expect(infos(it)).toEqual([
			'claude works with sonnet from here on (before: opus)',
			'claude works with its own default model from here on (before: sonnet)',
		]);
		const next = await reopened(it);
		await next.send('five');
		expect(modelsOfClaude().at(-1)).toBeNull();
	});

	it('is not taken from a record where it would be an option of the CLI', async () => {
		const it = await bench.relay({ agent: 'claude', model: 'opus' });
		await it.send('one');
		const id = it.relay.session()?.id;
		const file = join(it.folder, 'meta.json');
		await it.relay.close();
		writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"opus"', '"--dangerously-skip-permissions"'));
		const next = await bench.relay();
		if (id) await next.relay.resume(id);
		await next.send('two');
		expect(bench.received('claude')[1]?.args).not.toContain('--dangerously-skip-permissions');
	});

	it('gives way to another one on the command line, which says so', async () => {
		const it = await bench.relay({ agent: 'claude', model: 'opus' });
		await it.send('one');
		const next = await reopened(it, { model: 'haiku' });
		await next.send('two');
		expect(modelsOfClaude()).toEqual(['opus', 'haiku']);
		expect(infos(next)).toEqual(['claude works with haiku from here on (before: opus)']);
	});
});

describe('a model that was named without an agent', () => {
	it('chooses the agent that knows it, and says so where another would be first', async () => {
		const it = await bench.relay({ model: 'gpt-5-codex' });
		expect(await it.relay.agents.upcoming()).toMatchObject({
			choice: { agent: 'codex', model: 'gpt-5-codex' },
			why: 'codex takes this prompt, not claude: gpt-5-codex is a model of codex',
		});
		await it.send('one');
		expect(bench.received('codex')[0]?.args).toContain('--model=gpt-5-codex');
		const straight = await bench.relay({ model: 'gpt-5-codex' });
		await straight.send('two');
		expect(infos(straight)).toEqual(['codex takes this prompt, not claude: gpt-5-codex is a model of codex']);
	});

	it('moves a session to the agent that knows it, with what was done so far', async () => {
		const it = await bench.relay({ agent: 'codex' });
		await it.send('begin with codex');
		const next = await reopened(it, { model: 'opus' });
		await next.send('two');
		expect(modelsOfClaude()).toEqual(['opus']);
		expect(bench.received('claude')[0]?.prompt).toContain('begin with codex');
		expect(next.states().at(-1)).toMatchObject({ agent: 'claude', model_asked: 'opus' });
	});

	it('stays with the agent of the session where nobody is known for it', async () => {
		const it = await bench.relay({ agent: 'codex' });
		await it.send('one');
		const next = await reopened(it, { model: 'mine-7b' });
		await next.send('two');
		expect(bench.received('codex').at(-1)?.args).toContain('--model=mine-7b');
		expect(bench.received('claude')).toEqual([]);
	});

	it('is refused where nobody is known for it, with nothing made', async () => {
		const it = await bench.relay({ model: 'mine-7b' });
		await expect(it.send('one')).rejects.toMatchObject({ code: 'usage' });
		expect(it.relay.session()).toBeNull();
		const config = benchConfig();
		config.agents.default = 'codex';
		const chosen = await bench.relay({ model: 'mine-7b' }, { config });
		await chosen.send('one');
		expect(bench.received('codex')[0]?.args).toContain('--model=mine-7b');
	});
});

describe('the budgets of a session', () => {
	it('end it after its turns, those it continues included', async () => {
		const config = benchConfig();
		config.budgets.max_turns = 2;
		const it = await bench.relay({}, { config });
		expect((await it.send('one')).outcome).toBe('completed');
		const id = it.relay.session()?.id;
		await it.relay.close();
		const child = await bench.relay({}, { config });
		if (id) await child.relay.resume(id);
		expect((await child.send('two')).outcome).toBe('completed');
		expect((await child.send('three')).outcome).toBe('out_of_budget');
		expect(child.meta().checkpoint).toMatchObject({ reason: 'max_turns', pending_prompt: 'three' });
		expect(bench.received('claude')).toHaveLength(2);
		expect(child.relay.view.usage().by_agent.claude?.turns).toBe(2);
		await child.relay.startNew();
		expect((await child.send('a new session')).outcome).toBe('completed');
	});

	it('end it at its cost, under a reason of its own', async () => {
		const config = benchConfig();
		config.budgets.max_cost = 0.0005;
		const it = await bench.relay({}, { config });
		await it.send('one');
		expect((await it.send('two')).outcome).toBe('out_of_budget');
		expect(it.meta().checkpoint).toMatchObject({ reason: 'max_budget', pending_prompt: 'two' });
		const { folder } = it;
		await it.relay.close();
		expect(JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'))).toMatchObject({
			status: 'checkpointed',
			checkpoint: { reason: 'max_budget' },
		});
	});
});
