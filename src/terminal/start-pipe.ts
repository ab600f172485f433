import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { withoutInheritedDescriptors } from '../core/inherited-descriptors.ts';
import type { ProcessEnd, ProcessSpec, StartAgentProcess } from './agent-process.ts';
import { exitSignal } from './exit-signal.ts';
import { FileFollower } from './file-follower.ts';
import { pidOf } from './launch.ts';
import { checkExecutable, type TerminalDependencies } from './start-pty.ts';
import { TreeStop } from './tree-stop.ts';
import { pipedWrapper, SHELL } from './wrapper.ts';

/** How long a pipe that a background process still holds is read after the agent has ended. */
const LEFT_OPEN_MS = 250;

/**
 * Starts agents on plain pipes, for tests: the same wrapper without a terminal, and nothing that ends the agent with the
 * relay.
 */
export function createStartPipe({ clock, processes }: TerminalDependencies): StartAgentProcess {
	return async (spec, handlers) => {
		checkExecutable(spec.executable);
		const stderr = new FileFollower(spec.stderrPath, clock, handlers.onStderr);
		const child = spawnOnPipes(spec, stderr.writeFd);
		const sent = new Set<NodeJS.Signals>();
		const ended = exitOf(child).then(async (exitCode) => {
			await stderr.finish();
			return endOf(exitCode, sent, spec);
		});
		const pid = await pidOf(child, spec);
		const identity = processes.identify(pid) ?? { pid, start: '', command: '' };
		const onSignal = (signal: NodeJS.Signals) => sent.add(signal);
		const stop = new TreeStop({ root: identity, processes, clock, ended, onSignal });
		child.stdout?.on('data', handlers.onOutput);
		return {
			identity,
			ended,
			pause: () => child.stdout?.pause(),
			resume: () => child.stdout?.resume(),
			descendants: () => processes.descendants(identity),
			stop: (graces, known = []) => stop.stop(graces, known),
		};
	};
}

function spawnOnPipes(spec: ProcessSpec, stderrFd: number): ChildProcess {
	const promptFd = openSync(spec.promptPath, constants.O_RDONLY);
	try {
		const { cwd } = spec;
		return withoutInheritedDescriptors([promptFd, 'pipe', stderrFd], (stdio) =>
			spawn(SHELL, pipedWrapper(spec), { cwd, env: { ...spec.env }, stdio, detached: true }),
		);
	} finally {
		closeSync(promptFd);
	}
}

/** The wrapper's exit code after the last byte of its output, or null when a signal ended the wrapper. */
function exitOf(child: ChildProcess): Promise<number | null> {
	return new Promise((resolve) => {
		child.once('close', (exitCode) => resolve(exitCode));
		child.once('exit', () => {
			const timer = setTimeout(() => child.stdout?.destroy(), LEFT_OPEN_MS);
			child.once('close', () => clearTimeout(timer));
		});
	});
}

function endOf(exitCode: number | null, sent: ReadonlySet<NodeJS.Signals>, spec: ProcessSpec): ProcessEnd {
	if (exitCode === null) return { exitCode, signal: null, seen: 'hangup' };
	return { exitCode, signal: exitSignal(exitCode, sent, spec.claimsExitCode), seen: 'marker' };
}
