import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = resolve(import.meta.dirname, '../..');

/** Sources as plain JavaScript, for tests that need several real processes of ours. */
export interface CompiledSources {
	folder: string;
	/** Runs a module whose imports name files of `src/` as `'src:limits/ledger.js'`. */
	start(script: string, ...args: string[]): RunningScript;
	remove(): void;
}

interface RunningScript {
	pid: number;
	/** Resolves when `text` has appeared on stdout; fails when the process ends or 20 s pass without it. */
	said(text: string): Promise<void>;
	/** Exit code (null after a signal) and everything printed. */
	ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
	kill(signal: NodeJS.Signals): void;
}

/** Compiles `entries` (paths below `src/`) and what they import into a temporary folder. */
export function compileSources(...entries: string[]): CompiledSources {
	const folder = realpathSync(mkdtempSync(join(tmpdir(), 'relay-compiled-')));
	symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
	const flags = [
		'--rootDir',
		join(ROOT, 'src'),
		'--outDir',
		folder,
		'--module',
		'nodenext',
		'--target',
		'es2023',
	];
	const more = ['--rewriteRelativeImportExtensions', '--skipLibCheck', '--types', 'node', '--ignoreConfig'];
	const files = entries.map((entry) => join(ROOT, 'src', entry));
	const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
	execFileSync(process.execPath, [tsc, ...flags, ...more, ...files], { cwd: ROOT, stdio: 'pipe' });
	return {
		folder,
		start: (script, ...args) => startScript(folder, script, args),
		remove: () => rmSync(folder, { recursive: true, force: true }),
	};
}

function startScript(folder: string, script: string, args: string[]): RunningScript {
	const code = script.replaceAll(
		/'src:([^']+)'/g,
		(_, path) => `'${pathToFileURL(join(folder, path)).href}'`,
	);
	const child = spawn(process.execPath, ['--input-type=module', '-e', code, ...args], {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { PATH: process.env.PATH ?? '' },
	});
	let stdout = '';
	let stderr = '';
	child.stdout.on('data', (chunk) => {
		stdout += chunk;
	});
	child.stderr.on('data', (chunk) => {
		stderr += chunk;
	});
	const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((done) =>
		child.on('close', (exit) => done({ code: exit, stdout, stderr })),
	);
	return {
		pid: child.pid ?? 0,
		ended,
		kill: (signal) => void child.kill(signal),
		said: (text) =>
			new Promise((done, fail) => {
				const stop = (error?: Error) => {
					clearTimeout(timer);
					child.stdout.off('data', look);
					child.off('close', onClose);
					if (error) fail(error);
					else done();
				};
				const look = () => stdout.includes(text) && stop();
				const onClose = () => stop(new Error(`ended before it said ${text}: ${stdout}${stderr}`));
				const timer = setTimeout(() => stop(new Error(`did not say ${text}: ${stdout}${stderr}`)), 20_000);
				child.stdout.on('data', look);
				child.on('close', onClose);
				look();
			}),
	};
}
