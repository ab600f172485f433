import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHooks, type HookDeps } from '../../../src/app/run-hooks.ts';
import { DEFAULT_CONFIG } from '../../../src/config/defaults.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { runProcess } from '../../../src/core/processes/run-process.ts';
import type { RelayEvent } from '../../../src/relay/events/relay-events.ts';
import { fakeTurnState } from '../../helpers/fake-turn-state.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'hooks-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const session = { id: '01M8GEEXG8GW9HW7XP3SCQE136' as never, folder: '/repo/.agent-relay/sessions/01M8' };
const ended: RelayEvent = { type: 'turn_finished', turn: 1, state: fakeTurnState({ duration_ms: 1200 }) };

function open(command: readonly string[], over: Partial<HookDeps> = {}) {
	const notices: string[] = [];
	const hooks = createHooks({
		commands: () => ({ ...DEFAULT_CONFIG.hooks, turn_ended: [...command] }),
		findProgram: async (name) => (name === 'sh' ? '/bin/sh' : null),
		worktree: folder,
		home: folder,
		env: { PATH: process.env.PATH ?? '' },
		clock: systemClock,
		notice: (text) => notices.push(text),
		...over,
	});
	return { hooks, notices, read: (name: string) => readFileSync(join(folder, name), 'utf8') };
}

/** A time limit that a test can wait for. */
const quick: typeof runProcess = (program, args, options) =>
	runProcess(program, args, { ...options, timeoutMs: 1_000 });

async function isGone(pid: number): Promise<boolean> {
	for (let look = 0; look < 200; look++) {
		try {
			process.kill(pid, 0);
		} catch {
			return true;
		}
		await systemClock.sleep(25);
	}
	return false;
}

describe('hooks', () => {
	it('get the event as one line of JSON on stdin, in the worktree, without a shell', async () => {
		const { hooks, notices, read } = open([
			'sh',
			'-c',
			'cat > got; pwd > place; echo "$1" > word',
			'x',
			'$(touch bad)',
		]);
		hooks.event(ended, session);
		await hooks.settle();
		expect(JSON.parse(read('got'))).toMatchObject({
			event: 'turn_ended',
			session: session.id,
			folder: session.folder,
			turn: 1,
			status: 'completed',
			duration_ms: 1200,
		});
		expect(read('got').split('\n')).toHaveLength(2);
		expect(read('word')).toBe('$(touch bad)\n');
		expect(existsSync(join(folder, 'bad'))).toBe(false);
		expect(notices).toEqual([]);
	});

	it('that fail are said with what they printed, without control characters', async () => {
		const { hooks, notices } = open(['sh', '-c', 'printf "no \\033[2Jnetwork\\nmore" >&2; exit 3']);
		hooks.event(ended, session);
		await hooks.settle();
		expect(notices).toHaveLength(1);
		expect(notices[0]).toMatch(/^hook turn_ended: sh ended with exit code 3: no .*network$/);
		expect(notices[0]).not.toContain('\x1b');
	});

	it('that are not there are said, and nothing is thrown', async () => {
		for (const program of ['no-such-program', '/no/such/program', '~/no-such-program']) {
			const { hooks, notices } = open([program]);
			hooks.event(ended, session);
			await hooks.settle();
			expect(notices[0]).toContain('hook turn_ended: ');
		}
	});

	it('that hang are ended after their time, with what they started', async () => {
		const { hooks, notices, read } = open(
			['sh', '-c', 'sleep 600 & echo $! > pid; trap "" TERM; wait; sleep 600'],
			{
				runProcess: quick,
			},
		);
		hooks.event(ended, session);
		await hooks.settle();
		expect(notices).toEqual(['hook turn_ended: sh was ended after 10 s']);
		expect(await isGone(Number(read('pid')))).toBe(true);
	});

	it('that still run when the relay leaves are ended then', async () => {
		let start: () => void = () => undefined;
		const started = new Promise<void>((resolve) => {
			start = resolve;
		});
		const { hooks, notices, read } = open(['sh', '-c', 'echo $$ > pid; exec sleep 600'], {
			clock: {
				now: systemClock.now,
				sleep: async () => {
					await started;
					while (!existsSync(join(folder, 'pid'))) await systemClock.sleep(10);
				},
			},
			runProcess: (...run) => {
				start();
				return runProcess(...run);
			},
		});
		hooks.event(ended, session);
		await hooks.settle();
		expect(notices[0]).toContain('it was ended with the relay');
		expect(await isGone(Number(read('pid')))).toBe(true);
	});

	it('may leave their stdin unread and print a megabyte', async () => {
		const { hooks, notices } = open([
			'sh',
			'-c',
			'exec <&-; head -c 1048576 /dev/zero; head -c 1048576 /dev/zero >&2',
		]);
		for (let turn = 0; turn < 3; turn++) hooks.event(ended, session);
		await hooks.settle();
		expect(notices).toEqual([]);
	});

	it('start for nothing that the user allowed before, and not at all without a command', async () => {
		const { hooks, read } = open([], {
			commands: () => ({ ...DEFAULT_CONFIG.hooks, question: ['sh', '-c', 'cat >> asked'] }),
		});
		const question = { id: 'q1', kind: 'permission', title: 't', detail: 'd', options: [] } as never;
		const asked = {
			type: 'question_asked',
			turn: 2,
			agent: 'claude',
			question,
			deniedInMs: 600_000,
		} as const;
		hooks.event(ended, session);
		hooks.event({ ...asked, isAllowed: true }, session);
		hooks.event(asked, session);
		await hooks.settle();
		expect(JSON.parse(read('asked'))).toMatchObject({ event: 'question', id: 'q1', denied_in_ms: 600_000 });
	});
});
