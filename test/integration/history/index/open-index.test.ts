/** The index opened several times in one process, beside another process that opens and closes it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openIndex } from '../../../../src/history/index/open-index.ts';

let dataHome: string;

beforeEach(() => {
	dataHome = mkdtempSync(join(tmpdir(), 'relay-index-'));
});
afterEach(() => rmSync(dataHome, { recursive: true, force: true }));

const LIBSQL = createRequire(import.meta.url).resolve('libsql');
const OPEN_AND_CLOSE = `
	const db = new (require(process.argv[1]))(process.argv[2]);
	db.prepare('select count(*) from conversations').get();
	db.close();
`;

it('keeps the log of one that is open when another is opened and closed, here and elsewhere', () => {
	const path = join(dataHome, 'index.db');
	const first = openIndex({ dataHome });
	try {
		expect(statSync(path).mode & 0o777).toBe(0o600);
		openIndex({ dataHome }).close();
		// The last one to close takes the log away; that is the first one here.
		execFileSync(process.execPath, ['-e', OPEN_AND_CLOSE, LIBSQL, path]);
		expect(existsSync(`${path}-wal`)).toBe(true);
	} finally {
		first.close();
	}
});
