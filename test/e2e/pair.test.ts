import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/relay/exit-codes.ts';
import { CliHome, PROGRAM } from '../helpers/cli-home.ts';
import { hasTmux, OpenPair } from '../helpers/open-pair.ts';

let cli: CliHome;
let pair: OpenPair;

beforeEach(() => {
	cli = new CliHome();
	const keeps = (name: string) =>
		`cat >"$HOME/${name}-$AGENT_RELAY_TURN.txt"; env >"$HOME/${name}-env.txt"; echo ${name} >>${name}.txt; echo ${name} did it`;
	cli.configureAgents({ ann: keeps('ann'), bob: keeps('bob') });
	pair = new OpenPair(cli);
});
afterEach(async () => {
	pair.remove();
	if (pair.panes.length > 0) await pair.gone();
	cli.remove();
});

/** The last row of a turn: only from then on does the other agent hear of it. */
const FOOTER = { ann: /^ {2}ann · .* · \d\d:\d\d/m, bob: /^ {2}bob · .* · \d\d:\d\d/m };
const sent = (name: string, turn: number) => readFileSync(join(cli.home, `${name}-${turn}.txt`), 'utf8');
const stateHome = () => join(cli.home, '.local/state/agent-relay');
const left = () =>
	[
		join(cli.repo, '.agent-relay/runtime/duo'),
		join(stateHome(), 'pairs'),
		join(stateHome(), 'relays'),
	].flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []));

describe.skipIf(!hasTmux)('a pair', () => {
	it('tells each agent what the other did since, and shares notes and what is said', async () => {
		await pair.open('ann,bob', '--name', 'duo');
		pair.type(0, 'begin with the parser');
		await pair.shows(0, FOOTER.ann);
		expect(sent('ann', 1)).toBe('begin with the parser');
		pair.type(0, '/note the port is 8080');
		await pair.shows(1, /Noted in the other shell: the port is 8080/);
		pair.type(1, 'and you?');
		await pair.shows(1, FOOTER.bob);
		const first = sent('bob', 1);
		expect(first).toMatch(/## Objective \(the user's words\)\n<user-\w+>\nand you\?\n/);
		expect(first).toMatch(/works beside you, in the same folder/);
		expect(first).toMatch(/<record-\w+>\n(?:>.*\n)*.*turn 1 of session …\w{6}, ann:\n> ann did it\n/);
		expect(first).toContain('added ann.txt (+1 -0)');
		expect(first.match(/the port is 8080/g)).toHaveLength(1);
		expect(first).not.toContain('not confirmed');
		pair.type(1, '/say !both: how far?');
		await pair.shows(0, /What bob did beside you since goes with your prompt/);
		await pair.shows(0, /ann did it/, 2);
		await pair.shows(1, /bob did it/, 2);
		for (const name of ['ann', 'bob']) expect(sent(name, 2)).toContain('!both: how far?');
		for (const at of [0, 1]) expect(pair.screen(at)).not.toContain('not yours');
		// Two participants of one name, each with its own session, and nothing of the pair in the agents' environment.
		const ids = readdirSync(join(cli.repo, '.agent-relay/sessions'));
		expect(ids).toHaveLength(2);
		expect(readFileSync(join(cli.home, 'ann-env.txt'), 'utf8')).not.toContain('AGENT_RELAY_PAIR');
		for (const id of ids) await pair.shows(2, new RegExp(`${id.slice(-6)} │ (ann|bob) did it`));
	});

	it('ends with its last shell, whoever ends them, and leaves nothing', async () => {
		const ends: Array<() => unknown> = [
			() => pair.panes.slice(0, 2).map(({ pid }) => process.kill(pid, 'SIGKILL')),
			() => pair.tmux('kill-server'),
			() => cli.run(['kill', '--session', 'duo'], { env: pair.env }),
		];
		for (const end of ends) {
			await pair.open('ann,bob', '--name', 'duo');
			pair.type(0, '/note remember');
			await pair.shows(1, /Noted in the other shell/);
			await end();
			await pair.gone();
			const { stdout } = await cli.run(['name', 'list', '--json']);
			expect(JSON.parse(stdout).names.at(-1)).toMatchObject({ id: 'duo', lifecycle: 'inactive' });
		}
		// What was killed could remove nothing.
		await cli.run(['name', 'prune', '--apply']);
		expect(left()).toEqual([]);
		expect(pair.sockets()).toEqual([]);
	});

	it('goes on with one shell, and without the pane that watches', async () => {
		await pair.open('ann,bob', '--name', 'duo');
		pair.type(0, '/exit');
		await pair.until(
			() => pair.list().length === 2,
			() => 'the end of the left shell',
		);
		pair.tmux('kill-pane', '-t', pair.panes[2]?.id ?? '');
		pair.type(1, 'alone');
		await pair.shows(1, /bob did it/);
		const again = await cli.run(['--name', 'duo', 'pair', '--json'], { env: pair.env });
		expect(JSON.parse(again.stdout)).toMatchObject({ name: 'duo', was_open: true, is_open: true });
	});

	it('is a window of the tmux in which it is called', async () => {
		const [node, flags] = [process.execPath, ['--no-watch', '--agents', 'ann,bob']];
		// The server needs a first call before there is a socket to find it by.
		pair.startServer('user', ['sh']);
		pair.tmux('send-keys', '-l', `${node} ${PROGRAM} --name duo pair ${flags.join(' ')}`);
		pair.tmux('send-keys', 'Enter');
		await pair.until(
			() => pair.list().length === 3,
			() => `three panes, not ${pair.list().length}`,
		);
		pair.panes = pair.list();
		expect(pair.sockets()).toEqual(['user']);
		expect(pair.tmux('list-windows', '-F', '#{window_name} #{window_panes}').stdout).toContain('pair-duo 2');
		for (const at of [1, 2]) await pair.shows(at, / › /);
		await cli.run(['kill', '--session', 'duo'], { env: pair.env });
		await pair.until(
			() => pair.list().length === 1,
			() => 'the end of the window',
		);
	});
});

describe('pair', () => {
	it('opens nothing without tmux, without an agent, or for a name that may not start', async () => {
		const codeOf = async (...args: string[]) => (await cli.run(args, { env: pair.env })).exitCode;
		const none = await cli.run(['pair', '--agents', 'ann,bob'], { env: { PATH: cli.bin } });
		expect(none.exitCode).toBe(EXIT.notInstalled);
		expect(none.stderr).toContain('Install it: apt install tmux');
		expect(await codeOf('pair', '--agents', 'ann')).toBe(EXIT.usage);
		if (!hasTmux) return;
		expect(await codeOf('pair', '--agents', 'ann,nobody')).toBe(EXIT.usage);
		expect(await codeOf('pair', '--agents', 'ann,codex')).toBe(EXIT.notInstalled);
		expect(existsSync(join(cli.repo, '.agent-relay/names.json'))).toBe(false);
		await cli.run(['name', 'create', 'duo', '--worktree', cli.home]);
		expect(await codeOf('--name', 'duo', 'pair', '--agents', 'ann,bob')).toBe(EXIT.refused);
		expect(pair.sockets()).toEqual([]);
	});
});
