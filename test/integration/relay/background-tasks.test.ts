/** An agent that answers while tasks of it run in the background, and goes on when they have ended. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitCodeOfResult } from '../../../src/relay/exit-codes.ts';
import { benchConfig, EngineBench, processes } from '../../helpers/engine-bench.ts';
import { claude, claudeAnswers } from '../../helpers/fake-agent-lines.ts';
import { until } from '../../helpers/patience.ts';

let bench: EngineBench;

beforeEach(() => {
	bench = new EngineBench();
});
afterEach(() => bench.dispose());

const ANSWER = claude.text('The build is running.') + claude.result('The build is running.');
const INTERIM = claude.init + claude.backgroundTasks('npm run build') + ANSWER;
const WAITS = [{ emit: INTERIM }, { onStop: { exit: 0 } }, { sleep: 60_000 }];
const DONE = claude.init + claude.text('The build is good.') + claude.result('The build is good.');

const settings = (lingerS: number, backgroundS: number) =>
	benchConfig((config) => {
		config.turn.linger_s = lingerS;
		config.turn.background_s = backgroundS;
	});

describe('a turn with background tasks', () => {
	it('continues past its interim answer until the agent has answered to them', async () => {
		const ended = { emit: claude.backgroundTasks() + DONE };
		bench.install('claude', { turns: [[{ emit: INTERIM }, { sleep: 1200 }, ended, { exit: 0 }]] });
		const it = await bench.relay({}, { config: settings(0, 60) });

		const result = await it.send('build it');

		expect(result.state).toMatchObject({
			status: 'completed',
			stop_reason: 'end_turn',
			exit_code: 0,
			warnings: [],
		});
		expect(it.read(1, 'output.md')).toContain(
			'the agent has answered and waits for 1 background task: npm run build',
		);
		expect(it.read(1, 'output.md')).toContain('The build is good.');
		expect(exitCodeOfResult(result)).toBe(0);
	});

	it('is not plainly completed when they took too long, and continues from there', async () => {
		bench.install('claude', { turns: [WAITS, claudeAnswers('Built again.')] });
		const it = await bench.relay({}, { config: settings(0, 1) });

		const result = await it.send('build it');

		expect(result.state).toMatchObject({
			status: 'completed',
			stop_reason: 'background_stopped',
			warnings: ['Stopped with the turn: 1 background task: npm run build'],
		});
		expect(exitCodeOfResult(result), 'work is left').toBe(2);
		await it.relay.close();
		const session = it.deps.store.list({ limit: 1 })[0];
		expect(session).toMatchObject({ status: 'checkpointed', reason: 'interrupted' });

		const next = await bench.relay();
		await next.relay.resume(session?.id ?? result.sessionId);
		const goneOn = await next.relay.continuePending(next.options);
		expect(goneOn.state).toMatchObject({ status: 'completed', stop_reason: 'end_turn', turn: 2 });
		expect(bench.received('claude')[1]?.prompt).toContain('build it');
	});

	it('ends by Ctrl+C with the answer that there is', async () => {
		bench.install('claude', { turns: [WAITS] });
		const it = await bench.relay({}, { config: settings(0, 60) });
		const sent = it.send('build it');
		await until(
			() => it.ofType('agent_event').some(({ event }) => event.type === 'interim_answer'),
			'the interim answer',
		);
		it.abort.abort();

		const { state } = await sent;

		expect(state).toMatchObject({ status: 'completed', stop_reason: 'background_stopped' });
	});

	it('is known by its processes, which the next start ends after a crash', async () => {
		const pidFile = join(bench.root, 'task.pid');
		bench.install('claude', {
			turns: [
				[{ tool: { seconds: 60, pidFile } }, { emit: INTERIM }, { onStop: { exit: 0 } }, { sleep: 60_000 }],
			],
		});
		const it = await bench.relay({}, { config: settings(0, 60) });
		const sent = it.send('build it');
		const pid = await until(
			() => existsSync(pidFile) && Number(readFileSync(pidFile, 'utf8').trim()),
			'the task to run',
		);
		await until(
			() => it.states()[0]?.strays.some((stray) => stray.pid === pid),
			'the task to be on disk while the agent waits for it',
		);
		it.abort.abort();
		await sent;
		expect(processes.identify(pid), 'ended with the turn').toBeNull();
	});

	it('that meets a limit before it continues is limited, and handed over', async () => {
		const refused = {
			emit: claude.backgroundTasks() + claude.init + claude.windowLimit(bench.clock.now() + 3_600_000),
		};
		bench.install('claude', { turns: [[{ emit: INTERIM }, { sleep: 300 }, refused, { exit: 1 }]] });
		const it = await bench.relay({ order: ['claude'] }, { config: settings(0, 60) });

		const result = await it.send('build it');

		expect(result.outcome).toBe('nobody_left');
		expect(it.states()[0]).toMatchObject({ status: 'limited', limit: { window: 'five_hour' } });
	});
});
