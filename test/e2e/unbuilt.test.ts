import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** A clone in which nothing was built, or whose build broke off: its last file, `build-id`, is not there. */
let clone: string;

beforeEach(() => {
	clone = mkdtempSync(join(tmpdir(), 'relay-unbuilt-'));
	for (const name of ['bin', 'package.json'])
		cpSync(join(ROOT, name), join(clone, name), { recursive: true });
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

describe('a clone that is not built', () => {
	it.each(['nothing', 'half of the build'])('says what to do where %s is there', (what) => {
		if (what !== 'nothing') {
			mkdirSync(join(clone, 'dist/bundle'), { recursive: true });
			writeFileSync(join(clone, 'dist/bundle/main.cjs'), 'throw new Error("half a build")');
		}
		const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/agent-relay.js', 'sessions'], {
			cwd: clone,
			env: { HOME: clone },
			encoding: 'utf8',
		});
		expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
		expect(stderr.split('\n')).toHaveLength(3);
		expect(stderr).toContain('npm run build');
	});

	it('tells its version all the same', () => {
		const told = execFileSync(process.execPath, ['bin/agent-relay.js', '--version'], { cwd: clone });
		expect(told.toString()).toMatch(/^\d+\.\d+\.\d+\n$/);
	});
});
