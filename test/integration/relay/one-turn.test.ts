import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RelayError } from '../../../src/core/errors.ts';
import type { RelayDeps } from '../../../src/relay/ports.ts';
import { startBenchChat } from '../../helpers/bench-chat.ts';
import { EngineBench, RECORDED_AT } from '../../helpers/engine-bench.ts';
import { claude, claudeAnswers, claudeLimited, codexAnswers, line } from '../../helpers/fake-agent-lines.ts';

const RESET = RECORDED_AT + 3_600_000;
let bench: EngineBench;
beforeEach(() => {
	bench = new EngineBench();
});
afterEach(() => bench.dispose());

/** Everything starts but the program of one agent. */
async function withoutStartOf(agent: string): Promise<Pick<RelayDeps, 'startProcess'>> {
	const { startProcess } = await bench.deps();
	return {
		startProcess: (spec, handlers) =>
			spec.executable.endsWith(`/${agent}`)
				? Promise.reject(new RelayError('not_started', `${agent} cannot be started: no more processes`))
				: startProcess(spec, handlers),
	};
}

describe('a program that cannot be started', () => {
	it("is the error of a prompt's first turn, which is on record", async () => {
		bench.install('claude', { turns: [] });
		const relay = await bench.relay({ agent: 'claude' }, await withoutStartOf('claude'));
		await expect(relay.send('fix it')).rejects.toMatchObject({ code: 'not_started' });
		expect(relay.states()).toMatchObject([{ status: 'failed', error: { code: 'not_started' } }]);
	});

	it('passes the work on where it was to take over', async () => {
		bench.install('claude', { turns: [claudeLimited(RESET)] });
		bench.install('codex', { turns: [] });
		const relay = await bench.relay({}, await withoutStartOf('codex'));
		expect(await relay.send('fix it')).toMatchObject({ outcome: 'nobody_left', earliestReset: RESET });
		expect(relay.ofType('nobody_left')).toMatchObject([
			{ failure: 'codex cannot be started: no more processes', isWaiting: false },
		]);
		expect(relay.meta().checkpoint).toMatchObject({ reason: 'limit', packet: expect.any(String) });
	});

	it('costs a chat that participant alone', async () => {
		bench.install('claude', { turns: [claudeAnswers('I begin\n\nRELAY: CONTINUE')] });
		bench.install('codex', { turns: [] });
		const chat = await startBenchChat(bench, {}, await withoutStartOf('codex'));
		expect(await chat.finish()).toMatchObject({ outcome: 'too_few' });
		expect(chat.ofType('participant_left')).toMatchObject([{ participant: 'codex', reason: 'failed' }]);
	});
});

describe('a window that is nearly used up', () => {
	const warning = line({
		type: 'rate_limit_event',
		rate_limit_info: {
			status: 'allowed_warning',
			resetsAt: Math.floor(RESET / 1000),
			rateLimitType: 'five_hour',
			utilization: 0.95,
			isUsingOverage: false,
		},
		session_id: '{{session}}',
	});
	const warned = (text: string) => [
		{ emit: claude.init + warning + claude.text(text) + claude.result(text) },
		{ exit: 0 },
	];
	const told = {
		type: 'utilization_warning',
		agent: 'claude',
		window: 'five_hour',
		ratio: 0.95,
		resetAt: RESET,
	};

	it('is reported once in a conversation, with who takes over then', async () => {
		bench.install('codex', { turns: [codexAnswers('not asked')] });
		bench.install('claude', { turns: [warned('one'), warned('two')] });
		const relay = await bench.relay({ agent: 'claude' });
		await relay.send('first');
		await relay.send('second');
		expect(relay.ofType('utilization_warning')).toEqual([{ ...told, next: 'codex' }]);
	});

	it('says that nobody takes over where nobody can', async () => {
		bench.install('claude', { turns: [warned('one')] });
		const relay = await bench.relay({ agent: 'claude' });
		await relay.send('first');
		expect(relay.ofType('utilization_warning')).toEqual([{ ...told, next: null }]);
	});

	it('is reported once in a chat', async () => {
		bench.install('claude', { turns: [warned('a\n\nRELAY: CONTINUE'), warned('b\n\nRELAY: DONE')] });
		bench.install('codex', {
			nativeSession: 'thread-1',
			turns: [codexAnswers('c\n\nRELAY: CONTINUE'), codexAnswers('d\n\nRELAY: DONE')],
		});
		const chat = await startBenchChat(bench);
		expect(await chat.finish()).toMatchObject({ outcome: 'agreed' });
		expect(chat.ofType('utilization_warning')).toEqual([told]);
	});
});
