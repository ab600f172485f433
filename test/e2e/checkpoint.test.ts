import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/relay/exit-codes.ts';
import { CliHome } from '../helpers/cli-home.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

let cli: CliHome;
beforeEach(() => {
	cli = new CliHome();
	const scripts = { one: 'cat >/dev/null; echo one did it', cut: 'cat >/dev/null; exit 9' };
	cli.configureAgents(scripts, '[agents]\norder = ["one"]\n');
});
afterEach(() => cli.remove());

const sessions = () => join(cli.repo, '.agent-relay/sessions');
const metaOf = (id: string) => JSON.parse(readFileSync(join(sessions(), id, 'meta.json'), 'utf8'));

async function session(agent = 'one', task = 'Say what you are.'): Promise<string> {
	await cli.run(['run', '--agent', agent, task]);
	const [id = ''] = readdirSync(sessions());
	return id;
}

describe('checkpoint', () => {
	it('writes the packet with the note, once, and run -c continues with it', async () => {
		const id = await session();
		const first = await cli.run(['checkpoint', id.slice(-6), 'before', 'the', 'holidays', '--json']);
		expect(first.exitCode, first.stderr).toBe(EXIT.done);
		const told = JSON.parse(first.stdout.trim().split('\n').at(-1) ?? '');
		expect(told).toMatchObject({ id, packet: 'resume/001-one-next.md', is_new: true });
		expect(readFileSync(join(sessions(), id, told.packet), 'utf8')).toContain('before the holidays');
		expect(metaOf(id)).toMatchObject({ status: 'checkpointed', checkpoint: { reason: 'handoff' } });
		const again = await cli.run(['checkpoint']);
		expect(again).toMatchObject({ exitCode: EXIT.done });
		expect(again.stderr).toContain('Nothing has happened since');
		expect(readdirSync(join(sessions(), id, 'resume'))).toHaveLength(2);
		expect((await cli.run(['run', '-c', 'go on'])).exitCode).toBe(EXIT.done);
	});

	it('leaves what waits as it is', async () => {
		const id = await session('cut', 'Do it.');
		const before = metaOf(id).checkpoint;
		const end = await cli.run(['checkpoint', id, 'mind', 'the', 'tabs']);
		expect(end.exitCode, end.stderr).toBe(EXIT.done);
		expect(metaOf(id).checkpoint).toMatchObject({ reason: before.reason, next_agent: before.next_agent });
		const packet = readFileSync(join(sessions(), id, metaOf(id).checkpoint.packet), 'utf8');
		for (const words of ['Do it.', 'mind the tabs']) expect(packet).toContain(words);
	});

	it('says what to do where the session is open in another relay, or there is none', async () => {
		expect(await cli.run(['checkpoint'])).toMatchObject({ exitCode: EXIT.notFound });
		const shell = new PtyProgram(['--agent', 'one'], { cwd: cli.repo, env: cli.env });
		await shell.shows('type a task');
		shell.type('Say what you are.\r');
		await shell.shows('one did it');
		const [id = ''] = readdirSync(sessions());
		const end = await cli.run(['checkpoint', id]);
		expect(end).toMatchObject({ exitCode: EXIT.locked });
		expect(end.stderr).toContain('In its own shell: /checkpoint');
		shell.type('/exit\r');
		await shell.ended;
	});
});
