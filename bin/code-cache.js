// One file of compiled code, a blob a script: `<length of index as 4 bytes><index as JSON><blob><the same blob again>…`.
// V8 checks no sum and dies of damaged code, so a blob is there twice and counts only while both are equal: comparing
// 1 MB takes 0.1 ms and loads nothing, where a hash in JavaScript takes 5 and `node:crypto` takes 4 to load.
const fs = require('node:fs');
const { dirname, join } = require('node:path');

const HEAD_BYTES = 4;
/** Files of other builds and Nodes that are kept. */
const KEPT_FILES = 4;

/**
 * `read` gives the compiled code of a script, read when it is asked for: a start needs a part of the file. undefined where there
 * is none, where it is damaged, or others could have written it. The file stays open; `path` null: there is none.
 */
function openCodeCache(path) {
	const { fd, places } = path === null ? NOTHING_KEPT : openKept(path);
	const read = (name) => readTwice(fd, places.get(name));
	const all = () =>
		[...places.keys()].map((name) => [name, read(name)]).filter(([, code]) => code !== undefined);
	return { read, all };
}

const NOTHING_KEPT = { fd: null, places: new Map() };

/** Script name -> where its code begins, and its length. */
function openKept(path) {
	try {
		const fd = openOwnFile(path);
		const { size } = fs.fstatSync(fd);
		const indexLength = readAt(fd, 0, HEAD_BYTES).readUInt32LE(0);
		let start = HEAD_BYTES + indexLength;
		if (start > size) return NOTHING_KEPT;
		const places = new Map();
		for (const { name, length } of JSON.parse(readAt(fd, HEAD_BYTES, indexLength).toString('utf8'))) {
			places.set(name, { start, length });
			start += 2 * length;
		}
		return start === size ? { fd, places } : NOTHING_KEPT;
	} catch {
		return NOTHING_KEPT;
	}
}

function readTwice(fd, place) {
	if (place === undefined) return undefined;
	try {
		const bytes = readAt(fd, place.start, 2 * place.length);
		const code = bytes.subarray(0, place.length);
		return code.equals(bytes.subarray(place.length)) ? code : undefined;
	} catch {
		return undefined;
	}
}

function readAt(fd, at, length) {
	const bytes = Buffer.allocUnsafe(length);
	if (fs.readSync(fd, bytes, 0, length, at) < length) throw new Error('the file is torn');
	return bytes;
}

/** Compiled code is run as it is: only what this user wrote, and nobody else can, is read. */
function openOwnFile(path) {
	const fd = fs.openSync(path, 'r');
	const { uid, mode } = fs.fstatSync(fd);
	if (uid === process.geteuid() && (mode & 0o022) === 0) return fd;
	fs.closeSync(fd);
	throw new Error(`${path} may be written by others`);
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
		const blobs = [...codes.values()].flatMap((blob) => [blob, blob]);
		fs.writeFileSync(draft, Buffer.concat([head, index, ...blobs]), { mode: 0o600, flag: 'wx' });
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

module.exports = { openCodeCache, writeCodeCache };
