/** What shows workstreams and changes nothing. */
import { EXIT } from '../../relay/exit-codes.ts';
import { type Gauge, nextMark } from '../../workstreams/gauge/gauge.ts';
import { recordedGauge } from '../../workstreams/gauge/recorded-gauge.ts';
import type { Idea } from '../../workstreams/registry/ideas-file.ts';
import { findWorkstream, STATUSES, type Workstream } from '../../workstreams/registry/registry-file.ts';
import type { WorkstreamTexts } from '../../workstreams/workstreams-contract.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { type Attachment, chosenWorkstream, findAttachment } from './attachment.ts';
import { workstreamToJson } from './workstream-json.ts';

export interface ListData {
	/** By status, the last touched first. */
	workstreams: readonly Workstream[];
	ideas: readonly Idea[];
	/** Epoch ms. */
	now: number;
	/** As it is called where this is read: `agent-relay ws switch NAME`. */
	called(path: string): string;
}

export interface StatusData extends ListData {
	attached: Workstream | null;
	session: string | null;
	/** What the session did since it was saved, and the calls at which the next warning comes; null: not known. */
	gauge: (Gauge & { next: number | null }) | null;
}

export const wsStatus: Body<{ session: string | null }, StatusData> = {
	async run(context, { session: named }) {
		const workstreams = await context.workstreams();
		const { name, session, records } = await findAttachment(context, named);
		const registry = workstreams.registry();
		const attached = name === null ? null : findWorkstream(registry, name);
		const { clock, called } = context;
		const data = {
			attached,
			session: session?.id ?? null,
			gauge: records === null ? null : await gaugeOf(records, context),
			workstreams: inOrder(registry.workstreams),
			ideas: workstreams.ideas().ideas,
			now: clock.now(),
			called,
		};
		return { exitCode: EXIT.done, data };
	},
	toJson: ({ attached, session, gauge, workstreams, ideas }) => ({
		attached: attached === null ? null : workstreamToJson(attached),
		session,
		since_save:
			gauge === null ? null : { tool_calls: gauge.calls, tokens: gauge.tokens, next_warning: gauge.next },
		workstreams: workstreams.map(workstreamToJson),
		ideas,
	}),
};

async function gaugeOf(
	{ id, store }: NonNullable<Attachment['records']>,
	context: CommandContext,
): Promise<StatusData['gauge']> {
	const saved = (await context.workstreams()).savedAt(id);
	if (saved === null) return null;
	const { config } = (await context.settings()).loaded;
	const gauge = recordedGauge(id, saved.at, store);
	return { ...gauge, next: nextMark(gauge.calls, config.ws) };
}

export const wsList: Body<object, ListData> = {
	async run({ workstreams: open, clock, called }) {
		const workstreams = await open();
		const data = {
			workstreams: inOrder(workstreams.registry().workstreams),
			ideas: workstreams.ideas().ideas,
			now: clock.now(),
			called,
		};
		return { exitCode: EXIT.done, data };
	},
	toJson: ({ workstreams, ideas }) => ({ workstreams: workstreams.map(workstreamToJson), ideas }),
};

export interface ShowData extends WorkstreamTexts {
	paths: { state: string; plan: string; architecture: string };
}

export const wsShow: Body<{ name: string | null; session: string | null }, ShowData> = {
	async run(context, { name: typed, session }) {
		const workstreams = await context.workstreams();
		const name = chosenWorkstream(typed, await findAttachment(context, session), workstreams);
		return { exitCode: EXIT.done, data: { ...workstreams.texts(name), paths: workstreams.paths.of(name) } };
	},
	toJson: ({ entry, state, plan, architecture, paths }) => ({
		workstream: workstreamToJson(entry),
		state,
		plan,
		architecture,
		paths: { state: paths.state, plan: paths.plan, architecture: paths.architecture },
	}),
};

function inOrder(all: readonly Workstream[]): Workstream[] {
	return all.toSorted(
		(a, b) =>
			STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status) ||
			(a.last_touched < b.last_touched ? 1 : a.last_touched > b.last_touched ? -1 : 0),
	);
}
