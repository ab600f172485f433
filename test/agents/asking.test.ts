/**
 * Questions that the real CLIs ask while they work, and the answers of a person at the shell. One shell of each CLI has all kinds of
 * answers, one question after the other: a CLI takes seconds to start.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../helpers/patience.ts';
import { callTools, type ModelCall, say, TOOLS } from './harness/answers.ts';
import { ASKED, giveOpencodeItsPlugin } from './harness/four-agents.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { PtyRelay } from './harness/pty-relay.ts';
import type { Scene } from './harness/scene.ts';
import { isSome, LEFT_OUT } from './harness/some-pairs.ts';
import { scenes } from './harness/with-scene.ts';

const FILES = {
	'make.mjs': "import { writeFileSync } from 'node:fs';\nwriteFileSync(process.argv[2], 'made');\n",
};
const make = (name: string) => `node make.mjs ${name}.txt`;

interface Asker {
	agent: 'claude' | 'codex' | 'opencode';
	shell: (command: string) => ModelCall;
	edit: (path: string, content: string) => ModelCall;
	/** For an edit in a folder beside the repo; otherwise it is refused without a question. */
	asksToEdit: boolean;
	/** As after the CLI's own first start. */
	prepare?: (scene: Scene) => void;
}

/** A command inside codex's sandbox needs no question; the model must ask to leave it. */
const escalated = (cmd: string): ModelCall => ({
	name: 'exec_command',
	input: { cmd, sandbox_permissions: 'require_escalated', justification: 'It needs more.' },
});

/** The scene is in a folder for temporary files, where codex's sandbox may write. */
function keepOutOfTmp(scene: Scene): void {
	const file = join(scene.home, '.codex/config.toml');
	const more = '[sandbox_workspace_write]\nexclude_slash_tmp = true\nexclude_tmpdir_env_var = true\n';
	writeFileSync(file, `${readFileSync(file, 'utf8')}\n${more}`);
}

const ASKERS: readonly Asker[] = [
	{ agent: 'claude', shell: TOOLS.claude.shell, edit: TOOLS.claude.write, asksToEdit: true },
	{
		...{ agent: 'codex', shell: escalated, edit: TOOLS.codex.write, asksToEdit: true },
		prepare: keepOutOfTmp,
	},
	{
		...{ agent: 'opencode', shell: TOOLS.opencode.shell, edit: TOOLS.opencode.write, asksToEdit: false },
		prepare: giveOpencodeItsPlugin,
	},
];

/** A shell, and four starts of a CLI that takes up to a minute on a busy machine. */
const LONGEST_MS = 400_000;
/** Long enough for a busy machine to start three programs meanwhile. */
const ASK_TIMEOUT_S = 30;

/** What takes a further start or a long wait; `some` tries each with one CLI. */
const isTried = (agent: Asker['agent'], by: Asker['agent']) => !isSome || agent === by;

/** Answers only count once the question has been there for half a second. */
async function press(shell: PtyRelay, key: string): Promise<void> {
	await new Promise((wake) => setTimeout(wake, 550));
	shell.type(key);
}

describe.skipIf(!hasAgents).each(ASKERS)(
	'$agent asks in the shell',
	({ agent, shell: runs, edit: writes, asksToEdit, prepare }) => {
		const open = scenes();
		const openScene = async (config = '') => {
			const scene = await open({ files: FILES, config });
			prepare?.(scene);
			return scene;
		};
		/** Of the first session; one that is being made has a name that begins with a dot. */
		const log = (scene: Scene) => {
			const made = scene.sessions().find((folder) => !basename(folder).startsWith('.'));
			return made === undefined ? '' : readFileSync(join(made, 'log.jsonl'), 'utf8');
		};
		const asked = (scene: Scene) => log(scene).split('"type":"question_asked"').length - 1;
		const byRule = (scene: Scene) => log(scene).split('"by":"rule"').length - 1;
		const shown = (shell: PtyRelay) => shell.text().split(`? ${agent} asks`).length - 1;
		const waitsInVain = isTried(agent, 'opencode');
		const editWaitsInVain = asksToEdit && isTried(agent, 'claude');
		const isStopped = isTried(agent, 'codex');
		const isKilled = isTried(agent, 'claude');
		const outside = (scene: Scene, name: string) => join(dirname(scene.repo), `${name}.txt`);
		const edit = (scene: Scene, name: string, content = 'made') => writes(outside(scene, name), content);
		const isMade = (scene: Scene, ...names: string[]) =>
			names
				.map((name) => scene.read(`${name}.txt`) ?? scene.read(`../${name}.txt`))
				.map((text) => text?.trim());

		/** Once question `number` of the session is open, and not the one before it on the screen; a rule answers without asking. */
		async function opens(scene: Scene, shell: PtyRelay, number: number): Promise<void> {
			await until(
				() => asked(scene) === number,
				`question ${number}`,
				() => shell.text(),
			);
			await until(
				() => shown(shell) === number - byRule(scene) && /denied in/.test(shell.screen()),
				`question ${number} to be on the screen`,
				() => shell.text(),
			);
		}

		it(
			'and each answer is kept to, for a command and an edit: once, in the session, in the repo, no, words, from elsewhere, none, and a killed relay',
			async () => {
				const isLate = waitsInVain || editWaitsInVain;
				const scene = await openScene(isLate ? `[permissions]\nask_timeout = ${ASK_TIMEOUT_S}\n` : '');
				const late = [
					...(waitsInVain ? [runs(make('late'))] : []),
					...(editWaitsInVain ? [edit(scene, 'edit-unanswered')] : []),
				];
				const calls = [
					...[runs(make('yes')), runs(make('no')), runs(make('words'))],
					...[runs(make('session')), runs(`${make('session')} 2>&1 | tail -3`)],
					...[runs(`${make('repo')} 2>&1 | tail -3`), runs(`${make('repo')} again`)],
					...[runs(make('elsewhere')), ...editCalls(scene), ...late],
				];
				scene.model.script(agent, ...calls.map((call) => callTools(call)), say('That is all.'));
				const shell = new PtyRelay(scene, ['--agent', agent]);
				try {
					await shell.ready();
					shell.type('Make the files\r');
					await shell.shows(`? ${agent} asks to run a command`);
					await opens(scene, shell, 1);
					expect(isMade(scene, 'yes')).toEqual([undefined]);
					await press(shell, 'y');
					await opens(scene, shell, 2);
					await press(shell, 'n');
					await opens(scene, shell, 3);
					await press(shell, 't');
					await shell.shows('tell it ›');
					shell.type('Use the docs folder instead.\r');
					await opens(scene, shell, 4);
					await press(shell, 's');
					// The one after it is answered by the rule.
					await opens(scene, shell, 6);
					await press(shell, 'a');
					await shell.shows(`always › ${make('repo')}`);
					shell.type(`\x15${make('repo')}\r`);
					await opens(scene, shell, 8);
					const { code, questions } = await elsewhere(scene, shell);
					expect(questions).toMatchObject([{ agent, detail: make('elsewhere') }]);
					const wrong = await scene.relay(['answer', 'yes'], { input: 'AAAAAA\n' });
					expect(wrong).toMatchObject({
						exitCode: 5,
						stderr: expect.stringContaining('not the code shown there'),
					});
					expect(isMade(scene, 'elsewhere')).toEqual([undefined]);
					const yes = await scene.relay(['answer', questions[0].id.slice(0, 6), 'yes'], {
						input: `${code}\n`,
					});
					expect(yes, yes.stderr).toMatchObject({ exitCode: 0, stdout: 'Allowed, once.\n' });
					if (asksToEdit) await answerEdits(scene, shell, 8);
					for (const at of late.keys())
						await until(
							() => shell.text().split('nobody answered in time').length - 1 > at,
							`what nobody answers to be denied (${at + 1})`,
							() => shell.text(),
						);
					await shell.shows('That is all.');
					await until(() => scene.turn(1).status === 'completed', 'the turn to end');
					expect(isMade(scene, 'yes', 'session', 'repo', 'elsewhere')).toEqual(Array(4).fill('made'));
					expect(isMade(scene, 'no', 'words', 'late')).toEqual(Array(3).fill(undefined));
					expectEdits(scene);
					const tools = scene.turn(1).tools.filter(({ kind }) => kind === 'execute');
					const denied = tools.filter(({ status }) => status === 'denied').map(({ command }) => command);
					expect(denied).toEqual(['no', 'words', ...(waitsInVain ? ['late'] : [])].map(make));
					expect(JSON.stringify(scene.model.of(agent).at(-1))).toContain('Use the docs folder instead.');
					expect(byRule(scene)).toBe(asksToEdit ? 4 : 2);
					expect(log(scene)).toContain('"by":"another terminal"');
					const action = agent === 'codex' ? 'leave' : 'run';
					expect(scene.meta().allowed).toEqual([
						{ action, what: make('session') },
						...(asksToEdit ? [{ action: 'edit', what: outside(scene, 'edit-session') }] : []),
					]);
					const key = agent === 'codex' ? 'repo_unsandboxed' : 'repo_commands';
					const config = scene.readHome('.config/agent-relay/config.toml') ?? '';
					expect(config).toContain(`${key} = { "${scene.repo}" = ["${make('repo')}"] }`);
					expect(config).not.toContain('session.txt');
					const edits = `repo_edits = { "${scene.repo}" = ["${outside(scene, 'edit-repo')}"] }`;
					expect(config.includes(edits), config).toBe(asksToEdit);

					expect(await scene.relay(['questions'])).toMatchObject({ exitCode: 4 });
					if (isStopped) await stopsByEsc(scene, shell);
					if (isKilled) await killed(scene, shell);
				} finally {
					shell.kill('SIGKILL');
				}
				if (isKilled) await resumes(scene, isStopped ? 3 : 2);
			},
			LONGEST_MS,
		);

		/** In the repo nothing is asked; beside it all is, or nothing. What was allowed beyond one answer is edited twice. */
		function editCalls(scene: Scene): ModelCall[] {
			const inside = writes(join(scene.repo, 'inside.txt'), 'made');
			if (!asksToEdit) return [inside, edit(scene, 'edit-refused')];
			const twice = (name: string) => [edit(scene, name), edit(scene, name, 'made again')];
			return [
				...['edit-yes', 'edit-no', 'edit-words'].map((name) => edit(scene, name)),
				...[inside, ...twice('edit-session'), ...twice('edit-repo'), edit(scene, 'edit-elsewhere')],
			];
		}

		/** What another terminal is asked for, and what it sees. */
		async function elsewhere(scene: Scene, shell: PtyRelay) {
			const code = /code ([A-Z0-9]{6}) for agent-relay answer/.exec(shell.screen())?.[1] ?? '';
			const { questions } = JSON.parse((await scene.relay(['questions', '--json'])).stdout);
			return { code, questions };
		}

		/** `before`: how many questions there were. Each edit is answered in another way. */
		async function answerEdits(scene: Scene, shell: PtyRelay, before: number): Promise<void> {
			await opens(scene, shell, before + 1);
			expect(shell.screen()).toContain(`? ${agent} asks to edit ${outside(scene, 'edit-yes')}`);
			expect(isMade(scene, 'edit-yes')).toEqual([undefined]);
			await press(shell, 'y');
			await opens(scene, shell, before + 2);
			await press(shell, 'n');
			await opens(scene, shell, before + 3);
			await press(shell, 't');
			await until(() => shell.screen().includes('tell it ›'), 'the line for words');
			shell.type('Put it into the repo.\r');
			await opens(scene, shell, before + 4);
			await press(shell, 's');
			// The one after it is answered by the rule.
			await opens(scene, shell, before + 6);
			await press(shell, 'a');
			await until(() => shell.screen().includes('always › /'), 'the rule on the line');
			shell.type('\r');
			await opens(scene, shell, before + 8);
			const { code, questions } = await elsewhere(scene, shell);
			const [{ id = '', detail = '', rule = [] } = {}] = questions;
			expect(detail).toContain(outside(scene, 'edit-elsewhere'));
			expect(rule).toEqual([outside(scene, 'edit-elsewhere')]);
			const yes = await scene.relay(['answer', id.slice(0, 6), 'yes'], { input: `${code}\n` });
			expect(yes, yes.stderr).toMatchObject({ exitCode: 0, stdout: 'Allowed, once.\n' });
		}

		function expectEdits(scene: Scene): void {
			const refused = ['edit-no', 'edit-words', 'edit-unanswered', 'edit-refused'];
			expect(isMade(scene, 'inside', ...refused)).toEqual(['made', ...refused.map(() => undefined)]);
			expect(log(scene)).not.toMatch(/"question_asked".*(?:edit-refused|inside)\.txt/);
			if (!asksToEdit) return;
			const allowed = ['edit-yes', 'edit-elsewhere', 'edit-session', 'edit-repo'];
			expect(isMade(scene, ...allowed)).toEqual(['made', 'made', 'made again', 'made again']);
			expect(JSON.stringify(scene.model.of(agent).at(-1))).toContain('Put it into the repo.');
		}

		/** What is typed or pasted for a prompt answers nothing. */
		async function stopsByEsc(scene: Scene, shell: PtyRelay): Promise<void> {
			const before = asked(scene);
			scene.model.reset();
			scene.model.script(agent, callTools(runs(make('typed'))), callTools(runs(make('stopped'))));
			shell.type('Another\r');
			await opens(scene, shell, before + 1);
			await press(shell, '\x1b[200~y\x1b[201~');
			await shell.shows('Ctrl+Y answers');
			shell.type('es, and the docs too');
			await shell.shows(`${agent} › yes, and the docs too`);
			expect(log(scene).split('question_answered').length).toBe(
				log(scene).split('question_asked').length - 1,
			);
			shell.type('\x19');
			await until(() => shell.screen().includes('Esc stops the turn'), 'the line to be put aside');
			shell.type('n');
			await opens(scene, shell, before + 2);
			await until(() => shell.screen().includes('yes, and the docs too'), 'the line to be back');
			shell.type('\x15');
			await press(shell, '\x1b');
			await until(() => scene.turn(2).status === 'cancelled', 'the turn to be stopped');
			await until(() => scene.model.isDeserted(), 'the last request of the agent to be read');
			expect(isMade(scene, 'typed', 'stopped')).toEqual([undefined, undefined]);
		}

		async function killed(scene: Scene, shell: PtyRelay): Promise<void> {
			const before = asked(scene);
			scene.model.reset();
			const open = asksToEdit ? edit(scene, 'edit-late') : runs(make('open'));
			const calls = [runs(make('denied')), open];
			scene.model.script(agent, ...calls.map((call) => callTools(call)));
			shell.type('One more\r');
			await opens(scene, shell, before + 1);
			await press(shell, 'n');
			await opens(scene, shell, before + 2);
			shell.kill('SIGKILL');
			await until(() => scene.processes().length === 0, 'all to be gone');
			await until(() => scene.model.isDeserted(), 'the last request of the agent to be read');
		}

		/** What was denied and what was never answered is on record, and `run` on a terminal asks for what is not allowed in the session. */
		async function resumes(scene: Scene, cut: number): Promise<void> {
			scene.model.reset();
			const calls = [runs(make('session')), runs(make('run'))];
			scene.model.script(agent, ...calls.map((call) => callTools(call)), say('And again.'));
			const again = new PtyRelay(scene, ['run', '--session', scene.meta().id, 'Once more']);
			try {
				await again.shows(`? ${agent} asks to run a command`);
				await again.shows('denied in');
				await press(again, 'y');
				await again.shows('And again.');
				expect(await again.ended, again.text()).toBe(0);
			} finally {
				again.kill('SIGKILL');
			}
			expect(again.text().split(`? ${agent} asks`)).toHaveLength(2);
			expect(isMade(scene, 'denied', 'open', 'edit-late', 'run')).toEqual([
				...Array(3).fill(undefined),
				'made',
			]);
			const { tools, warnings } = scene.turn(cut);
			expect(tools.map(({ status }) => status)).toEqual(['denied', 'denied']);
			expect(tools.map(({ command }) => command)).toContain(make('denied'));
			const open = asksToEdit ? 'edit-late' : 'open';
			expect(warnings.join()).toMatch(new RegExp(`Asked, but not answered: .*${open}\\.txt`));
		}

		const isAlone = isTried(agent, 'codex');
		const left = isAlone ? '' : ` ${LEFT_OUT}`;
		it.skipIf(!isAlone)(`and without a person nothing is asked: denied as ever${left}`, async () => {
			const scene = await openScene();
			scene.model.script(agent, callTools(runs(make('ran'))), say('No luck.'));
			const run = await scene.relay(['run', '--json', '--agent', agent, 'Make the file']);
			expect(run.exitCode, run.stderr).toBe(0);
			expect(scene.turn(1).argv.join(' ')).not.toContain('PermissionRequest');
			expect(isMade(scene, 'ran')).toEqual([undefined]);
		});
	},
);

describe.skipIf(!hasAgents)('an agent that cannot ask', () => {
	const openScene = scenes();

	it.each([
		{ agent: 'gemini', asked: ASKED.gemini, why: 'Gemini CLI cannot ask: no version' },
		{ agent: 'opencode', asked: ASKED.opencode, why: 'OpenCode cannot ask: its plugin package' },
	] as const)('$agent starts without questions, and says so once', async ({ agent, asked, why }) => {
		const scene = await openScene();
		scene.model.script(agent, say('One.'), say('Two.'));
		const shell = new PtyRelay(scene, ['--agent', asked, '--trust']);
		try {
			await shell.ready();
			shell.type('First\r');
			await shell.shows(why);
			await shell.shows('One.');
			await until(() => scene.turn(1).status === 'completed', 'the turn to end');
			shell.type('Second\r');
			await shell.shows('Two.');
			await until(() => scene.turn(2).status === 'completed', 'the turn to end');
			shell.type('/exit\r');
			expect(await shell.ended, shell.text()).toBe(0);
		} finally {
			shell.kill('SIGKILL');
		}
		expect(shell.text().split(why)).toHaveLength(2);
		const { agents } = JSON.parse((await scene.relay(['agents', '--json'])).stdout);
		const overview = agents.find((one: { agent: string }) => one.agent === agent);
		expect(`cannot ask: ${overview.cannot_ask}`).toContain(why.slice(why.indexOf('cannot')));
	});
});
