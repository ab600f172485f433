import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import type {
	AgentProcess,
	ProcessEnd,
	ProcessSpec,
	StartAgentProcess,
} from '../../src/terminal/agent-process.ts';
import { type Launch, launchByFork, launchOnOwnTerminal } from '../../src/terminal/launch.ts';
import { createStartPty } from '../../src/terminal/start-pty.ts';
import { until } from './patience.ts';

export const processes = createProcessTable();
const dependencies = { clock: systemClock, processes };
const pty = (launch: Launch) => createStartPty(dependencies, launch);

/** Every way to start an agent; the second is the one of macOS, which works on Linux too. */
export const TRANSPORTS: ReadonlyArray<[string, StartAgentProcess]> = [
	['own terminal', pty(launchOnOwnTerminal)],
	['forked terminal', pty(launchByFork)],
];

/** An agent of a test, with what it has said so far. */
export interface Running {
	agent: AgentProcess;
	output: () => Buffer;
	stderr: () => string;
	/** Resolves when the output matches; fails with the whole output after 10 s. */
	says: (pattern: RegExp) => Promise<RegExpExecArray>;
}

export interface Finished {
	end: ProcessEnd;
	output: Buffer;
	stderr: string;
}

/** A temporary folder whose agents are started with a prompt of their own. */
export class AgentBench {
	readonly folder = mkdtempSync(join(tmpdir(), 'relay-terminal-'));
	readonly #agents: AgentProcess[] = [];
	#count = 0;

	async start(
		start: StartAgentProcess,
		executable: string,
		args: readonly string[],
		more: Partial<ProcessSpec> & { prompt?: string | Buffer } = {},
	): Promise<Running> {
		const { prompt = '', ...spec } = more;
		const name = join(this.folder, String(this.#count++));
		writeFileSync(`${name}.prompt`, prompt);
		const output: Buffer[] = [];
		const stderr: Buffer[] = [];
		const agent = await start(
			{
				executable,
				args,
				env: { PATH: '/usr/bin:/bin' },
				cwd: this.folder,
				promptPath: `${name}.prompt`,
				stderrPath: `${name}.stderr`,
				...spec,
			},
			{ onOutput: (chunk) => output.push(chunk), onStderr: (chunk) => stderr.push(chunk) },
		);
		this.#agents.push(agent);
		const said = () => Buffer.concat(output);
		return {
			agent,
			output: said,
			stderr: () => Buffer.concat(stderr).toString(),
			says: (pattern) =>
				until(
					() => pattern.exec(said().toString()),
					`${pattern} in`,
					() => said().toString(),
				),
		};
	}

	async run(...start: Parameters<AgentBench['start']>): Promise<Finished> {
		const { agent, output, stderr } = await this.start(...start);
		const end = await agent.ended;
		return { end, output: output(), stderr: stderr() };
	}

	sh(
		start: StartAgentProcess,
		script: string,
		more: Partial<ProcessSpec> & { prompt?: string | Buffer } = {},
	) {
		return this.start(start, '/bin/sh', ['-c', script], more);
	}

	runSh(
		start: StartAgentProcess,
		script: string,
		more: Partial<ProcessSpec> & { prompt?: string | Buffer } = {},
	): Promise<Finished> {
		return this.run(start, '/bin/sh', ['-c', script], more);
	}

	/** Ends every agent that is still there and removes the folder. */
	async dispose(): Promise<void> {
		await Promise.all(this.#agents.map((agent) => agent.stop({ interruptMs: 0, terminateMs: 0 })));
		rmSync(this.folder, { recursive: true, force: true });
	}
}

/** True while a process with this pid runs; only for pids the test itself has just read. */
export const isRunning = (pid: number): boolean => processes.identify(pid) !== null;
