import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkCopyPaths, copyInto } from '../../../../src/race/run/copy-files.ts';

let root: string;
let checkout: string;
let worktree: string;
const put = (path: string, text = 'x') => {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, text);
};
beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-copy-')));
	checkout = join(root, 'checkout');
	worktree = join(root, 'worktree');
	put(join(checkout, '.env'), 'KEY=1\n');
	put(join(checkout, 'fixtures/a.json'));
	put(join(checkout, 'fixtures/inner/.git/config'));
	put(join(root, 'secret'));
	mkdirSync(worktree);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the paths to copy', () => {
	it('are taken as people type them, each once', () => {
		expect(checkCopyPaths(['.env', './.env', 'fixtures/', 'fixtures/../.env'], checkout)).toEqual([
			'.env',
			'fixtures',
		]);
	});

	it.each([
		['', 'names no file'],
		['.', 'names no file'],
		['/etc/passwd', 'is not a path inside'],
		['.env\0', 'is not a path inside'],
		['../secret', 'leaves the checkout'],
		['fixtures/../../secret', 'leaves the checkout'],
		['.git', 'is not for entrants'],
		['.GIT/config', 'is not for entrants'],
		['.agent-relay/sessions', 'is not for entrants'],
		['gone', 'is not there'],
	])('never lead elsewhere: %j', (path, words) => {
		expect(() => checkCopyPaths([path], checkout)).toThrow(words);
	});

	it('do not leave the checkout through a link either', () => {
		symlinkSync(join(root, 'secret'), join(checkout, 'link'));
		expect(() => checkCopyPaths(['link'], checkout)).toThrow('leads out of the checkout through a link');
	});

	it.each([
		['a link to nothing', 'gone'],
		['a link to itself', 'link'],
		['a link through a file', '.env/inside'],
	])('are not %s: no worktree is made for that', (_, target) => {
		symlinkSync(target, join(checkout, 'link'));
		expect(() => checkCopyPaths(['link'], checkout)).toThrow(
			expect.objectContaining({ code: 'usage', message: '--copy "link" is not there.' }),
		);
		expect(() => checkCopyPaths(['.env/x'], checkout)).toThrow('is not there');
	});
});

describe('what is copied', () => {
	it('arrives with its folders and replaces what is there; repos inside lose their git', async () => {
		put(join(worktree, '.env'), 'OLD\n');
		await copyInto(worktree, ['.env', 'fixtures'], checkout);
		expect(readFileSync(join(worktree, '.env'), 'utf8')).toBe('KEY=1\n');
		expect(existsSync(join(worktree, 'fixtures/a.json'))).toBe(true);
		expect(existsSync(join(worktree, 'fixtures/inner/.git'))).toBe(false);
	});

	it('is not written through a link that leads out of the worktree', async () => {
		symlinkSync(root, join(worktree, 'fixtures'));
		put(join(checkout, 'fixtures/secret'), 'other');
		await expect(copyInto(worktree, ['fixtures/secret'], checkout)).rejects.toMatchObject({
			code: 'refused',
		});
		expect(readFileSync(join(root, 'secret'), 'utf8')).toBe('x');
	});

	it('may have gone meanwhile, which is said', async () => {
		rmSync(join(checkout, '.env'));
		await expect(copyInto(worktree, ['.env'], checkout)).rejects.toThrow('is not there');
	});
});
