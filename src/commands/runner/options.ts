import { parseDuration } from '../../config/duration.ts';
import { RelayError } from '../../core/errors.ts';
import { command } from '../command.ts';
import {
	asJson,
	asTyped,
	choice,
	flag,
	needed,
	only,
	value,
	valueOr,
	values,
	words,
	yes,
} from '../options/option-table.ts';

const facts = { in: ['cli', 'shell'], duringTurn: 'now', ignoresName: true } as const;
const runner = needed('<runner>', 'its name, or the start of its uuid', 'runners');
const port = value(
	'--port <number>',
	'its port: 0 none, -1 the first that is free from 1001',
	'none',
	asTyped,
);
const protocol = choice('--protocol <name>', 'of the port: tcp or udp', ['tcp', 'udp']);
const dns = value(
	'--dns <name>',
	'its DNS name: lowercase labels; an empty one takes it away',
	'none',
	asTyped,
);
const image = value(
	'--image <name>',
	'the image of its container; it has sh, tmux and the agent',
	'none',
	asTyped,
);
const lines = async () => import('./lines.ts');

const milliseconds =
	(name: string) =>
	(text: string): number => {
		const seconds = parseDuration(text);
		if (seconds !== null) return seconds * 1000;
		throw new RelayError('usage', `${name} takes a time such as 30s or 5m, not ${JSON.stringify(text)}.`);
	};

export const runnerOpen = command({
	...facts,
	in: ['cli'],
	path: 'runner open',
	isDefault: true,
	about: 'the runners on a full screen, with a key for each command; without a terminal, the list',
	examples: ['runner open', 'runner open --json'],
	options: { json: asJson },
	load: async () => (await import('./open-picker.ts')).runnerOpen,
	lines: async () => (await lines()).runnerOpenLines,
});

export const runnerList = command({
	...facts,
	path: 'runner list',
	about: 'list the runners: - stopped, R running, C somebody is attached, L locked',
	examples: ['runner list', 'runner list --json'],
	options: { json: asJson },
	load: async () => (await import('./show-runners.ts')).runnerList,
	lines: async () => (await lines()).runnerListLines,
});

export const runnerShow = command({
	...facts,
	path: 'runner show',
	about: 'show a runner: its state, its folder, its recording',
	examples: ['runner show api', 'runner show api --json'],
	options: { runner, json: asJson },
	load: async () => (await import('./show-runners.ts')).runnerShow,
	lines: async () => (await lines()).runnerShowLines,
});

export const runnerCreate = command({
	...facts,
	path: 'runner create',
	about: 'create a runner for an agent or a command; nothing starts until it is attached',
	examples: [
		'runner create api --agent claude --repo .',
		'runner create web --in-place --port -1 --dns web',
		'runner create build -- make watch',
		'runner create api --kind podman --image agents --repo .',
	],
	options: {
		name: needed('<name>', 'letters, digits, - and _, 1 to 64', 'none'),
		command: values('[command...]', 'a program and its arguments, in place of an agent', 'none', asTyped),
		agent: value('--agent <name>', 'the agent; default: the first one of your order', 'agents', asTyped),
		repo: value('--repo <path>', 'a repo of this machine that its folder is cloned from', 'folders', asTyped),
		inPlace: flag('--in-place', 'work in the repo itself, which is never copied and never removed'),
		kind: choice('--kind <name>', 'what runs it: local (default), podman or docker', [
			'local',
			'podman',
			'docker',
		]),
		image,
		port,
		protocol,
		dns,
		json: asJson,
	},
	load: async () => (await import('./create-runner.ts')).runnerCreate,
	lines: async () => (await lines()).runnerChangeLines,
});

export const runnerAttach = command({
	...facts,
	path: 'runner attach',
	about: 'attach this terminal to a runner, which starts where it is stopped; Ctrl-B D comes back',
	examples: ['runner attach api'],
	linesTo: 'stderr',
	options: { runner, json: asJson },
	load: async () => (await import('./use-runner.ts')).runnerAttach,
	lines: async () => (await lines()).runnerUseLines,
});

export const runnerBackground = command({
	...facts,
	path: 'runner background',
	about: 'send back every terminal that is attached to a runner, which goes on',
	examples: ['runner background api'],
	options: { runner, json: asJson },
	load: async () => (await import('./use-runner.ts')).runnerBackground,
	lines: async () => (await lines()).runnerUseLines,
});

export const runnerClone = command({
	...facts,
	path: 'runner clone',
	about: 'copy a runner with its folder; the copy has no port and no DNS name, and does not run',
	examples: ['runner clone api api-2'],
	options: {
		runner,
		name: value('[name]', 'the name of the copy', 'none', asTyped),
		json: asJson,
	},
	load: async () => (await import('./create-runner.ts')).runnerClone,
	lines: async () => (await lines()).runnerChangeLines,
});

export const runnerEdit = command({
	...facts,
	path: 'runner edit',
	about: 'change the settings of a runner; what runs keeps its own until it is restarted',
	examples: ['runner edit api --port 8080', 'runner edit api --rename shop --dns shop'],
	options: {
		runner,
		rename: value('--rename <name>', 'another name', 'none', asTyped),
		agent: value('--agent <name>', 'another agent', 'agents', asTyped),
		port,
		protocol,
		dns,
		image,
		json: asJson,
	},
	load: async () => (await import('./edit-runner.ts')).runnerEdit,
	lines: async () => (await lines()).runnerChangeLines,
});

export const runnerRestart = command({
	...facts,
	path: 'runner restart',
	about: 'start a runner with its settings, with nobody attached',
	examples: ['runner restart api', 'runner restart api --force'],
	options: { runner, force: flag('--force', 'end what is running first'), json: asJson },
	load: async () => (await import('./end-runner.ts')).runnerRestart,
	lines: async () => (await lines()).runnerChangeLines,
});

export const runnerKill = command({
	...facts,
	path: 'runner kill',
	about: 'end what a runner runs: SIGTERM, and SIGKILL 10 s later; its folder is kept',
	examples: ['runner kill api'],
	options: { runner, json: asJson },
	load: async () => (await import('./end-runner.ts')).runnerKill,
	lines: async () => (await lines()).runnerEndLines,
});

export const runnerDelete = command({
	...facts,
	path: 'runner delete',
	about: 'end a runner and remove its folder, its work and its DNS name',
	examples: ['runner delete api', 'runner delete api --yes'],
	shell: {
		usage: 'runner delete NAME',
		example: '/runner delete api',
		summary: 'end a runner and remove its folder, its work and its DNS name',
	},
	options: { runner, yes: yes('delete it without asking'), json: asJson },
	load: async () => (await import('./end-runner.ts')).runnerDelete,
	lines: async () => (await lines()).runnerEndLines,
});

export const runnerOverride = command({
	...facts,
	path: 'runner override',
	about: 'remove the lock of a runner that does not run',
	examples: ['runner override api'],
	options: { runner, force: flag('--force', 'although the process that has it is alive'), json: asJson },
	load: async () => (await import('./end-runner.ts')).runnerOverride,
	lines: async () => (await lines()).runnerEndLines,
});

export const runnerResolve = command({
	...facts,
	path: 'runner resolve',
	about: 'print the address of a DNS name of a runner',
	examples: ['runner resolve api'],
	options: { name: needed('<name>', 'a DNS name, or a runner', 'runners'), json: asJson },
	load: async () => (await import('./show-runners.ts')).runnerResolve,
	lines: async () => (await lines()).resolveLines,
});

export const runnerSend = command({
	...facts,
	path: 'runner send',
	about: 'paste text into a runner, and press Enter after it',
	examples: ['runner send api "run the tests"', 'runner send api --file task.md'],
	options: {
		runner,
		text: words('[text...]', 'what is pasted', 'text', asTyped),
		file: only('cli', value('-f, --file <file>', 'the text of this file; - is stdin', 'files', asTyped)),
		pasteOnly: flag('--paste-only', 'without Enter after it'),
		json: asJson,
	},
	load: async () => (await import('./use-runner.ts')).runnerSend,
	lines: async () => (await lines()).runnerUseLines,
});

export const runnerPeek = command({
	...facts,
	path: 'runner peek',
	about: 'print the screen of a runner as text',
	examples: ['runner peek api'],
	options: { runner, json: asJson },
	load: async () => (await import('./use-runner.ts')).runnerPeek,
	lines: async () => (await lines()).peekLines,
});

export const runnerWait = command({
	...facts,
	in: ['cli'],
	path: 'runner wait',
	about: 'wait until a runner has ended, or until its screen does not change any more',
	examples: ['runner wait api', 'runner wait api --idle --timeout 10m'],
	options: {
		runner,
		idle: flag('--idle', 'until its screen does not change any more'),
		quietFor: valueOr(
			'3s',
			'--quiet-for <time>',
			'with --idle: how long it must not change',
			'none',
			milliseconds('--quiet-for'),
		),
		timeout: value('--timeout <time>', 'exit 3 after this time', 'none', milliseconds('--timeout')),
		json: asJson,
	},
	load: async () => (await import('./use-runner.ts')).runnerWait,
	lines: async () => (await lines()).runnerUseLines,
});
