import { execFileSync } from 'node:child_process';
import {
	appendFileSync,
	chmodSync,
	linkSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logFile } from '../../../src/sessions/files/session-paths.ts';
import { readLog } from '../../../src/sessions/log/read-log.ts';
import type { OpenSession, SessionStore } from '../../../src/sessions/store/session-store.ts';
import { EngineBench } from '../../helpers/engine-bench.ts';

let bench: EngineBench;
let store: SessionStore;
let session: OpenSession;
beforeEach(async () => {
	bench = new EngineBench();
	({ store } = await bench.deps());
	session = store.create({ kind: 'run', objective: 'fix it' });
});
afterEach(async () => {
	session.letGo();
	await bench.dispose();
});

const notice = (text: string) => ({ type: 'notice' as const, level: 'info', text });
const texts = () =>
	readLog(session.folder).map(({ event }) => (event?.type === 'notice' ? event.text : event?.type));
const numbers = () => readLog(session.folder).map(({ seq }) => seq);

/** As another process would find it. */
function reopen(): void {
	session.letGo();
	session = store.open(session.id);
}

describe('the log of a session', () => {
	it('is private, append-only, and numbered on over all its openings', () => {
		session.log(notice('one'));
		expect(statSync(logFile(session.folder)).mode & 0o777).toBe(0o600);
		const before = readFileSync(logFile(session.folder), 'utf8');
		reopen();
		session.log(notice('two'));
		expect(readFileSync(logFile(session.folder), 'utf8').startsWith(before)).toBe(true);
		expect(texts()).toEqual(['one', 'session_reopened', 'two']);
		expect(numbers()).toEqual([1, 2, 3]);
	});

	it.each([
		['a torn line', '{"ts":"2026-11-21T08:00:00.000Z","seq":2,"type":"not'],
		['a line of something else', 'hello\n'],
		['a number of a liar', '{"ts":"2026-11-21T08:00:00.000Z","seq":900719925474099,"type":"settled"}\n'],
	])('goes on behind %s', (_, tail) => {
		session.log(notice('one'));
		appendFileSync(logFile(session.folder), tail);
		reopen();
		session.log(notice('two'));
		expect(texts().filter((text) => text !== 'settled')).toEqual(['one', 'session_reopened', 'two']);
		expect(numbers().filter((seq) => seq < 1000)).toEqual([1, 2, 3]);
	});

	it('gives no number twice behind a tail without any', () => {
		for (let i = 0; i < 30; i++) session.log(notice('one'));
		appendFileSync(logFile(session.folder), `${'x'.repeat(300 * 1024)}\n`);
		reopen();
		const [last = 0, newest = 0] = numbers().slice(-2);
		expect(last).toBe(30);
		expect(newest).toBeGreaterThan(30);
	});

	it('cuts a text that is too long for a line', () => {
		session.log(notice('x'.repeat(10_000_000)));
		expect(statSync(logFile(session.folder)).size).toBeLessThan(3_000);
		expect(readLog(session.folder)).toHaveLength(1);
	});

	it('leaves the folder as last used as it was', () => {
		session.letGo();
		rmSync(logFile(session.folder), { force: true });
		const before = statSync(session.folder, { bigint: true }).mtimeNs;
		session = store.open(session.id);
		session.log(notice('one'));
		const apart = statSync(session.folder, { bigint: true }).mtimeNs - before;
		expect(Number(apart < 0n ? -apart : apart)).toBeLessThan(1_000_000);
	});

	it('is there again, whole, when the repo was cleaned', () => {
		session.log(notice('one'));
		session.keepRecords();
		execFileSync('rm', ['-rf', join(bench.repo, '.agent-relay')]);
		session.restore();
		session.log(notice('two'));
		expect(texts()).toEqual(['one', 'two']);
	});

	it('is there again when only the next opening is cleaned', () => {
		session.log(notice('one'));
		reopen();
		session.keepRecords();
		execFileSync('rm', ['-rf', session.folder]);
		session.restore();
		expect(texts()).toEqual(['one', 'session_reopened']);
	});

	it('goes along when the session has to leave its folder, and says so', () => {
		session.log(notice('one'));
		const before = session.folder;
		execFileSync('mv', [join(before, 'turns'), join(bench.root, 'was')]);
		symlinkSync(bench.root, join(before, 'turns'));
		session.restore();
		expect(session.folder).not.toBe(before);
		session.log(notice('two'));
		expect(texts()).toEqual(['one', expect.stringContaining(`continues in ${session.folder}`), 'two']);
	});

	it('ends with its session', () => {
		session.log(notice('one'));
		session.release();
		session.log(notice('two'));
		expect(texts()).toEqual(['one', 'session_closed']);
	});

	it('leaves it to the turn that hears why the session left its folder to log it', () => {
		session.log(notice('one'));
		session.hearNotices((text) => session.log(notice(text)));
		const turns = join(session.folder, 'turns');
		renameSync(turns, join(bench.root, 'turns'));
		symlinkSync(bench.root, turns);
		session.writableFolder();
		expect(texts()).toEqual(['one', expect.stringContaining(`continues in ${session.folder}`)]);
	});
});

describe('a log that cannot be written', () => {
	const outside = () => join(bench.root, 'outside');
	const ODD = {
		'a folder': (path: string) => mkdirSync(path),
		'a link': (path: string) => symlinkSync(outside(), path),
		'a link to nothing': (path: string) => symlinkSync(join(bench.root, 'nothing'), path),
		'a pipe': (path: string) => execFileSync('mkfifo', [path]),
		'another name of a file': (path: string) => linkSync(outside(), path),
		'a file for reading': (path: string) => {
			writeFileSync(path, '');
			chmodSync(path, 0o400);
		},
	};
	const cases = Object.entries(ODD).filter(
		([kind]) => kind !== 'a file for reading' || process.getuid?.() !== 0,
	);

	it.each(cases)('since %s stands there, stops nothing, and is told once', (_, make) => {
		writeFileSync(outside(), 'not ours\n');
		make(logFile(session.folder));
		const told: string[] = [];
		session.hearNotices((text) => told.push(text));
		session.log(notice('one'));
		session.log(notice('two'));
		session.keepRecords();
		session.restore();
		session.release();
		expect(told).toEqual([expect.stringContaining(`${logFile(session.folder)} cannot be written`)]);
		expect(readFileSync(outside(), 'utf8')).toBe('not ours\n');
		expect(store.read(session.id)).toMatchObject({ status: 'checkpointed' });
	});
});
