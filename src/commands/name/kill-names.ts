/** Stops live relays of this repo: of `default`, of one name, or of all. */
import { toIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { isLive } from '../../sessions/names/line-of-work.ts';
import { whyNotChanged, whyNotDefault } from '../../sessions/names/name-guards.ts';
import { DEFAULT_NAME, type NameId, requireNameId } from '../../sessions/names/name-id.ts';
import { findName, requireName, withName } from '../../sessions/names/name-registry.ts';
import { type StoppedRelay, stopRelays } from '../../sessions/names/stop-relays.ts';
import type { Body, Result } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { relayToJson } from './name-view.ts';

export interface KilledData {
	names: ReadonlyArray<{ id: NameId; stopped: readonly StoppedRelay[] }>;
}

interface KillOptions {
	all: boolean;
	session: string | null;
}

export const killName: Body<{ id: string }, KilledData> = {
	run: (context, { id }) => killOne(context, id),
	toJson,
};

export const killRelays: Body<KillOptions, KilledData> = {
	async run(context, { all, session }) {
		if (all && session !== null)
			throw new RelayError('usage', '--all and --session name different relays.', {
				hint: 'Give one of them.',
			});
		if (session !== null) return killOne(context, session);
		const { registry } = await context.names();
		const others = all ? registry.read().names.map(({ id }) => id) : [];
		return killed(context, [DEFAULT_NAME, ...others]);
	},
	toJson,
};

async function killOne(context: CommandContext, typed: string): Promise<Result<KilledData>> {
	const id = requireNameId(typed);
	const { registry, live } = await context.names();
	const names = registry.read();
	const why =
		whyNotDefault('kill', id) ??
		whyNotChanged('kill', {
			id,
			lifecycle: requireName(names, id).lifecycle,
			isLive: isLive(live, id),
			isSelected: names.selected === id,
		});
	if (why !== null) throw why;
	return killed(context, [id]);
}

async function killed(context: CommandContext, ids: readonly NameId[]): Promise<Result<KilledData>> {
	const { live } = await context.names();
	const names = await Promise.all(
		ids.map(async (id) => ({ id, stopped: await stopRelays(live.of(id), context) })),
	);
	for (const { relay, end } of names.flatMap(({ stopped }) => stopped))
		if (end === 'killed') live.remove(relay);
	await setInactive(context, ids);
	const isLeft = names.some(({ stopped }) => stopped.some(({ end }) => end === 'alive' || end === 'unseen'));
	return { exitCode: isLeft ? EXIT.failed : EXIT.done, data: { names } };
}

/** A relay that ends by itself says so too; this is for one that could not. */
async function setInactive({ names, clock }: CommandContext, ids: readonly NameId[]): Promise<void> {
	const { registry, live } = await names();
	const isOver = (id: NameId) => !isLive(live, id);
	const before = registry.read();
	if (!ids.some((id) => findName(before, id)?.lifecycle === 'active' && isOver(id))) return;
	registry.change((now) =>
		ids.reduce((kept, id) => {
			const entry = findName(kept, id);
			if (entry?.lifecycle !== 'active' || !isOver(id)) return kept;
			return withName(kept, { ...entry, lifecycle: 'inactive', last_seen_at: toIso(clock.now()) });
		}, now),
	);
}

function toJson({ names }: KilledData): Record<string, unknown> {
	return {
		names: names.map(({ id, stopped }) => ({
			id,
			relays: stopped.map(({ relay, end }) => ({ ...relayToJson(relay), end })),
		})),
	};
}
