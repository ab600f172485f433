import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { startProgram } from '../helpers/crash-program.ts';
import { killCount } from '../helpers/kills.ts';
import { until } from '../helpers/patience.ts';

let cli: CliHome;
beforeEach(() => {
	cli = new CliHome();
});
afterEach(() => cli.remove());

const INSTANTS = killCount(12);
/** Behind these instants it is killed once the folder has another name, until one was in time. */
const MOST_TRIES = INSTANTS + 20;
/** So many that the removal itself takes a while. */
const FILES = 3_000;

const sessions = () => join(cli.repo, '.agent-relay/sessions');
const witnesses = () => join(cli.home, '.local/state/agent-relay/witness');

/** The same session again, under another id, with its witness. */
function copyOf(first: string, at: number): string {
	const id = `${first.slice(0, -3)}${String(at).padStart(3, '0')}`;
	cpSync(join(sessions(), first), join(sessions(), id), { recursive: true });
	for (const [from, to] of [
		[join(sessions(), first, 'meta.json'), join(sessions(), id, 'meta.json')],
		[join(witnesses(), `${first}.jsonl`), join(witnesses(), `${id}.jsonl`)],
	] as const)
		writeFileSync(to, readFileSync(from, 'utf8').replaceAll(first, id));
	mkdirSync(join(sessions(), id, 'more'));
	for (let n = 0; n < FILES; n++) writeFileSync(join(sessions(), id, 'more', String(n)), '');
	return id;
}

describe('a delete that is killed', () => {
	it('leaves the whole session or one that the next command finishes, at whatever instant', async () => {
		const end = await cli.run(['run', '--agent', 'demo-closer', '--json', 'Say what you are.']);
		const first = /"session_id":"(\w{26})"/.exec(end.stdout)?.[1] ?? '';
		const wholeTook = await (async () => {
			const { ended } = startProgram({ cwd: cli.repo, env: cli.env }, 'delete', copyOf(first, 999), '--yes');
			return (await ended).tookMs;
		})();
		const seen = new Set<string>();
		for (let at = 0; at < INSTANTS || (at < MOST_TRIES && !seen.has('renamed')); at++) {
			const id = copyOf(first, at);
			const folder = join(sessions(), id);
			const run = startProgram({ cwd: cli.repo, env: cli.env }, 'delete', id, '--yes');
			if (at < INSTANTS) await sleep((wholeTook * (INSTANTS + at)) / (2 * INSTANTS));
			else await until(() => !existsSync(folder), 'the folder to have another name');
			run.kill('SIGKILL');
			await run.ended;
			const isThere = existsSync(folder);
			const isLeft = existsSync(join(sessions(), `.${id}.removed`));
			const hasWitness = existsSync(join(witnesses(), `${id}.jsonl`));
			seen.add(isThere ? 'whole' : isLeft ? 'renamed' : 'gone');
			if (isThere) {
				expect({ hasWitness, isLeft }).toEqual({ hasWitness: true, isLeft: false });
				expect(readdirSync(join(folder, 'more'))).toHaveLength(FILES);
			}
			const listed = JSON.parse((await cli.run(['sessions', '--json'])).stdout).sessions;
			expect(listed.map((one: { status: string }) => one.status)).not.toContain('damaged');
			const again = await cli.run(['delete', id, '--yes', '--json']);
			expect(again.exitCode).toBe(isThere || isLeft ? 0 : 4);
			expect(readdirSync(sessions())).toEqual([first]);
			expect(readdirSync(witnesses())).toEqual([`${first}.jsonl`]);
		}
		expect(seen).toContain('renamed');
	}, 300_000);
});
