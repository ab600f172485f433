import { existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/relay/exit-codes.ts';
import { CliHome } from '../helpers/cli-home.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

let cli: CliHome;

/** Agents that keep what they were sent; `cut` leaves its work unfinished. */
beforeEach(() => {
	cli = new CliHome();
	cli.configureAgents(
		{
			one: 'cat >>$HOME/one.txt; echo one did it',
			two: 'cat >>$HOME/two.txt; echo two did it',
			cut: 'cat >>$HOME/cut.txt; exit 9',
		},
		'[agents]\norder = ["one", "two"]\n[agents.gone]\ncommand = ["/nowhere/gone"]\n',
	);
});
afterEach(() => cli.remove());

const sent = (agent: string) => {
	const path = join(cli.home, `${agent}.txt`);
	return existsSync(path) ? readFileSync(path, 'utf8') : '';
};
const folderOf = (id: string) => join(cli.repo, '.agent-relay/sessions', id);
const metaOf = (id: string) => JSON.parse(readFileSync(join(folderOf(id), 'meta.json'), 'utf8'));

async function session(agent = 'one', task = 'Say what you are.'): Promise<string> {
	const end = await cli.run(['run', '--agent', agent, '--json', task]);
	const id = /"session_id":"(\w{26})"/.exec(end.stdout)?.[1];
	if (id === undefined) throw new Error(`no session was made: ${end.stderr}`);
	return id;
}

/** Everything of a session, by path. */
function filesOf(id: string): Record<string, string> {
	const names = readdirSync(folderOf(id), { recursive: true, encoding: 'utf8' });
	const files = names.filter((name) => statSync(join(folderOf(id), name)).isFile());
	return Object.fromEntries(files.map((name) => [name, readFileSync(join(folderOf(id), name), 'utf8')]));
}

describe('handoff --to', () => {
	it('leaves the session to that agent, and run -c continues there with the packet', async () => {
		const id = await session();
		const end = await cli.run(['handoff', id.slice(-6), '--to', 'two', '--json']);
		expect(end.exitCode).toBe(EXIT.done);
		const told = JSON.parse(end.stdout);
		expect(told).toMatchObject({ id, to: 'two', packet: 'resume/001-one-two.md', is_new: true });
		expect(metaOf(id)).toMatchObject({
			status: 'checkpointed',
			checkpoint: { reason: 'handoff', next_agent: 'two', packet: told.packet },
		});
		expect(readFileSync(join(folderOf(id), told.packet), 'utf8')).toContain('Say what you are.');
		expect(sent('two')).toBe('');
		expect((await cli.run(['run', '-c'])).exitCode).toBe(EXIT.done);
		expect(sent('two')).toMatch(/hand-over packet[\s\S]*Say what you are\./);
		expect(metaOf(id)).toMatchObject({ status: 'completed', active_agent: 'two', turn_count: 2 });
		expect((await cli.run(['show', '--log', id])).stdout).toContain('two');
	});

	it('takes the words of run -c, where there are some', async () => {
		const id = await session();
		await cli.run(['handoff', id, '--to', 'two']);
		expect((await cli.run(['run', '-c', 'Now the tests.'])).exitCode).toBe(EXIT.done);
		expect(sent('two')).toMatch(/<user-\w+>\nNow the tests\./);
		expect(metaOf(id).turn_count).toBe(2);
	});

	it('names a packet that waits for that agent already, and makes another for another agent', async () => {
		const id = await session();
		await cli.run(['handoff', id, '--to', 'two']);
		const before = filesOf(id);
		const again = await cli.run(['handoff', id, '--to', 'two']);
		expect(again).toMatchObject({ exitCode: EXIT.done });
		expect(again.stderr).toContain('resume/001-one-two.md; no second packet was made');
		expect(filesOf(id)).toEqual(before);
		await cli.run(['handoff', id, '--to', 'cut']);
		expect(metaOf(id).checkpoint.next_agent).toBe('cut');
	});

	it('--run lets it continue at once: what is unfinished, else the newest prompt again', async () => {
		const id = await session();
		const end = await cli.run(['handoff', id, '--to', 'two', '--run']);
		expect(end).toMatchObject({ exitCode: EXIT.done });
		expect(end.stdout).toContain('two did it');
		expect(sent('two')).toContain('Say what you are.');
		const cut = await session('cut', 'Tidy up.');
		const second = await cli.run(['handoff', cut, '--to', 'two', '--run', '--json']);
		expect(second.exitCode).toBe(EXIT.done);
		const last = JSON.parse(second.stdout.trim().split('\n').at(-1) ?? '');
		expect(last).toMatchObject({ to: 'two', is_new: true, exit_code: 0 });
		expect(sent('two')).toMatch(/<user-\w+>\nTidy up\./);
		expect(metaOf(cut)).toMatchObject({ status: 'completed', turn_count: 2 });
	});

	it('refuses what cannot be, each with its code, and changes nothing', async () => {
		const id = await session();
		const before = filesOf(id);
		const codes = async (...args: string[]) => (await cli.run(['handoff', ...args])).exitCode;
		expect(await codes(id)).toBe(EXIT.usage);
		expect(await codes(id, '--to', 'nobody')).toBe(EXIT.usage);
		expect(await codes(id, '--to', 'two', '--run', '--print')).toBe(EXIT.usage);
		expect(await codes('ZZZZZZ', '--to', 'two')).toBe(EXIT.notFound);
		expect(await codes(id, '--to', 'gone')).toBe(EXIT.notInstalled);
		writeFileSync(join(folderOf(id), 'lock'), '');
		for (const way of [['--to', 'two'], ['--print'], ['--to', 'two', '--run']])
			expect(await codes(id, ...way)).toBe(EXIT.locked);
		rmSync(join(folderOf(id), 'lock'));
		expect(filesOf(id)).toEqual(before);
		await cli.run(['archive', id]);
		expect(await codes(id, '--to', 'two')).toBe(EXIT.refused);
	});

	it('has nothing to hand off where no agent has worked', async () => {
		expect((await cli.run(['handoff', '--to', 'two'])).exitCode).toBe(EXIT.notFound);
		const id = await session();
		rmSync(join(folderOf(id), 'turns'), { recursive: true });
		const end = await cli.run(['handoff', id, '--to', 'two']);
		expect(end.exitCode).toBe(EXIT.notFound);
		expect(end.stderr).toContain('nothing to hand off');
	});

	it('asks about a session that no relay of this user began', async () => {
		const id = await session();
		rmSync(join(cli.home, '.local/state/agent-relay/witness'), { recursive: true });
		const before = filesOf(id);
		for (const way of [['--to', 'two'], ['--to', 'two', '--run'], ['--print']])
			expect((await cli.run(['handoff', id, ...way])).exitCode).toBe(EXIT.refused);
		expect(filesOf(id)).toEqual(before);
		const ask = async (answer: string) => {
			const relay = new PtyProgram(['handoff', id, '--to', 'two'], { cwd: cli.repo, env: cli.env });
			await relay.shows('Hand it off?');
			relay.type(answer);
			return relay.ended;
		};
		expect(await ask('\r')).toBe(EXIT.notFound);
		expect(await ask('\x1b[B\r')).toBe(EXIT.done);
		await cli.run(['run', '-c']);
		expect(sent('two')).toContain('> Say what you are.');
		expect(sent('two')).not.toMatch(/<user-\w+>\nSay what you are\./);
	});
});

describe('a packet for somebody else', () => {
	it('is printed, copied or written, and the session stays as it is', async () => {
		const id = await session();
		const before = filesOf(id);
		const printed = await cli.run(['handoff', id, '--print']);
		expect(printed.exitCode).toBe(EXIT.done);
		expect(printed.stdout).toMatch(/^This is a hand-over packet[\s\S]*Say what you are\./);
		const asJson = JSON.parse((await cli.run(['handoff', id, '--to', 'two', '--print', '--json'])).stdout);
		expect(asJson.packet).toContain('Say what you are.');
		cli.program('wl-copy', '#!/bin/sh\ncat >"$HOME/clip.txt"\n');
		const env = { PATH: cli.bin, WAYLAND_DISPLAY: 'w-0' };
		const copied = await cli.run(['handoff', id, '--copy'], { env });
		expect(copied).toMatchObject({ exitCode: EXIT.done });
		expect(copied.stderr).toContain('in the clipboard (wl-copy)');
		expect(readFileSync(join(cli.home, 'clip.txt'), 'utf8').trim()).toBe(printed.stdout.trim());
		const file = join(cli.base, 'packet.md');
		expect((await cli.run(['handoff', id, '--file', file])).exitCode).toBe(EXIT.done);
		expect(readFileSync(file, 'utf8').trim()).toBe(printed.stdout.trim());
		expect(filesOf(id)).toEqual(before);
	});

	it('goes over no file and through no link, and without a clipboard that is said', async () => {
		const id = await session();
		const file = join(cli.base, 'there.md');
		writeFileSync(file, 'mine');
		symlinkSync(join(cli.base, 'new.md'), join(cli.base, 'link.md'));
		for (const one of [file, join(cli.base, 'link.md')])
			expect((await cli.run(['handoff', id, '--file', one])).exitCode).toBe(EXIT.refused);
		expect(readFileSync(file, 'utf8')).toBe('mine');
		expect(existsSync(join(cli.base, 'new.md'))).toBe(false);
		const none = await cli.run(['handoff', id, '--copy'], { env: { PATH: cli.bin } });
		expect(none.exitCode).toBe(EXIT.failed);
		expect(none.stderr).toContain('There is no clipboard here');
		const relay = new PtyProgram(['handoff', id, '--copy'], {
			cwd: cli.repo,
			env: { ...cli.env, PATH: cli.bin },
		});
		expect(await relay.ended).toBe(EXIT.done);
		expect(relay.text()).toContain('in the clipboard (the terminal)');
	});
});
