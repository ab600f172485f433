import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RelayError } from '../../src/core/errors.ts';
import { EngineBench, processes, RECORDED_AT } from '../helpers/engine-bench.ts';
import { claudeAnswers, claudeLimited, codexAnswers } from '../helpers/fake-agent-lines.ts';
import { killCount } from '../helpers/kills.ts';
import { afterCut, type Damage, type Moment, watchWrites } from '../helpers/power-cuts.ts';

/** Moments that are tried of all that there are, times three. */
const CUTS = killCount(21);
const DAMAGES: readonly Damage[] = ['empty', 'cut', 'missing'];
const [FIRST, SECOND] = ['Build the first thing, in full.', 'Now build the second thing.'];
/** Errors that say what is wrong with a record that a cut has left nothing of. */
const MAY_BE_TOLD = ['no_such_session', 'damaged_record', 'usage'];

let bench: EngineBench;
let moments: Array<Moment & { task: string }> = [];

/** A turn that is done, and one that meets a limit and is handed over, with each write in between. */
async function record(): Promise<void> {
	bench.install('claude', { turns: [claudeAnswers('the first'), claudeLimited(RECORDED_AT / 1000 + 9000)] });
	bench.install('codex', { nativeSession: 'thread-1', turns: [codexAnswers('the second')] });
	const relay = await bench.relay({ agent: 'claude' });
	const watch = watchWrites([join(bench.repo, '.agent-relay'), bench.state]);
	try {
		await relay.send(FIRST);
		const first = watch.moments.length;
		await relay.send(SECOND);
		await relay.relay.close();
		moments = watch.moments.map((moment, at) => ({ ...moment, task: at < first ? FIRST : SECOND }));
	} finally {
		watch.stop();
	}
}

/** The disk as the next boot finds it: long ago, and by processes of another boot. */
function lay(files: ReadonlyArray<{ path: string; bytes: Buffer }>): void {
	for (const folder of [join(bench.repo, '.agent-relay'), bench.state])
		rmSync(folder, { recursive: true, force: true });
	const boot = processes.place().boot_id ?? 'none';
	const longAgo = new Date(RECORDED_AT - 400 * 24 * 3_600_000);
	for (const { path, bytes } of files) {
		mkdirSync(dirname(path), { recursive: true });
		const text = bytes.toString('latin1');
		writeFileSync(path, text.includes(boot) ? text.replaceAll(boot, 'an-earlier-boot') : bytes, 'latin1');
		utimesSync(path, longAgo, longAgo);
	}
}

/** Every moment at which the files differ, spread over the run. */
function chosen(): Array<Moment & { task: string }> {
	const step = Math.max(1, moments.length / CUTS);
	return Array.from(
		{ length: Math.min(CUTS, moments.length) },
		(_, at) => moments[Math.floor(at * step)],
	).flatMap((moment) => moment ?? []);
}

async function check(
	{ task }: { task: string },
	files: ReadonlyArray<{ path: string; bytes: Buffer }>,
): Promise<void> {
	bench.install('claude', { turns: [claudeAnswers('again')] });
	bench.install('codex', { nativeSession: 'thread-2', turns: [codexAnswers('again')] });
	const heard = () => [...bench.received('claude'), ...bench.received('codex')].map(({ prompt }) => prompt);
	const before = heard().length;
	const relay = await bench.relay();
	const { store } = relay.deps;
	// Listing and reading never fail for what a cut left.
	const sessions = store.list();
	for (const { id, meta } of sessions) if (meta !== null) store.lineage(id);
	await relay.relay.repairAbandoned();
	const [session] = sessions;
	const isThere = files.some(
		({ path, bytes }) => /prompt\.md$|meta\.json$/.test(path) && bytes.toString().includes(task),
	);
	const isDone = store
		.turns(session?.id ?? ('' as never))
		.some(({ status, turn }) => status === 'completed' && (task === FIRST ? turn === 1 : turn > 1));
	if (session !== undefined) await goOn(relay, session.id, { isDone, isThere });
	if (session?.meta && isThere && !isDone)
		expect(heard().slice(before).join('\n'), 'the words that wait are sent').toContain(task);
	// A new task works beside whatever is left.
	const other = await bench.relay({ agent: 'claude' });
	expect(await other.send('something else')).toMatchObject({ outcome: 'completed' });
	await Promise.all([relay.relay.close(), other.relay.close()]);
}

async function goOn(
	{ relay, deps, options }: Awaited<ReturnType<EngineBench['relay']>>,
	id: Parameters<typeof relay.resume>[0],
	{ isDone, isThere }: { isDone: boolean; isThere: boolean },
): Promise<void> {
	try {
		const { status } = deps.store.status(id);
		// A turn whose end is not on disk is never told as done.
		if (isThere && !isDone) expect(status).not.toBe('completed');
		if (status === 'completed') return;
		await relay.resume(id);
		await relay.continuePending(options);
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		expect(MAY_BE_TOLD).toContain(error.code);
	}
}

describe('a power cut', () => {
	beforeAll(async () => {
		bench = new EngineBench();
		await record();
	}, 60_000);
	afterAll(() => bench.dispose());

	it('is tried at every kind of write', () => {
		const files = moments.map(({ call }) => call.replace(/.*\//, ''));
		for (const name of [
			'meta.json',
			'001-state.json',
			'001-prompt.md',
			'lock',
			'002-raw.jsonl',
			'003-prompt.md',
		])
			expect(files).toContain(name);
		expect(files.some((name) => /^002-claude-codex\.md$/.test(name))).toBe(true);
	});

	it.each(DAMAGES)(
		'at any write leaves what can be listed, read and gone on with (%s)',
		async (damage) => {
			for (const moment of chosen()) {
				const files = afterCut(moment, damage);
				lay(files);
				await check(moment, files).catch((error: unknown) => {
					throw new Error(`after ${moment.call}: ${String(error)}`, { cause: error });
				});
			}
		},
		600_000,
	);
});
