import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { UndoTarget } from '../../../src/undo/undo-contract.ts';
import { createUndoScene, type UndoScene, type Work } from '../../helpers/undo-scene.ts';

/** Lines of work tried; each is some twenty runs of git. `RELAY_UNDO_RUNS` makes it a campaign. */
const RUNS = Number(process.env.RELAY_UNDO_RUNS ?? 12);
const PATIENCE_MS = 60_000 + RUNS * 20_000;

const PATHS = ['a', 'b.txt', 'c.sh', 'd/x', 'd/y', 'd/e/z', 'pkg/one/i.ts', 'pkg/two/i.ts', 'out.log'];

const text = fc.constantFrom(
	'one\n',
	'two\r\nlines\r\n',
	'',
	'x'.repeat(5_000),
	'\u0000\u0001bin',
	'  spaced  \n',
);
const content = fc.oneof(
	{ weight: 4, arbitrary: text },
	{ weight: 1, arbitrary: text.map((program) => ({ program })) },
	{ weight: 1, arbitrary: fc.constantFrom('a', '../out', '/etc/hostname').map((link) => ({ link })) },
	{ weight: 3, arbitrary: fc.constant(null) },
);
const work = (paths: readonly string[], size: { minLength: number; maxLength: number }) =>
	fc
		.uniqueArray(fc.tuple(fc.constantFrom(...paths), content), { ...size, selector: ([path]) => path })
		.map((entries): Work => Object.fromEntries(entries));

/** What somebody does: the agent in a turn, the user or a formatter between turns. */
const step = fc.oneof(
	{
		weight: 4,
		arbitrary: work(PATHS, { minLength: 1, maxLength: 5 }).map((edits) => ({ by: 'agent' as const, edits })),
	},
	{
		weight: 2,
		arbitrary: work(PATHS, { minLength: 1, maxLength: 2 }).map((edits) => ({ by: 'user' as const, edits })),
	},
	{ weight: 1, arbitrary: fc.constant({ by: 'formatter' as const }) },
);
const wanted = fc.record({
	kind: fc.constantFrom('newest', 'turn', 'after'),
	turn: fc.nat(),
	isPartial: fc.boolean(),
	isForced: fc.boolean(),
});

let scene: UndoScene;
afterEach(() => scene.remove());

const filesOf = (checkout: Record<string, string>) =>
	Object.fromEntries(Object.entries(checkout).filter(([, what]) => what !== 'folder'));

/** Trims every text file, as a formatter does. */
function format(): void {
	const edits = Object.entries(filesOf(scene.checkout()))
		.filter(([, what]) => /^\d+ {2}/.test(what))
		.map(([path, what]) => [path, `${what.replace(/^\d+ /, '').trim()}\n`] as const);
	scene.work(Object.fromEntries(edits));
}

describe('an undo after random edits by an agent, a user and a formatter', () => {
	it(
		'puts each path of its turns back or writes nothing, touches no other byte, and is undone by a redo',
		async () => {
			await fc.assert(
				fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), wanted, async (steps, target) => {
					scene = await createUndoScene({
						a: 'one\n',
						'd/x': 'one\n',
						'pkg/one/i.ts': 'one\n',
						'other.txt': 'mine\n',
					});
					try {
						await tryOne(steps, target);
					} finally {
						scene.remove();
					}
				}),
				{ numRuns: RUNS, seed: Number(process.env.RELAY_UNDO_SEED ?? 42) },
			);
		},
		PATIENCE_MS,
	);
});

type Steps = ReadonlyArray<{ by: 'agent' | 'user'; edits: Work } | { by: 'formatter' }>;
type Target = { kind: string; turn: number; isPartial: boolean; isForced: boolean };

async function tryOne(steps: Steps, { kind, turn, isPartial, isForced }: Target): Promise<void> {
	/** The checkout around each turn. */
	const turns: Array<{ before: Record<string, string>; after: Record<string, string> }> = [];
	let isTouchedSince = false;
	for (const one of steps) {
		const before = scene.checkout();
		if (one.by === 'agent') {
			await scene.turn(one.edits);
			turns.push({ before: filesOf(before), after: filesOf(scene.checkout()) });
			isTouchedSince = false;
			continue;
		}
		if (one.by === 'user') scene.work(one.edits);
		else format();
		isTouchedSince ||= JSON.stringify(scene.checkout()) !== JSON.stringify(before);
	}
	if (turns.length === 0) return;
	const number = (turn % turns.length) + 1;
	const target: UndoTarget =
		kind === 'newest'
			? { kind }
			: { kind: kind === 'turn' ? 'turn' : 'after', turn: kind === 'turn' ? number : number - 1 };
	const stood = scene.checkout();
	const index = scene.gitState();
	const result = await scene.undo(target, { isPartial, isForced }).catch((error) => {
		expect(error).toMatchObject({ code: 'not_found' });
		return null;
	});
	expect(scene.gitState()).toBe(index);
	if (result === null || result.status !== 'done') {
		expect(scene.checkout()).toEqual(stood);
		// Nobody was there after the newest turn, so nothing can be in its way.
		if (target.kind === 'newest' && !isTouchedSince) expect(result).toBeNull();
		return;
	}
	const undone = result.turns.map((one) => turns[one.turn - 1]);
	/** As it was before the first of them that touched it: what somebody did before that stays. */
	const wantedAt = (path: string) =>
		undone.find((one) => one?.before[path] !== one?.after[path])?.before[path];
	const left = new Set(result.left);
	const written = new Set(result.changes.map(({ path }) => path));
	const now = filesOf(scene.checkout());
	const isAsWanted = (path: string) => sameAs(now[path], wantedAt(path));
	for (const path of new Set([...Object.keys(now), ...Object.keys(filesOf(stood)), ...written]))
		if (written.has(path)) expect(isAsWanted(path), path).toBe(true);
		else expect(now[path], path).toBe(filesOf(stood)[path]);
	const touched = undone.flatMap((one) => Object.keys({ ...one?.before, ...one?.after }));
	for (const path of touched)
		if (wantedAt(path) !== undefined && !left.has(path)) expect(isAsWanted(path), path).toBe(true);
	expect(await scene.redo()).toMatchObject({ status: 'done', conflicts: [] });
	expect(scene.checkout()).toEqual(stood);
}

/** Git keeps one bit of a mode. */
const sameAs = (now: string | undefined, wanted: string | undefined): boolean =>
	now === wanted ||
	(now !== undefined &&
		wanted !== undefined &&
		now.replace(/^\d+/, '') === wanted.replace(/^\d+/, '') &&
		isProgram(now) === isProgram(wanted));
const isProgram = (what: string) => (Number.parseInt(what, 8) & 0o100) !== 0;
