// Makes one command enough on a fresh clone: installs what the lock file names when it is missing or changed,
// and builds dist/ when a source is newer. Uses Node alone. `--dev` also needs the development tools.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const isQuiet = process.argv.includes('--quiet');
const say = (text) => isQuiet || process.stderr.write(`${text}\n`);

function run(command, args) {
	const { status, error } = spawnSync(command, args, {
		cwd: root,
		stdio: ['ignore', isQuiet ? 'ignore' : 2, 'inherit'],
	});
	if (status !== 0) {
		process.stderr.write(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}\n`);
		process.exit(1);
	}
}

/** True when node_modules was made from the lock file as it is now (npm keeps its own copy inside). */
function isInstalled() {
	const installed = join(root, 'node_modules/.package-lock.json');
	if (!existsSync(installed)) return false;
	const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
	const have = JSON.parse(readFileSync(installed, 'utf8')).packages;
	return Object.entries(wanted).every(
		([path, entry]) => path === '' || entry.optional || have[path]?.version === entry.version,
	);
}

function newest(folder) {
	return readdirSync(folder, { withFileTypes: true, recursive: true })
		.filter((entry) => entry.isFile())
		.reduce(
			(latest, entry) => Math.max(latest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs),
			0,
		);
}

function isBuilt() {
	const marker = join(root, 'dist/bundle/build-id');
	if (!existsSync(marker)) return false;
	return (
		statSync(marker).mtimeMs >=
		Math.max(newest(join(root, 'src')), statSync(join(root, 'tsconfig.json')).mtimeMs)
	);
}

if (!isInstalled()) {
	say('Installing the packages that package-lock.json names …');
	run('npm', ['ci', '--no-fund', '--no-audit', ...(isQuiet ? ['--silent'] : [])]);
}
if (!isBuilt()) {
	say('Building dist/ …');
	run(process.execPath, [join(root, 'scripts/build.mjs')]);
}
