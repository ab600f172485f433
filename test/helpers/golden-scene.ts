/** One command line of the built program as a golden text: what was typed, the exit code, stdout and stderr apart. */
import { join, resolve } from 'node:path';
import { BUILT_IN_AGENTS } from '../../src/config/schema.ts';
import { quoteForShell } from '../../src/core/quote-for-shell.ts';
import { CliHome, type CliRun } from './cli-home.ts';
import { type GoldenText, withoutPadding } from './golden-text.ts';
import { knowSessions } from './golden-tree.ts';

const STEER = resolve(import.meta.dirname, 'steered-program.cjs');
/** Room for the temporary folders of Linux and macOS, and for a socket's path below the home. */
const PATH_CHARS = 76;

export interface SceneRun {
	args: readonly string[];
	input?: string;
	env?: Record<string, string>;
	/** stdout is a terminal that wide. */
	columns?: number;
	/** Where the wall clock stands, epoch ms. Only for what waits for nothing. */
	now?: number;
}

/**
 * A home in which nothing of the machine is found, under a path of one length. Of the agents that come with the relay only `agents`
 * are looked for: some machines have others in places that are searched whatever PATH is. `settings`: more of the user's config.
 */
export function createGoldenHome({
	agents = [],
	settings = '',
}: {
	agents?: string[];
	settings?: string;
} = {}) {
	const cli = new CliHome({ pathChars: PATH_CHARS });
	const hidden = BUILT_IN_AGENTS.filter((agent) => !agents.includes(agent));
	const gone = hidden.map((agent) => `[agents.${agent}]\nexecutable = "/nowhere/${agent}"\n`).join('');
	cli.write(join(cli.home, '.config/agent-relay/config.toml'), settings + gone);
	return cli;
}

export function runScene(cli: CliHome, { args, input, env, columns, now }: SceneRun): Promise<CliRun> {
	const isSteered = columns !== undefined || now !== undefined;
	const steer = isSteered ? { RELAY_STEER: JSON.stringify({ columns, now }) } : {};
	return cli.run(args, {
		env: { PATH: cli.bin, TZ: 'UTC', NO_COLOR: '1', ...steer, ...env },
		...(input === undefined ? {} : { input }),
		...(isSteered ? { nodeFlags: ['--require', STEER] } : {}),
	});
}

export async function sceneText(cli: CliHome, scene: SceneRun, words: GoldenText): Promise<string> {
	const { exitCode, stdout, stderr } = await runScene(cli, scene);
	const { args, input, columns } = scene;
	if (!words.hasFixedTimes) knowSessions(cli, words);
	const typed = ['agent-relay', ...args.map(quoteForShell)].join(' ');
	const width = columns === undefined ? '' : ` (on a terminal of ${columns} columns)`;
	const parts = [
		`$ ${typed}${width}\n`,
		...(input === undefined ? [] : [section('stdin', input)]),
		`exit ${exitCode}\n`,
		section('stdout', stdout),
		section('stderr', stderr),
	];
	const text = words.of(parts.join(''));
	return words.hasFixedTimes ? text : withoutPadding(text);
}

const section = (name: string, text: string) =>
	text === '' ? '' : `--- ${name}\n${text}${text.endsWith('\n') ? '' : '\n(no line break)\n'}`;
