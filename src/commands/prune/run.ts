/** What the relay keeps, and with `apply` the going of what is old and not needed. */
import { toIso, toIsoOrNull } from '../../core/clock.ts';
import { applyPrune, planPrune } from '../../prune/prune.ts';
import { type Kept, PRUNE_KINDS, type Pruned, type PruneKind } from '../../prune/prune-contract.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';
import { type Age, DEFAULT_AGE } from '../options/age.ts';

/** No kind named: all of them. */
type PruneOptions = Readonly<Record<PruneKind, boolean>> & {
	olderThan: Age;
	unfinished: boolean;
	apply: boolean;
};

export interface PruneData {
	kinds: readonly PruneKind[];
	kept: readonly Kept[];
	/** null: nothing was removed, only looked at. */
	pruned: readonly Pruned[] | null;
	/** What was used since then stays. Epoch ms. */
	before: number;
	/** Epoch ms. */
	now: number;
	/** What removes them. */
	command: string;
	/** How this program is called. */
	ownName: string;
}

export const prune: Body<PruneOptions, PruneData> = {
	async run({ clock, ownName, pruneDeps }, options) {
		const { apply, unfinished: isUnfinishedToo, olderThan } = options;
		const asked = PRUNE_KINDS.filter((kind) => options[kind]);
		const kinds = asked.length === 0 ? PRUNE_KINDS : asked;
		const now = clock.now();
		const before = now - olderThan.ms;
		const kept = await planPrune(new Set(kinds), { now, before, isUnfinishedToo }, await pruneDeps());
		const pruned = apply ? await applyPrune(kept) : null;
		const flags = [
			...asked.map((kind) => ` --${kind}`),
			...(isUnfinishedToo ? [' --unfinished'] : []),
			...(olderThan.typed === DEFAULT_AGE ? [] : [` --older-than ${olderThan.typed}`]),
		];
		const command = `${ownName} prune${flags.join('')} --apply`;
		return {
			exitCode: pruned?.some(({ problem }) => problem !== null) ? EXIT.refused : EXIT.done,
			data: { kinds, kept, pruned, before, now, command, ownName },
		};
	},
	toJson: ({ kinds, kept, pruned, before }) => ({
		applied: pruned !== null,
		before: toIso(before),
		kinds: kinds.map((kind) => kindToJson(kind, kept, pruned)),
	}),
};

function kindToJson(kind: PruneKind, kept: readonly Kept[], pruned: readonly Pruned[] | null) {
	const own = kept.filter((one) => one.kind === kind);
	const items = own.map(({ name, path, bytes, lastUsedAt, about, stays, remove }) => {
		const end = pruned?.find(({ one }) => one.kind === kind && one.path === path);
		return {
			name,
			path,
			bytes,
			last_used_at: toIsoOrNull(lastUsedAt),
			about: about === '' ? null : about,
			goes: remove !== null,
			stays,
			removed: end !== undefined && end.problem === null,
			problem: end?.problem ?? null,
		};
	});
	return { kind, count: own.length, bytes: own.reduce((sum, { bytes }) => sum + bytes, 0), items };
}
