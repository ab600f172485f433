/** Questions that the real CLIs ask while they work, and the answers of a person at the shell. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../helpers/patience.ts';
import { callTools, type ModelCall, say, TOOLS } from './harness/answers.ts';
import { ASKED, giveOpencodeItsPlugin } from './harness/four-agents.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { PtyRelay } from './harness/pty-relay.ts';
import type { Scene, SceneOptions } from './harness/scene.ts';
import { scenes } from './harness/with-scene.ts';

const COMMAND = 'node make.mjs ran.txt';
const FILES = {
	'make.mjs': "import { writeFileSync } from 'node:fs';\nwriteFileSync(process.argv[2], 'made');\n",
};

interface Asker {
	agent: 'claude' | 'codex' | 'opencode';
	shell: (command: string) => ModelCall;
	/** As after the CLI's own first start. */
	prepare?: (scene: Scene) => void;
}

/** A command inside codex's sandbox needs no question; the model must ask to leave it. */
const escalated = (cmd: string): ModelCall => ({
	name: 'exec_command',
	input: { cmd, sandbox_permissions: 'require_escalated', justification: 'It needs more.' },
});

const ASKERS: readonly Asker[] = [
	{ agent: 'claude', shell: TOOLS.claude.shell },
	{ agent: 'codex', shell: escalated },
	{ agent: 'opencode', shell: TOOLS.opencode.shell, prepare: giveOpencodeItsPlugin },
];

describe.skipIf(!hasAgents).each(ASKERS)('$agent asks in the shell', ({ agent, shell: runs, prepare }) => {
	/** The shell's own part is the same whoever asks: once is enough. */
	const ofShell = (name: string, test: () => Promise<void>) => {
		if (agent === 'claude') it(name, test);
	};
	const open = scenes();
	const openScene = async (options: SceneOptions = {}) => {
		const scene = await open(options);
		prepare?.(scene);
		return scene;
	};

	/** Types a task whose answer wants to run `commands`, one after the other, and gives the shell once the first is asked for. */
	async function asked(scene: Scene, commands = [COMMAND]): Promise<PtyRelay> {
		const calls = commands.map((command) => callTools(runs(command)));
		scene.model.script(agent, ...calls, say('That is all.'));
		const shell = new PtyRelay(scene, ['--agent', agent]);
		shell.type('Make the file\r');
		await shell.shows(`? ${agent} asks to run a command`);
		await shell.shows('waiting for you');
		return shell;
	}

	/** Answers only count once the question has been there for a moment. */
	async function press(shell: PtyRelay, key: string): Promise<void> {
		await new Promise((wake) => setTimeout(wake, 700));
		shell.type(key);
	}

	async function ends(scene: Scene, shell: PtyRelay): Promise<void> {
		await shell.shows('That is all.');
		await until(() => scene.turn(1).status === 'completed', 'the turn to end');
		shell.type('/exit\r');
		expect(await shell.ended, shell.text()).toBe(0);
	}

	const log = (scene: Scene) => readFileSync(join(scene.sessions()[0] ?? '', 'log.jsonl'), 'utf8');
	const config = (scene: Scene) => scene.readHome('.config/agent-relay/config.toml') ?? '';

	it.each([
		{ key: 'y', hasRun: true },
		{ key: 'n', hasRun: false },
	])('$key: whether it ran is $hasRun', async ({ key, hasRun }) => {
		const scene = await openScene({ files: FILES });
		const shell = await asked(scene);
		try {
			expect(scene.read('ran.txt')).toBeNull();
			await press(shell, key);
			await ends(scene, shell);
		} finally {
			shell.kill('SIGKILL');
		}
		expect(scene.read('ran.txt') !== null).toBe(hasRun);
		const [tool] = scene.turn(1).tools.filter(({ kind }) => kind === 'execute');
		expect(tool).toMatchObject({
			status: hasRun ? 'ok' : 'denied',
			title: expect.stringContaining(hasRun ? '' : COMMAND),
		});
		expect(log(scene)).toContain('"by":"user"');
		expect(scene.meta().allowed).toBeUndefined();
	});

	it('t: what the user says reaches the model, and nothing runs', async () => {
		const scene = await openScene({ files: FILES });
		const shell = await asked(scene);
		try {
			await press(shell, 't');
			await shell.shows('tell it ›');
			shell.type('Use the docs folder instead.\r');
			await ends(scene, shell);
		} finally {
			shell.kill('SIGKILL');
		}
		expect(scene.read('ran.txt')).toBeNull();
		expect(JSON.stringify(scene.model.of(agent).at(-1))).toContain('Use the docs folder instead.');
	});

	it('s: the same command runs unasked from then on, in this session and its continuation alone', async () => {
		const scene = await openScene({ files: FILES });
		const shell = await asked(scene, [COMMAND, `${COMMAND} 2>&1 | tail -3`]);
		try {
			await press(shell, 's');
			await ends(scene, shell);
		} finally {
			shell.kill('SIGKILL');
		}
		expect(scene.meta().allowed).toEqual([{ action: agent === 'codex' ? 'leave' : 'run', what: COMMAND }]);
		expect(log(scene).match(/"by":"rule"/g)).toHaveLength(1);
		expect(config(scene)).not.toContain('make.mjs');

		scene.model.reset();
		scene.model.script(agent, callTools(runs(COMMAND)), say('And again.'));
		const again = new PtyRelay(scene, ['resume', scene.meta().id]);
		try {
			again.type('Once more\r');
			await again.shows('And again.');
			again.type('/exit\r');
			expect(await again.ended, again.text()).toBe(0);
		} finally {
			again.kill('SIGKILL');
		}
		expect(again.text()).not.toContain(`? ${agent} asks`);
	});

	ofShell('a: the rule is shown, can be edited, and is in the configuration', async () => {
		const scene = await openScene({ files: FILES });
		const shell = await asked(scene, [`${COMMAND} 2>&1 | tail -3`, 'node make.mjs other.txt']);
		try {
			await press(shell, 'a');
			await shell.shows(`always › ${COMMAND}`);
			shell.type('\x15node make.mjs\r');
			await ends(scene, shell);
		} finally {
			shell.kill('SIGKILL');
		}
		expect(config(scene)).toContain(`repo_commands = { "${scene.repo}" = ["node make.mjs"] }`);
		expect([scene.read('ran.txt'), scene.read('other.txt')]).toEqual(['made', 'made']);
	});

	ofShell('what is typed or pasted for a prompt answers nothing', async () => {
		const scene = await openScene({ files: FILES });
		const shell = await asked(scene);
		try {
			await press(shell, '\x1b[200~y\x1b[201~');
			await shell.shows('Ctrl+Y answers');
			shell.type('es, and the docs too');
			await shell.shows(`${agent} › yes, and the docs too`);
			expect(scene.read('ran.txt')).toBeNull();
			expect(log(scene)).not.toContain('question_answered');
			shell.type('\x19');
			await shell.shows('y once');
			shell.type('n');
			await shell.shows(`${agent} › yes, and the docs too`);
			shell.type('\x15');
			await ends(scene, shell);
		} finally {
			shell.kill('SIGKILL');
		}
		expect(scene.read('ran.txt')).toBeNull();
	});

	it('Esc stops the turn; nothing ran', async () => {
		const scene = await openScene({ files: FILES });
		const shell = await asked(scene);
		try {
			await press(shell, '\x1b');
			await until(() => scene.turn(1).status === 'cancelled', 'the turn to be stopped');
			shell.type('/exit\r');
			expect(await shell.ended, shell.text()).toBe(0);
		} finally {
			shell.kill('SIGKILL');
		}
		expect(scene.read('ran.txt')).toBeNull();
	});

	ofShell('is answered from another terminal, with the code shown at the shell', async () => {
		const scene = await openScene({ files: FILES });
		const shell = await asked(scene);
		try {
			await shell.shows('for agent-relay answer');
			const code = /code ([A-Z0-9]{6}) for agent-relay answer/.exec(shell.text())?.[1] ?? '';
			const { questions } = JSON.parse((await scene.relay(['questions', '--json'])).stdout);
			expect(questions).toMatchObject([{ agent, detail: COMMAND, rule: [COMMAND] }]);
			const wrong = await scene.relay(['answer', 'yes'], { input: 'AAAAAA\n' });
			expect(wrong).toMatchObject({
				exitCode: 5,
				stderr: expect.stringContaining('not the code shown there'),
			});
			expect(scene.read('ran.txt')).toBeNull();
			const right = await scene.relay(['answer', questions[0].id.slice(0, 6), 'yes'], { input: `${code}\n` });
			expect(right, right.stderr).toMatchObject({ exitCode: 0, stdout: 'Allowed, once.\n' });
			await shell.shows('another terminal');
			await ends(scene, shell);
		} finally {
			shell.kill('SIGKILL');
		}
		expect(scene.read('ran.txt')).toBe('made');
		expect(await scene.relay(['questions'])).toMatchObject({ exitCode: 4 });
	});

	ofShell('nobody answers in time: denied, and said', async () => {
		const scene = await openScene({ files: FILES, config: '[permissions]\nask_timeout = 2\n' });
		const shell = await asked(scene);
		try {
			await ends(scene, shell);
		} finally {
			shell.kill('SIGKILL');
		}
		expect(shell.text()).toContain('nobody answered in time');
		expect(scene.read('ran.txt')).toBeNull();
	});

	it('the relay is killed while it asks: nothing runs, nothing is left, and the next start says so', async () => {
		const scene = await openScene({ files: FILES });
		const shell = await asked(scene);
		shell.kill('SIGKILL');
		await until(() => scene.processes().length === 0, 'all to be gone');
		expect(scene.read('ran.txt')).toBeNull();
		scene.model.reset();
		scene.model.script(agent, say('Picked up.'));
		const next = await scene.relay(['run', '--json', '--continue']);
		expect(next.exitCode, next.stderr).toBe(0);
		expect(scene.turn(1).warnings.join()).toMatch(
			/Asked, but not answered: run a command.*: node make\.mjs ran\.txt/,
		);
		expect(scene.read('ran.txt')).toBeNull();
	});

	it('without a person at the shell nothing is asked: denied as ever', async () => {
		const scene = await openScene({ files: FILES });
		scene.model.script(agent, callTools(runs(COMMAND)), say('No luck.'));
		const run = await scene.relay(['run', '--json', '--agent', agent, 'Make the file']);
		expect(run.exitCode, run.stderr).toBe(0);
		expect(scene.turn(1).argv.join(' ')).not.toContain('PermissionRequest');
		expect(scene.read('ran.txt')).toBeNull();
	});
});

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
