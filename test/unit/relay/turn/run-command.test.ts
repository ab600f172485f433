import { existsSync } from 'node:fs';
import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type CommandControl, runCommand } from '../../../../src/relay/turn/run-command.ts';
import type {
	AgentProcess,
	ProcessHandlers,
	ProcessSpec,
	StopGraces,
} from '../../../../src/terminal/agent-process.ts';

/** A command of which the test says what it prints and when it ends; it ends when it is stopped. */
class Command {
	spec: ProcessSpec | null = null;
	handlers: ProcessHandlers = { onOutput: () => undefined, onStderr: () => undefined };
	readonly stops: StopGraces[] = [];
	left: AgentProcess['identity'][] = [];
	end: (exitCode: number | null) => void = () => undefined;

	run(over: Partial<CommandControl> = {}) {
		const output: string[] = [];
		const ended = runCommand(
			'make',
			{ cwd: '/repo', env: { HOME: '/home/me', PAGER: 'less' } },
			{ signal: new AbortController().signal, onOutput: (chunk) => output.push(chunk.toString()), ...over },
			{
				clock: { now: () => 0, monotonic: () => performance.now(), sleep: async () => undefined },
				processes: { alive: (all: AgentProcess['identity'][]) => all } as never,
				startProcess: async (spec, handlers) => {
					Object.assign(this, { spec, handlers });
					const over = new Promise<number | null>((resolve) => {
						this.end = resolve;
					});
					return {
						identity: { pid: 1, start: 's', command: 'sh' },
						ended: over.then((exitCode) => ({ exitCode, signal: null, seen: 'marker' as const })),
						write: async () => undefined,
						isTerminalRead: () => false,
						descendants: () => this.left,
						stop: async (graces) => {
							this.stops.push(graces);
							this.end(null);
							return { killed: [] };
						},
					};
				},
			},
		);
		return { ended, output };
	}
}

describe('a command of the user', () => {
	it('runs in a shell where the agents start, without a pager, and both channels arrive in order', async () => {
		const command = new Command();
		const { ended, output } = command.run();
		await nextTick();
		command.handlers.onOutput(Buffer.from('out'));
		command.handlers.onStderr(Buffer.from('err'));
		command.end(3);
		expect(await ended).toMatchObject({ exitCode: 3, ended: 'exited' });
		expect(output).toEqual(['out', 'err']);
		expect(command.spec).toMatchObject({
			executable: '/bin/sh',
			args: ['-c', 'make'],
			cwd: '/repo',
			env: { HOME: '/home/me', PAGER: 'cat', GIT_TERMINAL_PROMPT: '0' },
		});
		expect(existsSync(command.spec?.stderrPath ?? '')).toBe(false);
		expect(command.stops).toEqual([]);
	});

	it('is stopped by the user with graces, and with shorter ones the second time', async () => {
		const [soft, hard] = [new AbortController(), new AbortController()];
		const command = new Command();
		const { ended } = command.run({ signal: soft.signal, hardSignal: hard.signal });
		await nextTick();
		soft.abort();
		hard.abort();
		expect(await ended).toMatchObject({ exitCode: null, ended: 'stopped' });
		expect(command.stops).toHaveLength(2);
		const [first, second] = command.stops;
		expect(first?.interruptMs).toBeGreaterThan(second?.interruptMs ?? Number.POSITIVE_INFINITY);
	});

	it('is stopped at once if that was asked before it began', async () => {
		const command = new Command();
		expect(await command.run({ signal: AbortSignal.abort() }).ended).toMatchObject({ ended: 'stopped' });
	});

	it('is ended by its time limit', async () => {
		expect(await new Command().run({ timeoutMs: 5 }).ended).toMatchObject({ ended: 'timed_out' });
	});

	it('is stopped if its output cannot be handled, and the first error is thrown', async () => {
		const command = new Command();
		let heard = 0;
		const onOutput = () => {
			heard += 1;
			throw new Error(`disk is full, time ${heard}`);
		};
		const { ended } = command.run({ onOutput });
		const said = ended.catch((error: Error) => error.message);
		await nextTick();
		command.handlers.onOutput(Buffer.from('a'));
		command.handlers.onOutput(Buffer.from('b'));
		expect(await said).toBe('disk is full, time 1');
		expect(heard).toBe(1);
	});
});
