/** Work that an entrant does in submodules and repos inside its worktree: named everywhere, and kept until it is elsewhere. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';

const SUB = 'libs/part one';
const FILL = 'git -c protocol.file.allow=always submodule update -q --init';
const COMMIT = 'git add -A && git -c user.name=A -c user.email=a@example.org commit -qm inside';

let cli: CliHome;

beforeEach(() => {
	cli = new CliHome();
	const part = join(cli.base, 'part');
	mkdirSync(part);
	git(part, 'init', '-q', '-b', 'main');
	writeFileSync(join(part, 'p.txt'), 'part\n');
	git(part, 'add', '-A');
	git(part, ...author, 'commit', '-qm', 'part');
	git(cli.repo, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', part, SUB);
	git(cli.repo, ...author, 'commit', '-qam', 'with a part');
});
afterEach(() => cli.remove());

const author = ['-c', 'user.name=A', '-c', 'user.email=a@example.org'];
const git = (folder: string, ...args: string[]) =>
	execFileSync('git', args, { cwd: folder, env: cli.env, encoding: 'utf8' });

/** Two agents that do nothing but what their scripts say. */
function agents(one: string): void {
	const script = (work: string) => `cat > /dev/null; ${work}; echo done`;
	cli.configureAgents({ one: script(one), two: script('echo two > two.txt') });
}

const race = (...flags: string[]) => cli.run(['race', 'do', '-A', 'one,two', '--check', 'true', ...flags]);
const worktree = async () => (await cli.run(['race', 'open', 'one'])).stdout.trim();
const flat = ({ stdout, stderr }: { stdout: string; stderr: string }) =>
	(stdout + stderr).replace(/\s+/g, ' ');
const raceJson = () => {
	const sessions = join(cli.repo, '.agent-relay/sessions');
	const found = readdirSync(sessions).find((name) => existsSync(join(sessions, name, 'race.json')));
	return JSON.parse(readFileSync(join(sessions, found ?? '', 'race.json'), 'utf8'));
};

describe('work of an entrant in a submodule', () => {
	it('that nobody filled is counted, named where it is left out, and kept', async () => {
		agents(`echo T > t.txt; echo work > '${SUB}/precious.txt'`);
		expect(flat(await race())).toContain(`${SUB}: 1 file in the folder of a submodule that is empty here`);
		expect(flat(await cli.run(['race', 'diff', 'one']))).toContain(`[not in this diff: one, ${SUB}: 1 file`);
		const adopted = await cli.run(['race', 'adopt', 'one']);
		expect(adopted.exitCode).toBe(0);
		expect(flat(adopted)).toContain(`- ${SUB}: not adopted, 1 file`);
		expect(raceJson().not_adopted).toMatchObject([{ entrant: 'one', path: SUB }]);
		expect(flat(await cli.run(['race', 'show']))).toContain(`! not adopted of one: ${SUB}`);
		const place = await worktree();
		const cleaned = await cli.run(['race', 'clean', '--apply']);
		expect(cleaned.exitCode).toBe(5);
		expect(flat(cleaned)).toContain(`${SUB}: 1 file`);
		expect(readFileSync(join(place, SUB, 'precious.txt'), 'utf8')).toBe('work\n');
	});

	it('as a commit alone is never adopted as "0 files", and kept until a ref of the checkout has it', async () => {
		agents(`cd '${SUB}' && echo c > precious.txt && ${COMMIT}`);
		await race('--setup', FILL);
		const adopted = await cli.run(['race', 'adopt', 'one']);
		expect(adopted.exitCode).toBe(5);
		expect(flat(adopted)).toContain('Nothing of one can be adopted');
		expect(flat(adopted)).toContain(`- ${SUB}: not adopted, 1 commit`);
		expect(flat(adopted)).not.toContain('0 files written');
		const place = await worktree();
		const commit = git(join(place, SUB), 'rev-parse', 'HEAD').trim();
		expect((await cli.run(['race', 'clean', '--apply'])).exitCode).toBe(5);
		const { omitted } = JSON.parse((await cli.run(['race', 'adopt', 'one', '--json'])).stdout);
		const command = /get the commits with: (git .*)$/.exec(omitted[0].why)?.[1] ?? 'false';
		execFileSync('/bin/sh', ['-c', command], { cwd: cli.repo, env: cli.env, stdio: 'pipe' });
		expect((await cli.run(['race', 'clean', '--apply'])).exitCode).toBe(0);
		expect(existsSync(place)).toBe(false);
		git(join(cli.repo, SUB), 'cat-file', '-e', commit);
	});

	it('is kept where its folder, or the whole worktree, was deleted after the commit', async () => {
		agents(`(cd '${SUB}' && echo c > precious.txt && ${COMMIT}); rm -rf '${SUB}'; echo T > t.txt`);
		await race('--setup', FILL);
		const place = await worktree();
		const first = await cli.run(['race', 'clean', '--apply']);
		expect(flat(first)).toContain(`${SUB}: 1 commit in a repo of its own, nowhere else`);
		rmSync(place, { recursive: true });
		const second = await cli.run(['race', 'clean', '--apply']);
		expect(second.exitCode).toBe(5);
		expect(flat(second)).toContain(`${SUB}: 1 commit in a repo of its own, nowhere else`);
	});

	it('that is not committed is named and kept', async () => {
		agents(`echo T > t.txt; echo U > '${SUB}/precious.txt'`);
		await race('--setup', FILL);
		expect(flat(await cli.run(['race', 'adopt', 'one']))).toContain(`- ${SUB}: not adopted, 1 changed file`);
		expect((await cli.run(['race', 'clean', '--apply'])).exitCode).toBe(5);
		expect(existsSync(join(await worktree(), SUB, 'precious.txt'))).toBe(true);
	});

	it('is none where it was only filled: all goes', async () => {
		agents('echo T > t.txt');
		await race('--setup', FILL);
		const adopted = await cli.run(['race', 'adopt', 'one']);
		expect(flat(adopted)).toContain('one is adopted: 1 file written');
		expect(flat(adopted)).not.toContain(SUB);
		expect((await cli.run(['race', 'clean', '--apply'])).exitCode).toBe(0);
	});
});

describe('what stops an adoption', () => {
	it('is kept with the race, path by path, and shown until it is adopted', async () => {
		agents('echo T > t.txt; echo N > new.txt');
		await race();
		cli.write('t.txt', 'mine\n');
		cli.write('new.txt', 'mine\n');
		expect((await cli.run(['race', 'adopt', 'one'])).exitCode).toBe(5);
		expect(raceJson().not_adopted).toMatchObject([{ path: 'new.txt' }, { path: 't.txt' }]);
		const shown = flat(await cli.run(['race', 'show']));
		for (const path of ['new.txt', 't.txt']) expect(shown).toContain(`! not adopted of one: ${path}`);
		for (const path of ['new.txt', 't.txt']) rmSync(join(cli.repo, path));
		expect((await cli.run(['race', 'adopt', 'one'])).exitCode).toBe(0);
		expect(raceJson().not_adopted).toEqual([]);
	});
});
