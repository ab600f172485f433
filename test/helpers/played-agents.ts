import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type {
	AgentProcess,
	ProcessEnd,
	ProcessHandlers,
	ProcessSpec,
} from '../../src/terminal/agent-process.ts';
import { EngineBench } from './engine-bench.ts';
import type { FakeScript, FakeStep, ReceivedPrompt } from './fake-agents.ts';

/** No process has such a pid. */
const NO_PID = 0x7f_ff_ff_00;
const ENDED_BY_STOP: ProcessEnd = { exitCode: null, signal: 'SIGINT', seen: 'marker' };

/**
 * An engine bench whose agents are played in memory: the same scripts as those of real processes, of which `emit`, `stderr`,
 * `write`, `exit`, `signal` and a long `sleep` (until it is stopped) are understood. Nothing is started, so a turn takes
 * milliseconds.
 */
export class PlayedBench extends EngineBench {
	readonly #scripts = new Map<string, FakeScript>();
	readonly #received = new Map<string, ReceivedPrompt[]>();

	override install(agent: string, script: FakeScript): void {
		this.#scripts.set(agent, script);
		// What is looked for in PATH, and never started.
		writeFileSync(join(this.bin, agent), '#!/bin/sh\nexit 99\n', { mode: 0o755 });
	}

	override received(agent: string): ReceivedPrompt[] {
		return this.#received.get(agent) ?? [];
	}

	override deps(over: Parameters<EngineBench['deps']>[0] = {}): ReturnType<EngineBench['deps']> {
		return super.deps({ startProcess: async (spec, handlers) => this.#start(spec, handlers), ...over });
	}

	#start(spec: ProcessSpec, handlers: ProcessHandlers): AgentProcess {
		const agent = basename(spec.executable);
		const script = this.#scripts.get(agent);
		if (script === undefined) throw new Error(`${agent} has no script`);
		const earlier = this.received(agent);
		const prompt = spec.promptPath === null ? '' : readFileSync(spec.promptPath, 'utf8');
		const { AGENT_RELAY_SESSION: session = '', AGENT_RELAY_TURN: turn = '' } = spec.env;
		const pid = NO_PID + earlier.length;
		this.#received.set(agent, [
			...earlier,
			{ pid, cwd: spec.cwd, args: [...spec.args], session, turn, prompt },
		]);
		const steps = script.turns[Math.min(earlier.length, script.turns.length - 1)] ?? [];
		const native = nativeSessionOf(spec.args) ?? script.nativeSession ?? 'fake-session';
		const filled = (text: string) =>
			Buffer.from(
				text
					.replaceAll('{{session}}', native)
					.replaceAll('{{prompt}}', () => JSON.stringify(prompt).slice(1, -1)),
			);
		return new PlayedProcess(pid, steps, { spec, handlers, filled });
	}
}

interface Stage {
	spec: ProcessSpec;
	handlers: ProcessHandlers;
	filled: (text: string) => Buffer;
}

class PlayedProcess implements AgentProcess {
	readonly identity;
	readonly ended: Promise<ProcessEnd>;
	#end: (end: ProcessEnd) => void = () => undefined;

	constructor(pid: number, steps: readonly FakeStep[], stage: Stage) {
		this.identity = { pid, start: 'never', command: stage.spec.executable };
		this.ended = new Promise((resolve) => {
			this.#end = resolve;
		});
		setImmediate(() => {
			for (const step of steps) {
				play(step, stage);
				if (step.sleep !== undefined) return;
				if (step.exit !== undefined || step.signal !== undefined)
					return this.#end({ exitCode: step.exit ?? null, signal: step.signal ?? null, seen: 'marker' });
			}
			this.#end({ exitCode: 0, signal: null, seen: 'marker' });
		});
	}

	async write(): Promise<void> {}
	isTerminalRead = () => false;
	descendants = () => [];

	async stop() {
		this.#end(ENDED_BY_STOP);
		return { killed: [] };
	}
}

function play({ emit, stderr, write }: FakeStep, { spec, handlers, filled }: Stage): void {
	if (emit !== undefined) handlers.onOutput(filled(emit));
	if (stderr !== undefined) handlers.onStderr(Buffer.from(stderr));
	if (write === undefined) return;
	const path = resolve(spec.cwd, write.path);
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, write.text);
}

function nativeSessionOf(args: readonly string[]): string | undefined {
	const flag = ['--session-id', '--resume', 'resume'].find((name) => args.includes(name));
	return flag === undefined ? undefined : args[args.indexOf(flag) + 1];
}
