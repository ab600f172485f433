import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type {
	AgentProcess,
	ProcessEnd,
	ProcessHandlers,
	ProcessSpec,
	StartAgentProcess,
} from '../../src/terminal/agent-process.ts';
import { EngineBench } from './engine-bench.ts';
import type { FakeScript, FakeStep, ReceivedPrompt } from './fake-agents.ts';
import { RaceBench } from './race-bench.ts';

/** No process has such a pid. */
const NO_PID = 0x7f_ff_ff_00;
const ENDED_BY_STOP: ProcessEnd = { exitCode: null, signal: 'SIGINT', seen: 'marker' };

/**
 * Agents and commands that are played in memory: the same scripts as those of real processes, of which `emit`, `stderr`, `write`,
 * `exit`, `signal` and a `sleep` (until it is stopped) are understood. Nothing is started, so a turn takes milliseconds.
 */
export class PlayedAgents {
	readonly #bin: string;
	readonly #scripts = new Map<string, FakeScript>();
	readonly #received = new Map<string, ReceivedPrompt[]>();

	constructor(bin: string) {
		this.#bin = bin;
	}

	install(agent: string, script: FakeScript): void {
		this.#scripts.set(agent, script);
		// What is looked for in PATH, and never started.
		writeFileSync(join(this.#bin, agent), '#!/bin/sh\nexit 99\n', { mode: 0o755 });
	}

	/** What a shell command of the user does. */
	installCommand(command: string, ...turns: FakeStep[][]): void {
		this.#scripts.set(command, { turns });
	}

	received(agent: string): ReceivedPrompt[] {
		return this.#received.get(agent) ?? [];
	}

	readonly start: StartAgentProcess = async (spec, handlers) => {
		await spec.mayBegin;
		const { executable, args, cwd, env, promptPath } = spec;
		const name = executable === '/bin/sh' ? (args[1] ?? '') : basename(executable);
		const script = this.#scripts.get(name);
		if (script === undefined) throw new Error(`nothing is installed for ${name}`);
		const earlier = this.received(name);
		const prompt = promptPath === null ? '' : readFileSync(promptPath, 'utf8');
		const { AGENT_RELAY_SESSION: session = '', AGENT_RELAY_TURN: turn = '' } = env;
		const pid = NO_PID + earlier.length;
		this.#received.set(name, [...earlier, { pid, cwd, args: [...args], session, turn, prompt }]);
		const steps = script.turns[Math.min(earlier.length, script.turns.length - 1)] ?? [];
		const native = nativeSessionOf(args) ?? script.nativeSession ?? 'fake-session';
		const filled = (text: string) =>
			Buffer.from(
				text
					.replaceAll('{{session}}', native)
					.replaceAll('{{prompt}}', () => JSON.stringify(prompt).slice(1, -1)),
			);
		return new PlayedProcess(pid, steps, { spec, handlers, filled });
	};
}

type Deps = EngineBench['deps'];

/** An engine bench on played agents. */
export class PlayedBench extends EngineBench {
	readonly agents = new PlayedAgents(this.bin);

	override install(agent: string, script: FakeScript): void {
		this.agents.install(agent, script);
	}

	override received(agent: string): ReceivedPrompt[] {
		return this.agents.received(agent);
	}

	override deps(over: Parameters<Deps>[0] = {}): ReturnType<Deps> {
		return super.deps({ startProcess: this.agents.start, ...over });
	}
}

/** Races of played agents, whose checks and setup are played too. */
export class PlayedRaceBench extends RaceBench {
	readonly agents = new PlayedAgents(this.bin);

	override install(agent: string, script: FakeScript): void {
		this.agents.install(agent, script);
	}

	override received(agent: string): ReceivedPrompt[] {
		return this.agents.received(agent);
	}

	override deps(over: Parameters<Deps>[0] = {}): ReturnType<Deps> {
		return super.deps({ startProcess: this.agents.start, ...over });
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
