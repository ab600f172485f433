/**
 * Starts the user's `[hooks]` beside the work: each in a process group of its own, without a shell, with the event on stdin, and ended
 * with all it has started after a time. A hook that fails is said and changes nothing.
 */
import { isAbsolute, join } from 'node:path';
import type { RelayConfig } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { ProcessResult, RunProcessOptions } from '../core/processes/run-process.ts';
import { safeLine } from '../core/text.ts';
import type { RelayHooks } from '../relay/ports.ts';
import { type HookEvent, hookEventsOf, hookInput } from './hook-event.ts';

type RunProgram = (
	program: string,
	args: readonly string[],
	options: RunProcessOptions,
) => Promise<ProcessResult>;

export interface HookDeps {
	/** The commands as configured now: a trust that is given meanwhile counts. */
	commands(): RelayConfig['hooks'];
	/** The absolute path of a program that the repo does not hold; null: there is none. */
	findProgram(name: string): Promise<string | null>;
	/** Default: as any program is run. */
	runProcess?: RunProgram;
	worktree: string;
	home: string;
	env: Readonly<Record<string, string>>;
	clock: Pick<Clock, 'now' | 'sleep'>;
	notice(text: string): void;
}

/** A hook that takes longer is ended. */
const LIMIT_MS = 10_000;
/** At the end of the relay, what still runs has this long. */
const LEAVE_MS = 3_000;
/** So much is read of what it prints; the rest is dropped. */
const OUTPUT_BYTES = 64 * 1024;

export function createHooks(deps: HookDeps): RelayHooks {
	const running = new Set<Promise<void>>();
	const leaving = new AbortController();

	const start = (event: HookEvent, session: { id: string; folder: string }) => {
		const command = deps.commands()[event.name];
		if (command.length === 0 || leaving.signal.aborted) return;
		const about = {
			session: session.id,
			folder: session.folder,
			worktree: deps.worktree,
			at: deps.clock.now(),
		};
		const run = runHook(command, hookInput(event, about), deps, leaving.signal).then((failure) => {
			if (failure !== null) deps.notice(`hook ${event.name}: ${safeLine(failure, 200)}`);
			running.delete(run);
		});
		running.add(run);
	};

	return {
		event: (event, session) => {
			for (const one of hookEventsOf(event, deps.clock.now())) start(one, session);
		},
		sessionEnded: (session) => start({ name: 'session_ended', facts: { status: session.status } }, session),
		settle: async () => {
			if (running.size === 0) return;
			const timer = new AbortController();
			await Promise.race([Promise.all(running), deps.clock.sleep(LEAVE_MS, timer.signal)]);
			timer.abort();
			leaving.abort(new Error(`it was ended with the relay, after ${LEAVE_MS / 1000} s`));
			await Promise.all(running);
		},
	};
}

/** What failed, in words; null: nothing did. Never rejects. */
async function runHook(
	[name = '', ...args]: readonly string[],
	input: string,
	deps: HookDeps,
	signal: AbortSignal,
): Promise<string | null> {
	try {
		const path = name.startsWith('~/') ? join(deps.home, name.slice(2)) : name;
		const program = isAbsolute(path) ? path : await deps.findProgram(name);
		if (program === null) return `there is no program ${name}`;
		const run = deps.runProcess ?? (await import('../core/processes/run-process.ts')).runProcess;
		const {
			exitCode,
			signal: killed,
			stderr,
			timedOut,
		} = await run(program, args, {
			cwd: deps.worktree,
			env: deps.env,
			input,
			maxOutputBytes: OUTPUT_BYTES,
			timeoutMs: LIMIT_MS,
			endsWithUs: true,
			signal,
		});
		if (timedOut) return `${name} was ended after ${LIMIT_MS / 1000} s`;
		if (exitCode === 0) return null;
		const said = stderr.split('\n').find((line) => line.trim() !== '');
		const how = exitCode === null ? `was ended by ${killed}` : `ended with exit code ${exitCode}`;
		return `${name} ${how}${said === undefined ? '' : `: ${said}`}`;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}
