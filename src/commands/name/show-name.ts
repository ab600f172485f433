import { toIso } from '../../core/clock.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { SessionSummary } from '../../sessions/listing/session-list.ts';
import { DEFAULT_NAME, requireNameId } from '../../sessions/names/name-id.ts';
import { requireName } from '../../sessions/names/name-registry.ts';
import type { Body } from '../command.ts';
import { type NameView, nameToJson, viewName } from './name-view.ts';

/** As many sessions as can be taken in at a glance. */
const SESSIONS = 5;

export interface NameData {
	name: NameView;
	/** The newest of it. */
	latest: readonly SessionSummary[];
	/** How this program is called. */
	ownName: string;
	/** Epoch ms. */
	now: number;
}

export const showName: Body<{ id: string | null }, NameData> = {
	async run(context, { id: typed }) {
		const { registry, live } = await context.names();
		const names = registry.read();
		const id = typed === null ? (names.selected ?? DEFAULT_NAME) : requireNameId(typed);
		if (id !== DEFAULT_NAME) requireName(names, id);
		const latest = (await context.store()).list({ limit: SESSIONS, isFolded: true, name: id });
		const { ownName, clock } = context;
		return {
			exitCode: EXIT.done,
			data: { name: viewName(id, names, live), latest, ownName, now: clock.now() },
		};
	},
	toJson: ({ name, latest }) => ({
		...nameToJson(name),
		latest: latest.map(({ id, status, lastUsedAt }) => ({ id, status, last_used_at: toIso(lastUsedAt) })),
	}),
};
