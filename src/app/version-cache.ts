/**
 * Versions of agents' programs: from the npm package, else what `--version` said, remembered by path and mtime. No turn ever
 * waits for a `--version`.
 */
import { type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AgentAdapter } from '../agents/agent-adapter.ts';
import { ensureFolder } from '../core/files/folders.ts';
import { readExpected } from '../core/files/read-file.ts';
import { writeAtomic } from '../core/files/write-file.ts';
import { runProcess } from '../core/processes/run-process.ts';
import { packageVersion } from './package-version.ts';

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

type Entries = Record<string, { mtime_ms: number; version: string }>;

export function createVersionCache(file: string, env: () => Readonly<Record<string, string>>): VersionCache {
	const asked = new Set<string>();
	/** By program: a turn asks several times, and a program that did not change has the version that it had. */
	const answered = new Map<string, { version: string; facts: Stats }>();
	const known = (adapter: AgentAdapter, executable: string) => {
		const facts = statSync(executable, { throwIfNoEntry: false });
		const last = answered.get(executable);
		if (facts !== undefined && last !== undefined && isSameFile(facts, last.facts)) return last.version;
		const reported = () => {
			const entry = readEntries(file)[executable];
			return entry && entry.mtime_ms === facts?.mtimeMs ? entry.version : null;
		};
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
		if (version !== null) remember(file, executable, version);
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

function remember(file: string, executable: string, version: string): void {
	const mtime = mtimeOf(executable);
	if (mtime === null) return;
	ensureFolder(dirname(file));
	writeAtomic(
		file,
		JSON.stringify({ ...readEntries(file), [executable]: { mtime_ms: mtime, version } }, null, '\t'),
	);
}

/** A cache: what cannot be read is empty. */
function readEntries(file: string): Entries {
	try {
		const parsed: unknown = JSON.parse(readExpected(file)?.toString() ?? '{}');
		return isEntries(parsed) ? parsed : {};
	} catch {
		return {};
	}
}

function isEntries(value: unknown): value is Entries {
	if (typeof value !== 'object' || value === null) return false;
	return Object.values(value).every(
		(entry) => typeof entry?.version === 'string' && typeof entry?.mtime_ms === 'number',
	);
}

function mtimeOf(path: string): number | null {
	return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}
