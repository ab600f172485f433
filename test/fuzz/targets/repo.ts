/** What a repo brings: git's answers and files, configuration, environment files, command lines of its checks. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { simpleCommands } from '../../../src/agents/asking/allow-commands.ts';
import { unwrapShell as unwrapCodexShell } from '../../../src/agents/codex/stream/unwrap-shell.ts';
import { parseDuration } from '../../../src/config/duration.ts';
import { setsWatchedVariable } from '../../../src/config/layers/env-file.ts';
import { resolveConfig } from '../../../src/config/layers/layers.ts';
import { BUILT_IN_AGENTS } from '../../../src/config/schema.ts';
import { appendTomlElement, setTomlValue } from '../../../src/config/toml/toml-edit.ts';
import { parseToml, parseTomlValue, toTomlValue } from '../../../src/config/toml/toml-text.ts';
import { RelayError, type RelayErrorCode } from '../../../src/core/errors.ts';
import { searchPathOutside } from '../../../src/core/processes/find-executable.ts';
import { parseStat } from '../../../src/core/processes/process-table-linux.ts';
import { parseRows } from '../../../src/core/processes/process-table-ps.ts';
import { embeddedWithoutCommit, unreadablePaths } from '../../../src/git/add-complaints.ts';
import { parseRawEdits } from '../../../src/git/commits/tree-edits.ts';
import { foldersAround } from '../../../src/git/repo/folders-around.ts';
import { programsOff } from '../../../src/git/repo/named-programs.ts';
import { readPlainRepo } from '../../../src/git/repo/plain-repo.ts';
import { isPrunable, readRecords } from '../../../src/git/repo/worktree-records.ts';
import { findOddFile, findOddFileAnywhere } from '../../../src/git/snapshots/odd-files.ts';
import { parseTreeDiff } from '../../../src/git/snapshots/tree-diff.ts';
import { countFailingTests } from '../../../src/race/run/failing-tests.ts';
import { unwrapShell, validationKind } from '../../../src/turns/validation.ts';
import { damaged, damages, oddJson, oddText } from '../odd.ts';
import { withFolder } from '../scratch.ts';
import { type FuzzTarget, target } from '../target.ts';
import { growing, patchwork } from './text.ts';

const X = 'a'.repeat(40);
const Y = 'b'.repeat(40);
const LINEAR_TIME = 'takes no more than as much longer as the text is longer';

const field = fc.oneof(
	fc.constantFrom(
		`:100644 100644 ${X} ${Y} M`,
		`:000000 100644 ${'0'.repeat(40)} ${X} A`,
		`:100644 000000 ${X} ${'0'.repeat(40)} D`,
		`:100644 100755 ${X} ${X} R100`,
		':',
		': : :',
		'3\t0\tsrc/a.ts',
		'-\t-\tb',
		'1\t2\t',
		'src/a.ts',
		'../x',
		'',
	),
	oddText,
);
const zOutput = fc
	.tuple(fc.array(field, { maxLength: 12 }), damages)
	.map(([fields, harm]) => damaged(Buffer.from(fields.join('\0')), harm));

const TOML = [
	'[turn]\n',
	'idle_s = 5\n',
	'idle_s = 1e400\n',
	'timeout_s = -1\n',
	'[limits]\n',
	'order = ["claude", "codex:o3"]\n',
	'patience_s = 99999999999999999999\n',
	'[permissions]\n',
	'allow_commands = ["npm test", "rm -rf /; x"]\n',
	'preset = "full"\n',
	'[agents.claude]\n',
	'[agents."__proto__"]\n',
	'[agents.constructor]\n',
	'[agents.mine]\n',
	'command = ["x", "{session}"]\n',
	'model = "\\u0000"\n',
	'model = "opus"\n',
	'[ui]\ncolor = "auto"\n',
	'store = "state"\n',
	'__proto__ = 1\n',
	'x = { a = [1, { b = 2 }] }\n',
	"y = '''\n[turn]\n'''\n",
	'# [ui]\n',
	'when = 1979-05-27T07:32:00Z\n',
	'[[agents]]\n',
	'\ufeff',
	'"quoted key" = 1\r\n',
];
const toml = fc
	.tuple(
		fc.array(
			fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...TOML) }, { weight: 1, arbitrary: oddText }),
			{ maxLength: 9 },
		),
		damages,
	)
	.map(([parts, harm]) => damaged(Buffer.from(parts.join('')), harm).toString('utf8'));

/** undefined where it is refused for a reason that the user can mend. */
function orRefused<T>(codes: readonly RelayErrorCode[], act: () => T): T | undefined {
	try {
		return act();
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		expect(codes).toContain(error.code);
		expect(error.message).not.toMatch(/undefined|\[object Object\]/);
		return undefined;
	}
}

const LINES = [
	'ref: refs/heads/main',
	'ref: refs/heads/../../x',
	X,
	'[core]',
	'\trepositoryformatversion = 0',
	'\tbare = true',
	'\tworktree = /x',
	'[include]',
	'\tpath = /x',
	`${X} refs/heads/main`,
	'gitdir: ../elsewhere',
	'/tmp/none/.git',
	'agent-relay race x y',
];
const gitText = fc
	.array(fc.oneof(fc.constantFrom(...LINES), oddText), { maxLength: 5 })
	.map((lines) => lines.join('\n'));

const SHELL = [
	'npm test',
	"bash -lc '",
	'"',
	"'",
	' && ',
	'; ',
	'| ',
	'$(x)',
	'`x`',
	'\\',
	'\n',
	'cd a',
	'FOO=bar ',
	'timeout 5 ',
	'pytest -q',
	'--flag',
	'*',
	'~',
	' ',
	'/bin/sh -c ',
];
const shellLine = fc
	.array(fc.oneof(fc.constantFrom(...SHELL), oddText), { maxLength: 8 })
	.map((parts) => parts.join(''));

const SUMMARIES = [
	'Tests: 3 failed, 5 total\n',
	'      Tests  2 failed | 3 passed (5)\n',
	'== 1 failed, 2 passed in 0.1s ==\n',
	'FAILED (failures=2, errors=1)\n',
	'5 examples, 2 failures\n',
	'  3 passing (1s)\n',
	'  2 failing\n',
	'# fail 4\n',
	'ok\n',
	'test result: FAILED. 1 passed; 2 failed; 0 ignored\n',
	'--- FAIL: TestX\n',
	'\u001b[31m',
];
const testOutput = fc
	.array(fc.oneof(fc.constantFrom(...SUMMARIES), patchwork), { maxLength: 8 })
	.map((parts) => parts.join(''));

export const repoTargets: FuzzTarget[] = [
	target(
		'git tree diff',
		'is a list of changes with their counts, whatever git printed',
		200,
		zOutput,
		(output) => {
			for (const { path, change, added, removed } of parseTreeDiff(output)) {
				expect(path).toBeTypeOf('string');
				expect(['added', 'modified', 'deleted', 'renamed', 'mode']).toContain(change);
				for (const count of [added, removed]) expect(count === null || count >= 0).toBe(true);
			}
			for (const { path, before, after } of parseRawEdits(output)) {
				expect(path).toBeTypeOf('string');
				for (const entry of [before, after]) if (entry !== null) expect(entry.mode).not.toMatch(/^0+$/);
			}
		},
	),
	target(
		'git programs',
		'named by a config are each switched off by their very name',
		100,
		fc.array(
			fc.oneof(
				fc.constantFrom('filter.lfs.clean', 'filter.a=b.smudge', 'hook.x.command', 'filter.\n.required'),
				oddText.map((text) => `filter.${text.replaceAll('\0', '')}.clean`),
			),
			{ maxLength: 6 },
		),
		(keys) => {
			const { args, env } = programsOff(Buffer.from(keys.map((key) => `${key}\0`).join('')));
			const named = [
				...args.filter((_, at) => at % 2 === 1),
				...Object.entries(env)
					.filter(([name]) => name.startsWith('GIT_CONFIG_KEY_'))
					.map(([, key]) => key),
			];
			for (const key of Buffer.from(keys.map((one) => `${one}\0`).join(''))
				.toString('utf8')
				.split('\0')
				.filter(Boolean)) {
				const off = key.startsWith('hook.') ? key.replace(/command$/, 'enabled') : key;
				expect(named.some((one) => one === off || one.startsWith(`${off}=`))).toBe(true);
			}
		},
	),
	target(
		'git complaints',
		'are paths, however git words them',
		100,
		fc.array(
			fc.oneof(
				fc.constantFrom(
					"error: 'a/b/' does not have a commit checked out",
					'error: open("x"): Permission denied',
					"error: unable to index file 'y'",
				),
				oddText,
			),
			{ maxLength: 5 },
		),
		(lines) => {
			const stderr = lines.join('\n');
			for (const path of [...embeddedWithoutCommit(stderr), ...unreadablePaths(stderr)])
				expect(path).toBeTypeOf('string');
		},
	),
	target(
		'git folder',
		'of any content is read as plain facts, or left to git itself',
		60,
		fc.tuple(gitText, gitText, gitText, gitText),
		([head, config, packed, gitdir]) =>
			withFolder((folder) => {
				const git = join(folder, '.git');
				for (const name of ['objects', 'refs/heads', 'worktrees/w'])
					mkdirSync(join(git, name), { recursive: true });
				for (const [name, text] of [
					['HEAD', head],
					['config', config],
					['packed-refs', packed],
					['worktrees/w/gitdir', gitdir],
				] as const)
					writeFileSync(join(git, name), text);
				const facts = readPlainRepo(folder);
				if (typeof facts !== 'string') {
					expect(facts.worktree).toBe(folder);
					expect(facts.head === null || /^[0-9a-f]{40,64}$/.test(facts.head)).toBe(true);
					expect(/include|worktree\s*=/i.test(config)).toBe(false);
				}
				writeFileSync(join(git, 'commondir'), gitdir);
				for (const record of readRecords(git)) isPrunable(record);
				foldersAround(folder, '/home/u');
				expect(findOddFile({ cwd: folder, env: {} })).toBeNull();
				writeFileSync(join(git, 'worktrees/w/.git'), `gitdir: ${gitdir}`);
				expect(findOddFileAnywhere({ cwd: join(git, 'worktrees/w'), env: {} })).toBeNull();
				searchPathOutside('/usr/bin:/bin', foldersAround(join(git, 'worktrees/w'), '/home/u'));
			}),
	),
	target(
		'config.toml',
		'is obeyed or refused with its place; a repo that is not trusted chooses no program and no place',
		150,
		fc.tuple(toml, toml, fc.boolean()),
		([user, repo, isTrusted]) => {
			const sources = {
				env: {},
				user: { path: '/u/config.toml', text: user },
				repo: { path: '/r/config.toml', text: repo, isTrusted },
				flags: [],
				knownAgents: [...BUILT_IN_AGENTS],
			};
			const alone = orRefused(['bad_config'], () => resolveConfig({ ...sources, repo: null }));
			const read = orRefused(['bad_config'], () => resolveConfig(sources));
			if (read === undefined || alone === undefined) return;
			expect(read.config.store).toBe(alone.config.store);
			if (isTrusted) return;
			expect(read.config.permissions.allow_commands).toEqual(alone.config.permissions.allow_commands);
			for (const [name, agent] of Object.entries(read.config.agents.by_name))
				expect(agent.command).toEqual(alone.config.agents.by_name[name]?.command ?? agent.command);
			expect(
				Object.keys(read.config.agents.by_name).filter(
					(name) => !Object.hasOwn(alone.config.agents.by_name, name),
				),
			).toEqual([]);
		},
	),
	target(
		'config edits',
		'change that one value and leave the rest, or are refused',
		100,
		fc.tuple(
			toml,
			fc.constantFrom('turn.idle_s', 'ui.color', 'agents.mine.model', 'permissions.allow_commands'),
			fc.oneof(oddText, fc.integer(), fc.array(oddText, { maxLength: 3 })),
		),
		([text, key, value]) => {
			const codes = ['bad_config', 'refused'] as const;
			const edited = orRefused(codes, () => setTomlValue(text, '/u/c', key, value));
			if (edited !== undefined) {
				const root: unknown = parseToml(edited, '/u/c').root;
				const found = key
					.split('.')
					.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], root);
				expect(found).toEqual(value);
			}
			orRefused(codes, () => appendTomlElement(text, '/u/c', 'permissions.allow_commands', 'npm test'));
		},
	),
	target(
		'TOML values',
		'read back as they were',
		150,
		fc.oneof(
			oddText,
			fc.integer(),
			fc.boolean(),
			fc.array(fc.oneof(oddText, fc.integer()), { maxLength: 4 }),
		),
		(value) => {
			const isWhole = !/\\ud[89a-f]/i.test(JSON.stringify(value));
			const read = parseTomlValue(toTomlValue(value));
			if (isWhole) expect(read).toEqual(value);
		},
	),
	target(
		'env file',
		'that names a watched variable is never taken for harmless',
		150,
		fc.tuple(
			patchwork,
			fc.constantFrom('GEMINI_SANDBOX', 'NODE_OPTIONS', 'LD_PRELOAD', 'https_proxy', 'GIT_DIR'),
			patchwork,
		),
		([before, name, after]) => {
			const file = `${before}\n${name}=x\n${after}`;
			expect(setsWatchedVariable(file)).toBe(true);
			expect(setsWatchedVariable(`${before}\nexport ${name}='x'${after}`)).toBe(true);
		},
	),
	target(
		'durations',
		'are seconds or none',
		100,
		fc.oneof(
			oddText,
			oddJson.map((value) => JSON.stringify(value)),
			fc
				.array(fc.constantFrom('1', '90s', ' ', '5min', '1.5h', 'd', '-', '.'), { maxLength: 5 })
				.map((parts) => parts.join('')),
		),
		(text) => {
			const seconds = parseDuration(text);
			expect(seconds === null || seconds >= 0).toBe(true);
		},
	),
	target(
		'shell lines',
		'are looked through without being changed; a rule is made of plain words alone',
		200,
		shellLine,
		(line) => {
			expect(line.includes(unwrapCodexShell(line)) || unwrapCodexShell(line).length <= line.length).toBe(
				true,
			);
			expect(unwrapShell(line).length).toBeLessThanOrEqual(line.length);
			expect([null, 'test', 'lint', 'typecheck', 'build']).toContain(validationKind(line));
			const { allowed, refused } = simpleCommands([line]);
			expect(allowed.length + refused.length).toBe(1);
			for (const command of allowed) expect(command).toMatch(/^[A-Za-z0-9_./:@%+~][A-Za-z0-9_./:@%+=~ -]*$/);
		},
	),
	target(
		'failing tests',
		'are a whole number, or not told',
		150,
		fc.tuple(testOutput, fc.boolean()),
		([text, isWhole]) => {
			const count = countFailingTests({ text, isWhole });
			expect(count === null || (Number.isSafeInteger(count) && count >= 0)).toBe(true);
		},
	),
	target(
		'process tables',
		'have rows of whole numbers',
		100,
		fc.array(
			fc.oneof(
				fc.constantFrom(
					'10 (a (b) c) S 1 10 10 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 12345 0',
					'  10   1  10 Ss   Sat Nov 21 09:15:06 2026 /bin/sh -c x',
				),
				oddText,
			),
			{ maxLength: 4 },
		),
		(lines) => {
			for (const line of lines) {
				const entry = parseStat(line);
				if (entry !== null) expect(entry.start).toBeTypeOf('string');
			}
			for (const { entry } of parseRows(lines.join('\n')))
				expect(Number.isInteger(entry.pid) && Number.isInteger(entry.parent)).toBe(true);
		},
	),
	growing('config.toml', LINEAR_TIME, toml, (text) => {
		orRefused(['bad_config'], () => parseToml(text, '/u/c').placeOf(['turn', 'idle_s']));
	}),
	growing('env file', LINEAR_TIME, patchwork, (text) => void setsWatchedVariable(text)),
	growing('shell lines', LINEAR_TIME, shellLine, (line) => {
		validationKind(line);
		unwrapCodexShell(line);
		unwrapShell(`bash -lc '${line}'`);
	}),
	growing(
		'failing tests',
		LINEAR_TIME,
		testOutput,
		(text) => void countFailingTests({ text, isWhole: true }),
	),
	growing(
		'git output',
		LINEAR_TIME,
		fc.oneof(
			zOutput.map((bytes) => bytes.toString('utf8')),
			oddText,
		),
		(text) => {
			parseTreeDiff(Buffer.from(text));
			embeddedWithoutCommit(text);
			unreadablePaths(text);
		},
	),
];
