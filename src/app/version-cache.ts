/**
 * Versions of agents' programs: from the npm package, else what `--version` said, remembered by path and mtime. No turn ever
 * waits for a `--version`.
 */
import { type Stats, statSync } from 'node:fs';
import type { AgentAdapter } from '../agents/agent-adapter.ts';
import { runProcess } from '../core/processes/run-process.ts';
import { packageVersion } from './package-version.ts';
import { openProgramAnswers } from './program-answers.ts';

/** Slow CLIs on a loaded machine take seconds to say their version. */
const TIMEOUT_MS = 15_000;

export interface VersionCache {
	/** null when it is not known, or the program changed since. Starts nothing. */
	known(adapter: AgentAdapter, executable: string): string | null;
	/** Asks the program, in the background; an answer serves the end of this turn, and the next start. */
	learn(adapter: AgentAdapter, executable: string): void;
	/** Asks and waits. */
	ask(adapter: AgentAdapter, executable: string): Promise<string | null>;
}

export function createVersionCache(file: string, env: () => Readonly<Record<string, string>>): VersionCache {
	const answers = openProgramAnswers(file);
	const asked = new Set<string>();
	/** By program: a turn asks several times, and a program that did not change has the version that it had. */
	const answered = new Map<string, { version: string; facts: Stats }>();
	const known = (adapter: AgentAdapter, executable: string) => {
		const facts = statSync(executable, { throwIfNoEntry: false });
		const last = answered.get(executable);
		if (facts !== undefined && last !== undefined && isSameFile(facts, last.facts)) return last.version;
		const reported = () => (facts === undefined ? null : answers.read(executable, askedOf(facts)));
		// Only what has no package was ever asked.
		const version = reported() ?? packageVersion(executable, adapter.install);
		if (facts !== undefined && version !== null) answered.set(executable, { version, facts });
		return version;
	};
	const ask = async (adapter: AgentAdapter, executable: string) => {
		const result = await runProcess(executable, ['--version'], {
			cwd: '/',
			env: env(),
			timeoutMs: TIMEOUT_MS,
			endsWithUs: true,
		});
		const version = result.exitCode === 0 ? adapter.parseVersion(result.stdout.toString()) : null;
		const facts = statSync(executable, { throwIfNoEntry: false });
		if (version !== null && facts !== undefined) answers.keep(executable, askedOf(facts), version);
		return version;
	};
	return {
		known,
		ask,
		learn: (adapter, executable) => {
			if (adapter.isDemo || asked.has(executable) || known(adapter, executable) !== null) return;
			asked.add(executable);
			ask(adapter, executable).catch(() => undefined);
		},
	};
}

/** A new installation is another file, or one that was written to. */
const isSameFile = (a: Stats, b: Stats) => a.ino === b.ino && a.dev === b.dev && a.ctimeMs === b.ctimeMs;

const askedOf = ({ mtimeMs }: Stats) => String(mtimeMs);
