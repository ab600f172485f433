/** Lines of the relay's own while something is drawn on the terminal: shown whole by whoever draws, and nowhere else. */
import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { until } from '../helpers/patience.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

let cli: CliHome;
beforeEach(() => {
	cli = new CliHome();
});
afterEach(() => cli.remove());

const start = (...args: string[]) =>
	new PtyProgram(args, { cwd: cli.repo, env: { ...cli.env, TERM: 'xterm-256color' } });

/** As one text, however the rows were broken. */
const joined = (text: string) => text.replace(/\s+/g, '');

function damageLedger(): void {
	const folder = join(cli.home, '.local/state/agent-relay');
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, 'limits.json'), 'no ledger');
}

it('shows in the shell that a session left its folder between two prompts, above the edit line, and logs it', async () => {
	const program = start('--agent', 'sprinter');
	await program.shows('type a task');
	program.type('hello\r');
	await program.shows('demo-sprinter demo-script');
	await program.shows('demo-sprinter ›');
	const sessions = join(cli.repo, '.agent-relay/sessions');
	const [id = ''] = readdirSync(sessions);
	const turns = join(sessions, id, 'turns');
	renameSync(turns, join(cli.base, 'turns'));
	symlinkSync(cli.base, turns);
	program.type('hello again\r');
	await until(
		() => joined(program.text()).includes('11characters'),
		'the second answer',
		() => program.text(),
	);
	const kept = join(cli.home, '.local/state/agent-relay/kept');
	const [repo = ''] = readdirSync(kept);
	const there = join(kept, repo, 'sessions', id);
	const said = `${turns} is a symbolic link now; nothing is written through it. This session continues in ${there}`;
	expect(joined(program.text())).toContain(joined(`› hello again ! ${said} [demo]`));
	program.type('/exit\r');
	expect(await program.ended).toBe(0);
	const log = readFileSync(join(there, 'log.jsonl'), 'utf8').trim().split('\n');
	const notices = log.map((line) => JSON.parse(line)).filter(({ type }) => type === 'notice');
	expect(notices).toEqual([expect.objectContaining({ level: 'warning', text: said })]);
});

it('shows in the shell what the relay has to say while its first lines are drawn', async () => {
	damageLedger();
	const program = start('--agent', 'sprinter');
	await program.shows('! the record of limits was damaged');
	await program.shows('type a task');
	program.type('/exit\r');
	expect(await program.ended).toBe(0);
	expect(program.text()).not.toContain('agent-relay: the record');
});

it('shows such a line in `run`, where the live view draws', async () => {
	damageLedger();
	const program = start('run', '--agent', 'sprinter', 'hello');
	await program.ended;
	expect(program.text()).toContain('! the record of limits was damaged');
	expect(program.text()).not.toContain('agent-relay: the record');
});
