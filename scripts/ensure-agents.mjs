// Installs the real CLIs that test/agents drives, as its own lock file names them, when they are missing or changed.
// Where the registry cannot be reached nothing is installed and the tests skip themselves: said here, loudly.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'test/agents');
/** About 1 GB of packages; a registry that needs longer than this is as good as none. */
const INSTALL_MS = 10 * 60_000;
const LOOK_UP_MS = 30_000;
const UNPACK_MS = 5 * 60_000;
const say = (text) => process.stderr.write(`${text}\n`);

function lockedVersions(file) {
	return JSON.parse(readFileSync(join(folder, file), 'utf8')).packages;
}

/** True when node_modules was made from the lock file as it is now (npm keeps its own copy inside). */
function isInstalled() {
	if (!existsSync(join(folder, 'node_modules/.package-lock.json'))) return false;
	const have = lockedVersions('node_modules/.package-lock.json');
	return Object.entries(lockedVersions('package-lock.json')).every(
		([path, entry]) => path === '' || entry.optional || have[path]?.version === entry.version,
	);
}

function npm(args, timeout) {
	return spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 2, 'inherit'], timeout });
}

/** One small look-up: without it, npm would try for minutes before it gives up. */
function canReachRegistry() {
	const { status } = spawnSync(
		'npm',
		['view', '@openai/codex', 'name', '--fetch-retries=1', '--fetch-timeout=10000'],
		{ cwd: folder, stdio: 'ignore', timeout: LOOK_UP_MS },
	);
	return status === 0;
}

function skip(reason) {
	say('');
	say('*** THE REAL-CLI TESTS ARE SKIPPED ***');
	say(`*** ${reason}`);
	say('*** Nothing about claude, codex, gemini and opencode was checked by this run.');
	say('');
}

function install() {
	say('Installing the real CLIs that test/agents/package-lock.json names (about 1 GB, up to 10 min) …');
	const started = Date.now();
	const { status, error } = npm(['ci', '--no-fund', '--no-audit'], INSTALL_MS);
	const seconds = Math.round((Date.now() - started) / 1000);
	if (status === 0) return say(`Installed in ${seconds} s.`);
	say(`npm ci in test/agents failed after ${seconds} s${error ? `: ${error.message}` : ''}`);
	process.exit(1);
}

/** Copilot CLI unpacks 235 MB at its first start: here, whole or not, before several tests start it at the same time. */
function unpackCopilot() {
	const bin = join(folder, 'node_modules/.bin');
	const packages = join(folder, 'node_modules/.cache/copilot');
	if (!existsSync(join(bin, 'copilot')) || existsSync(join(packages, 'pkg'))) return;
	const home = mkdtempSync(join(tmpdir(), 'relay-copilot-'));
	const fresh = `${packages}.${process.pid}`;
	try {
		for (const path of [fresh, packages, join(home, '.cache')]) mkdirSync(path, { recursive: true });
		symlinkSync(fresh, join(home, '.cache/copilot'));
		const env = { HOME: home, PATH: [bin, process.env.PATH].join(delimiter) };
		spawnSync(join(bin, 'copilot'), ['--version'], { cwd: home, env, stdio: 'ignore', timeout: UNPACK_MS });
		// Over an empty folder; where another run was faster, its packages stay.
		renameSync(fresh, packages);
	} catch (error) {
		if (!existsSync(join(packages, 'pkg'))) throw error;
	} finally {
		for (const path of [fresh, home]) rmSync(path, { recursive: true, force: true });
	}
}

if (isInstalled()) say('The real CLIs in test/agents are installed.');
else if (canReachRegistry()) install();
else skip('The package registry cannot be reached, so the CLIs cannot be installed.');
unpackCopilot();
