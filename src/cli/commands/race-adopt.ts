/** `race adopt` and `race diff`: what an entrant made, looked at and taken over. */
import type { App } from '../../app/create-app.ts';
import { adoptLines } from '../../commands/race/adopt/lines.ts';
import { RelayError } from '../../core/errors.ts';
import { parseSessionId } from '../../core/ids.ts';
import { adopt } from '../../race/adopt/adopt.ts';
import type { AdoptMode } from '../../race/adopt/adopt-deps.ts';
import { chooseEntrant } from '../../race/adopt/choose-entrant.ts';
import { raceDiff } from '../../race/adopt/race-diff.ts';
import { findRace } from '../../race/find-race.ts';
import type { RaceRecord } from '../../race/record/race-record.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { diffLines } from '../../ui/diff-lines.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import { shortRef } from '../../view/describe-session.ts';
import { agreeOnOrigin } from '../agree-on-origin.ts';
import type { CommandResult, Output } from '../command.ts';
import { adoptDepsOf } from '../race-adopt-deps.ts';
import type { RaceAdoptOptions, RaceDiffOptions } from '../race-options.ts';

export async function adoptEntrant(
	app: App,
	options: RaceAdoptOptions,
	{ theme, columns }: Output,
): Promise<CommandResult> {
	const mode = adoptMode(options);
	const record = findRace(options.race ?? null, await app.store());
	const isAccepted = options.here ?? (await isAgreed(app, record, options));
	const request = { record, entrant: options.entrant ?? null, mode, isAccepted };
	const result = await adopt(request, await adoptDepsOf(app));
	const of = options.race === undefined ? '' : ` --race ${shortRef(record.id)}`;
	const asking = { command: options.asker ?? `${app.ownName} race`, of };
	// A command that is broken into rows cannot be pasted.
	const lines = adoptLines(result, theme, asking).flatMap((line) =>
		line.includes(asking.command) ? [line] : wrapToColumns(line, columns, { indent: 2 }),
	);
	const exitCode = result.status === 'adopted' ? EXIT.done : EXIT.refused;
	return { exitCode, data: { race: record.id, ...result }, lines };
}

/** The shell reads the terminal itself: there `--here` says so. */
async function isAgreed(app: App, record: RaceRecord, { asker }: RaceAdoptOptions): Promise<boolean> {
	const id = parseSessionId(record.id);
	if (id === null || asker !== undefined) return false;
	return agreeOnOrigin(app, id, 'Adopt from it? Its record says which files come here.');
}

export function adoptMode({
	merge,
	commit,
	branch,
}: Pick<RaceAdoptOptions, 'merge' | 'commit' | 'branch'>): AdoptMode {
	if (branch === undefined) return { kind: commit ? 'commit' : 'files', merge: merge ?? false };
	if (!merge && !commit) return { kind: 'branch', name: branch };
	throw new RelayError('usage', '--branch leaves the checkout as it is; --merge and --commit change it.', {
		hint: 'Give --branch alone, or the others.',
	});
}

export async function diffEntrants(
	app: App,
	{ entrant, other, race }: RaceDiffOptions,
	{ theme }: Output,
): Promise<CommandResult> {
	const record = findRace(race ?? null, await app.store());
	const a = chooseEntrant(record, entrant);
	const b = other === undefined ? null : chooseEntrant(record, other);
	const diff = await raceDiff(record, a, b, await adoptDepsOf(app));
	const nothing = b === null ? `${a.id} changed nothing.` : `${a.id} and ${b.id} made the same files.`;
	const lines = diff === '' ? [nothing] : diffLines(diff, theme);
	return { exitCode: EXIT.done, data: { race: record.id, a: a.id, b: b?.id ?? null, diff }, lines };
}
