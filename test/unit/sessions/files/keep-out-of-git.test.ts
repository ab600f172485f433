import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
	describeProtection,
	keepOutOfGit,
	keepSessionOutOfGit,
	type Protection,
} from '../../../../src/sessions/files/keep-out-of-git.ts';
import { createScratch, type Scratch } from '../../../helpers/scratch-repo.ts';

let scratch: Scratch;
let root: string;
let folder: string;
const session = () => join(folder, 'sessions/01K3');
beforeEach(() => {
	scratch = createScratch();
	root = scratch.repo('r');
	folder = join(root, '.agent-relay');
	mkdirSync(session(), { recursive: true });
	for (const path of [join(session(), 'meta.json'), join(folder, 'config.toml')]) writeFileSync(path, '');
});
afterEach(() => scratch.remove());

const ignoreFile = () => join(folder, '.gitignore');
const ignored = () => readFileSync(ignoreFile(), 'utf8');
function protect(): Protection {
	const protection = keepOutOfGit({ folder, repo: { root, commonDir: join(root, '.git') } });
	if (protection === 'each') keepSessionOutOfGit(session());
	return protection;
}
/** What git itself would add of the store. */
const addable = () =>
	scratch.sh(root, 'ls-files', '-o', '--exclude-standard', '.agent-relay').split('\n').filter(Boolean);

describe('the records', () => {
	it('are kept out of commits by the file of the store, unlike the configuration', () => {
		expect(protect()).toBe('store');
		expect(addable()).toEqual(['.agent-relay/config.toml']);
		expect(describeProtection('store', { folder })).toEqual([]);
	});

	it.each([
		['empty', ''],
		['cut off in the middle', '*\n!con'],
		['of another tool', 'node_modules\n'],
		['that takes a record in again', '*\n!sessions/\n'],
		['with a rule that is not understood', '*\n!**/meta.json\n'],
	])(
		'are kept out although a file stands there that is %s: it is mended, and words of the user stay',
		(_, text) => {
			writeFileSync(ignoreFile(), text);
			expect(protect()).toBe('store');
			expect(addable()).toEqual(['.agent-relay/config.toml']);
			if (text.includes('node_modules')) expect(ignored()).toMatch(/^node_modules\n/);
		},
	);

	it('need nothing more if a rule of the user already keeps them out', () => {
		for (const text of ['*\n', 'sessions/\n', '/**\n!/config.toml\n', '*\n!README.md\n']) {
			writeFileSync(ignoreFile(), text);
			expect(protect()).toBe('store');
			expect(ignored()).toBe(text);
		}
	});

	it('are kept out next to a file that the repo tracks, which is left alone and reported', () => {
		writeFileSync(ignoreFile(), '!*\n');
		scratch.sh(root, 'add', '-f', '.agent-relay/.gitignore');
		const protection = protect();
		expect(protection).toBe('sessions');
		expect(ignored()).toBe('!*\n');
		expect(addable()).toEqual(['.agent-relay/config.toml']);
		expect(describeProtection(protection, { folder }).join()).toContain(ignoreFile());
	});

	it('are kept out in each session if the repo tracks both files', () => {
		const inner = join(folder, 'sessions/.gitignore');
		for (const path of [ignoreFile(), inner]) writeFileSync(path, '!*\n');
		scratch.sh(root, 'add', '-f', '.agent-relay');
		scratch.sh(root, 'rm', '-q', '--cached', '.agent-relay/sessions/01K3/meta.json');
		expect(protect()).toBe('each');
		expect(readFileSync(inner, 'utf8')).toBe('!*\n');
		expect(addable()).toEqual([]);
		expect(existsSync(join(session(), '.gitignore'))).toBe(true);
	});

	it('are kept out whatever rules are there, as git reads them', () => {
		const rule = fc.constantFrom(
			'*',
			'!*',
			'sessions/',
			'!sessions/',
			'/sessions',
			'!sessions/**',
			'**',
			'# words',
			'!config.toml',
			'!meta.json',
			'!NOTES.md',
			'',
			'\\*',
			'sessions/*',
		);
		fc.assert(
			fc.property(fc.array(rule, { maxLength: 4 }), (rules) => {
				writeFileSync(ignoreFile(), rules.join('\n'));
				expect(protect()).toBe('store');
				expect(
					addable().filter((path) => path.includes('sessions/')),
					ignored(),
				).toEqual([]);
			}),
			{ numRuns: 20 },
		);
	});
});
