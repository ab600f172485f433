/** A relay that dies while its agent asks: nothing is allowed, nothing is left, and the record says what was asked. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { compileSource } from '../helpers/compiled-source.ts';
import { EngineBench, leftovers } from '../helpers/engine-bench.ts';
import { claudeAnswers } from '../helpers/fake-agent-lines.ts';
import type { FakeStep } from '../helpers/fake-agents.ts';
import { until } from '../helpers/patience.ts';

const PROGRAM = resolve(import.meta.dirname, '../helpers/asking-relay.mjs');

let compiled: { folder: string; remove(): void };
beforeAll(() => {
	compiled = compileSource();
});
afterAll(() => compiled.remove());

let bench: EngineBench;
let ran: string;
let outcome: string;
beforeEach(() => {
	bench = new EngineBench({ startsAt: Date.now() });
	ran = join(bench.root, 'ran');
	outcome = join(bench.root, 'outcome');
	const ask: FakeStep = { ask: [{ title: 'run make', run: `touch '${ran}'`, outcome }] };
	// It outlives the hang-up of its terminal, so that it reads what its question comes to.
	const deaf: FakeStep = { deafTo: ['SIGHUP'] };
	bench.install('claude', { turns: [[deaf, ask, { exit: 0 }], claudeAnswers('done')] });
});
afterEach(() => bench.dispose());

function start(...args: string[]) {
	const child = spawn(process.execPath, [PROGRAM, compiled.folder, ...args], {
		cwd: bench.repo,
		env: { ...bench.env, XDG_STATE_HOME: join(bench.root, 's') },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const said = { stdout: '', stderr: '' };
	child.stdout.on('data', (chunk) => {
		said.stdout += chunk;
	});
	child.stderr.on('data', (chunk) => {
		said.stderr += chunk;
	});
	const ended = new Promise<number | null>((done) => child.on('close', done));
	return { child, said, ended };
}

const recordOf = (name: string) => {
	const sessions = join(bench.repo, '.agent-relay/sessions');
	return readFileSync(join(sessions, readdirSync(sessions)[0] ?? '', name), 'utf8');
};
const linesOf = (text: string) => text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
const sockets = () => {
	const folder = join(bench.root, 's/agent-relay/private');
	return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.ask')) : [];
};

it('allows nothing, and the next start says what was asked and not answered', async () => {
	const relay = start('run', '-a', 'claude', '--json', 'do it');
	await until(() => relay.said.stdout.includes('"question_asked"'), 'the question');
	expect(sockets()).toHaveLength(1);
	relay.child.kill('SIGKILL');
	await relay.ended;
	await until(() => existsSync(outcome), 'the agent to have its answer');
	await until(() => leftovers(bench.root).length === 0, 'the agent to be gone');
	expect(readFileSync(outcome, 'utf8')).toBe('denied no answer\n');
	expect(existsSync(ran)).toBe(false);

	const next = start('run', '--continue', '--json');
	expect(await next.ended, next.said.stderr).toBe(0);
	expect(sockets()).toEqual([]);
	const state = JSON.parse(recordOf('turns/001-state.json'));
	expect(state.status).toBe('outcome_unknown');
	expect(state.warnings).toContain('Asked, but not answered: run make');
	const events = linesOf(recordOf('turns/001-events.jsonl')).filter(({ type }) =>
		type.startsWith('question_'),
	);
	expect(events).toMatchObject([
		{ type: 'question_asked', title: 'run make' },
		{ type: 'question_answered', answer: null, by: 'relay_gone' },
	]);
	expect(events[1].id).toBe(events[0].id);
	expect(linesOf(recordOf('log.jsonl')).map(({ type }) => type)).toContain('question_asked');
});
