/** `agent-relay prune`: what the relay keeps, and with `--apply` the going of what is old and not needed. */
import type { App } from '../../app/create-app.ts';
import { openPrune } from '../../app/open-prune.ts';
import { parseDuration } from '../../config/duration.ts';
import { toIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { type Kept, PRUNE_KINDS, type Pruned, type PruneKind } from '../../prune/contract.ts';
import { applyPrune, planPrune } from '../../prune/prune.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { CommandResult, Output } from '../command.ts';
import { pruneLines } from '../render/prune-lines.ts';

export type PruneOptions = Partial<Record<PruneKind, boolean>> & {
	olderThan: string;
	unfinished?: boolean;
	apply?: boolean;
};

export async function prune(app: App, options: PruneOptions, output: Output): Promise<CommandResult> {
	const { apply = false, unfinished: isUnfinishedToo = false, olderThan } = options;
	const asked = PRUNE_KINDS.filter((kind) => options[kind] === true);
	const now = app.clock.now();
	const before = now - readAge(olderThan);
	const kinds = new Set(asked.length === 0 ? PRUNE_KINDS : asked);
	const kept = await planPrune(kinds, { now, before, isUnfinishedToo }, await openPrune(app));
	const pruned = apply ? await applyPrune(kept) : null;
	const flags = [
		...asked.map((kind) => ` --${kind}`),
		...(isUnfinishedToo ? [' --unfinished'] : []),
		...(olderThan === DEFAULT_AGE ? [] : [` --older-than ${olderThan}`]),
	];
	return {
		exitCode: pruned?.some(({ problem }) => problem !== null) ? EXIT.refused : EXIT.done,
		data: {
			applied: apply,
			before: toIso(before),
			kinds: [...kinds].map((kind) => kindToJson(kind, kept, pruned)),
		},
		lines: pruneLines(
			{
				kinds: [...kinds],
				kept,
				pruned,
				now,
				command: `${app.ownName} prune${flags.join('')} --apply`,
				ownName: app.ownName,
			},
			output,
		),
	};
}

export const DEFAULT_AGE = '30d';

function readAge(text: string): number {
	const seconds = /^\d+$/.test(text) ? null : parseDuration(text);
	if (seconds !== null) return seconds * 1000;
	throw new RelayError(
		'usage',
		`--older-than takes a time such as 12h, 30d or 0s, not ${JSON.stringify(text)}.`,
	);
}

function kindToJson(kind: PruneKind, kept: readonly Kept[], pruned: readonly Pruned[] | null) {
	const own = kept.filter((one) => one.kind === kind);
	const items = own.map(({ name, path, bytes, lastUsedAt, about, stays, remove }) => {
		const end = pruned?.find(({ one }) => one.kind === kind && one.path === path);
		return {
			name,
			path,
			bytes,
			last_used_at: lastUsedAt === null ? null : toIso(lastUsedAt),
			about: about === '' ? null : about,
			goes: remove !== null,
			stays,
			removed: end !== undefined && end.problem === null,
			problem: end?.problem ?? null,
		};
	});
	return { kind, count: own.length, bytes: own.reduce((sum, { bytes }) => sum + bytes, 0), items };
}
