// One file of compiled code, a blob a script: `<length of index as 4 bytes><index as JSON><blobs><the same blobs again>`.
// V8 checks no sum and dies of damaged code, so the blobs are there twice and count only while both are equal: comparing
// 1 MB takes 0.1 ms and loads nothing, where a hash in JavaScript takes 5 and `node:crypto` takes 4 to load.
const fs = require('node:fs');
const { dirname, join } = require('node:path');

const HEAD_BYTES = 4;
/** Files of other builds and Nodes that are kept. */
const KEPT_FILES = 4;

/** Script name -> compiled code. Empty when there is no such file, when it is damaged, or others could have written it. */
function readCodeCache(path) {
	try {
		const bytes = readOwnFile(path);
		const start = HEAD_BYTES + bytes.readUInt32LE(0);
		const index = JSON.parse(bytes.toString('utf8', HEAD_BYTES, start));
		const middle = start + index.reduce((sum, { length }) => sum + length, 0);
		const blobs = bytes.subarray(start, middle);
		if (bytes.length !== middle + blobs.length || !blobs.equals(bytes.subarray(middle))) return new Map();
		const codes = new Map();
		let end = 0;
		for (const { name, length } of index) {
			codes.set(name, blobs.subarray(end, end + length));
			end += length;
		}
		return codes;
	} catch {
		return new Map();
	}
}

/** Compiled code is run as it is: only what this user wrote, and nobody else can, is read. */
function readOwnFile(path) {
	const fd = fs.openSync(path, 'r');
	try {
		const { uid, mode } = fs.fstatSync(fd);
		if (uid !== process.geteuid() || (mode & 0o022) !== 0)
			throw new Error(`${path} may be written by others`);
		return fs.readFileSync(fd);
	} finally {
		fs.closeSync(fd);
	}
}

/** Replaces the file at once, or leaves it: a folder that cannot be written is no failure. */
function writeCodeCache(path, codes) {
	const folder = dirname(path);
	const draft = `${path}.${process.pid}.tmp`;
	try {
		ensureFolder(folder);
		const index = Buffer.from(JSON.stringify([...codes].map(([name, { length }]) => ({ name, length }))));
		const head = Buffer.alloc(HEAD_BYTES);
		head.writeUInt32LE(index.length);
		const blobs = [...codes.values()];
		fs.writeFileSync(draft, Buffer.concat([head, index, ...blobs, ...blobs]), { mode: 0o600, flag: 'wx' });
		fs.renameSync(draft, path);
		removeOldest(folder);
	} catch {
		removeIfPossible(draft);
	}
}

function removeIfPossible(path) {
	try {
		fs.rmSync(path, { force: true });
	} catch {
		// A folder that cannot be written holds nothing of ours.
	}
}

function removeOldest(folder) {
	const files = fs.readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
	const byAge = files
		.map(({ name }) => join(folder, name))
		.map((path) => ({ path, at: fs.statSync(path).mtimeMs }))
		.sort((a, b) => b.at - a.at);
	for (const { path } of byAge.slice(KEPT_FILES)) fs.rmSync(path, { force: true });
}

/** As in src/core/files/files.ts: Node's `recursive` never ends where a folder exists and none can be made in it (/proc, some mounts). */
function ensureFolder(path) {
	try {
		fs.mkdirSync(path, { mode: 0o700 });
	} catch ({ code }) {
		if (code === 'EEXIST') return;
		if (code !== 'ENOENT' || dirname(path) === path) throw new Error(`cannot make ${path}: ${code}`);
		ensureFolder(dirname(path));
		fs.mkdirSync(path, { mode: 0o700 });
	}
}

module.exports = { readCodeCache, writeCodeCache };
