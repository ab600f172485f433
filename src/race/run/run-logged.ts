/** Setup and checks: commands in an entrant's worktree, with their output recorded in the race's folder. */
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder } from '../../core/files/folders.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { openAppend, removeIfThere, writeAll } from '../../core/files/write-file.ts';
import { runCommand } from '../../relay/turn/run-command.ts';
import { RACE_FOLDER } from '../../sessions/files/session-paths.ts';
import type { EntrantRecord } from '../record/race-record.ts';
import type { EntrantContext } from './entrant-context.ts';
import { entrantFolder } from './entrant-folder.ts';
import { countFailingTests } from './failing-tests.ts';

export type CommandRecord = EntrantRecord['checks'][number];

/** Where the logs lie, below the folder of the race's session. */
const LOGS_FOLDER = RACE_FOLDER;
/** A command that prints without end fills no disk; what comes later is counted and dropped. */
const MAX_LOG_BYTES = 32 * 1024 * 1024;
/** What is kept for the number of failing tests. */
const TAIL_BYTES = 256 * 1024;

export function notRun(command: string): CommandRecord {
	return {
		command,
		status: 'not_run',
		exit_code: null,
		duration_ms: null,
		failing_tests: null,
		output: null,
	};
}

/** Runs it to its end or its time limit; the whole tree is ended. Throws `disk_full`, `not_writable`. */
export async function runLogged(
	command: string,
	name: string,
	context: EntrantContext,
): Promise<{ record: CommandRecord; tail: string }> {
	const { clock, deps, signal, hardSignal } = context;
	const { id } = context.entrant();
	const output = `${LOGS_FOLDER}/${id}-${name}.log`;
	const log = new CommandLog(join(context.folder, output));
	try {
		const { startProcess, processes, privateFolder } = deps.relay;
		const { exitCode, ended, durationMs } = await runCommand(
			command,
			{ cwd: entrantFolder(context), env: environment(context) },
			{
				signal,
				hardSignal,
				timeoutMs: context.race().options.check_time_s * 1000,
				leavesNothing: true,
				onOutput: (chunk) => {
					log.write(chunk);
					context.emit({ type: 'command_output', entrant: id, command, chunk });
				},
			},
			{ clock, startProcess, processes, ...(privateFolder === undefined ? {} : { privateFolder }) },
		);
		const status = ended === 'exited' ? (exitCode === 0 ? 'passed' : 'failed') : ended;
		const failing = status === 'passed' || status === 'failed' ? countFailingTests(log.end()) : null;
		const record: CommandRecord = {
			command,
			status,
			exit_code: ended === 'exited' ? exitCode : null,
			duration_ms: durationMs,
			// A check that fails without a failing test failed for another reason.
			failing_tests: status === 'failed' && failing === 0 ? null : failing,
			output,
		};
		return { record, tail: log.end().text };
	} finally {
		log.close();
	}
}

/** The user's own environment; a relay in the command knows how deep it is. */
function environment({ deps, race }: EntrantContext): Record<string, string> {
	const { env } = deps.relay;
	const depth = String(Number(env.AGENT_RELAY_DEPTH ?? 0) + 1);
	return { ...env, AGENT_RELAY_SESSION: race().id, AGENT_RELAY_DEPTH: depth };
}

class CommandLog {
	readonly #path: string;
	readonly #fd: number;
	#written = 0;
	#seen = 0;
	#tail = Buffer.alloc(0);

	constructor(path: string) {
		this.#path = path;
		this.#fd = explainingWrites(path, () => {
			ensureFolder(join(path, '..'));
			removeIfThere(path);
			return openAppend(path);
		});
	}

	write(chunk: Buffer): void {
		this.#seen += chunk.length;
		this.#tail = Buffer.concat([this.#tail, chunk]).subarray(-TAIL_BYTES);
		const kept = chunk.subarray(0, Math.max(0, MAX_LOG_BYTES - this.#written));
		explainingWrites(this.#path, () => writeAll(this.#fd, kept));
		this.#written += kept.length;
		if (kept.length > 0 && this.#written === MAX_LOG_BYTES)
			writeAll(this.#fd, Buffer.from('\n[the rest of the output is not recorded]\n'));
	}

	end(): { text: string; isWhole: boolean } {
		return { text: this.#tail.toString(), isWhole: this.#seen <= TAIL_BYTES };
	}

	close(): void {
		closeSync(this.#fd);
	}
}
