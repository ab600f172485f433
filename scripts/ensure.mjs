// Makes one command enough on a fresh clone: installs what the lock file names when it is missing or changed, and builds
// dist/ when a source is newer. Uses Node and npm alone. Without `--dev` it installs what the program and its build need, not
// what the tests need: seconds instead of most of a minute (docs/decisions/0017-first-minute.md).
import { spawn } from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { holdLock, isAlive } from './install-lock.mjs';
import { lockFor } from './lock-for.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const forDevelopment = process.argv.includes('--dev');
const CI_FLAGS = ['ci', '--no-fund', '--no-audit', '--no-update-notifier', '--loglevel=error'];
const STAGE = /^\.(?:install|build)-(\d+)$/;

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const lock = readJson(join(root, 'package-lock.json'));
const manifest = readJson(join(root, 'package.json'));
await becomeTheOne();
/** npm keeps its own copy of the lock file inside. */
const installed = readInstalled();

/** Two commands at once would take each other's packages and build away: the second waits, and finds all of it done. */
async function becomeTheOne() {
	const release = await holdLock(join(root, '.install-lock'), () =>
		process.stderr.write('waiting for another command that installs or builds here …\n'),
	);
	process.once('exit', release);
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
}

function readInstalled() {
	const path = join(root, 'node_modules/.package-lock.json');
	return existsSync(path) ? readJson(path).packages : {};
}

/** True when node_modules holds, in the version that the lock names, all that `packages` lists. */
function isInstalled(packages) {
	return Object.entries(packages).every(
		([path, entry]) => path === '' || entry.optional || installed[path]?.version === entry.version,
	);
}

/** Says what is done and for how long, in one row on a terminal and in one line elsewhere. */
async function run(what, command, args, cwd = root) {
	const isTerminal = process.stderr.isTTY === true;
	const startedAt = Date.now();
	const seconds = () => Math.round((Date.now() - startedAt) / 1000);
	process.stderr.write(isTerminal ? what : `${what}\n`);
	const ticking = isTerminal
		? setInterval(() => process.stderr.write(`\r${what} ${seconds()} s`), 1000)
		: undefined;
	const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
	const said = [];
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(chunk));
	const end = await new Promise((done) => {
		child.on('error', ({ message }) => done(message));
		child.on('close', (code, signal) => done(code === 0 ? null : `ended with ${signal ?? code}`));
	});
	clearInterval(ticking);
	if (isTerminal) process.stderr.write(`\r${what} ${seconds()} s\n`);
	if (end === null) return;
	process.stderr.write(`${Buffer.concat(said)}${command} ${args.join(' ')}: ${end}\n`);
	process.exit(1);
}

/**
 * The run-time packages and the build tool alone. npm can leave out all development tools or none, so it is given a shorter lock
 * file in a folder of its own, and what it made there becomes node_modules: whole, or not at all.
 */
async function installShort(short) {
	const stage = join(root, `.install-${process.pid}`);
	const remove = () => rmSync(stage, { recursive: true, force: true });
	process.once('exit', remove);
	mkdirSync(stage);
	const { name, version, type } = manifest;
	writeFileSync(
		join(stage, 'package.json'),
		JSON.stringify({ name, version, type, dependencies: short.packages[''].dependencies, allowScripts: {} }),
	);
	writeFileSync(join(stage, 'package-lock.json'), JSON.stringify(short));
	await run(describeInstall(short.packages), 'npm', CI_FLAGS, stage);
	rmSync(join(root, 'node_modules'), { recursive: true, force: true });
	renameSync(join(stage, 'node_modules'), join(root, 'node_modules'));
	remove();
}

function describeInstall(packages) {
	const count = Object.entries(packages).filter(([path, { optional }]) => path !== '' && !optional).length;
	return `installing ${count} packages …`;
}

/** Folders of installs and builds that were killed. */
function removeStages() {
	for (const entry of readdirSync(root)) {
		const pid = Number(STAGE.exec(entry)?.[1]);
		if (pid > 0 && !isAlive(pid)) rmSync(join(root, entry), { recursive: true, force: true });
	}
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

const short = lockFor(lock, manifest);
const hasOtherTools = Object.entries(lock.packages).some(
	([path, { dev }]) => dev && path in installed && !(path in short.packages),
);
removeStages();
if (forDevelopment || hasOtherTools) {
	if (!isInstalled(lock.packages)) await run(describeInstall(lock.packages), 'npm', CI_FLAGS);
} else if (!isInstalled(short.packages)) await installShort(short);
if (!isBuilt()) await run('building …', process.execPath, [join(root, 'scripts/build.mjs')]);
