/** Who is limited until when, by what evidence, and who would be next; and forgetting it. */
import { toIso, toIsoOrNull } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { candidateToJson } from '../../limits/candidate-json.ts';
import type { LedgerEntry, RefusedLogin } from '../../limits/ledger-file.ts';
import type { SeenWindow } from '../../limits/quota.ts';
import type { CandidateVerdict } from '../../limits/successor.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';

export interface LimitsData {
	entries: readonly LedgerEntry[];
	refused: readonly RefusedLogin[];
	/** Empty while no agent is limited. */
	candidates: readonly CandidateVerdict[];
	/** How much of their windows agents last reported as used, to any relay of this user. */
	windows: readonly SeenWindow[];
	/** Epoch ms. */
	now: number;
}

export const limits: Body<object, LimitsData> = {
	async run(context) {
		const ledger = await context.ledger();
		const [entries, refused, now] = [ledger.entries(), ledger.refusedLogins(), context.clock.now()];
		const isLimited = entries.some(({ until }) => until > now);
		const candidates = isLimited ? await whoIsNext(context) : [];
		const windows = (await context.quota()).windows();
		return { exitCode: EXIT.done, data: { entries, refused, candidates, windows, now } };
	},
	toJson: ({ entries, refused, candidates, windows, now }) => ({
		limits: entries.map((entry) => limitToJson(entry, now)),
		refused_logins: refused.map(refusedToJson),
		candidates: candidates.map(candidateToJson),
		windows: windows.map(({ agent, account, window, ratio, resetAt, seenAt }) => ({
			agent,
			account,
			window,
			ratio,
			reset_at: toIsoOrNull(resetAt),
			seen_at: toIso(seenAt),
		})),
	}),
};

/** A configuration that cannot be read costs these, never the list. */
async function whoIsNext(context: CommandContext): Promise<CandidateVerdict[]> {
	try {
		return await context.candidates();
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		context.notice(`cannot say who is next: ${error.message}`);
		return [];
	}
}

export interface ClearedData {
	/** null: all of them. */
	agent: string | null;
	forgotten: readonly LedgerEntry[];
	logins: readonly RefusedLogin[];
	/** Epoch ms. */
	now: number;
}

export const limitsClear: Body<{ agent: string | null }, ClearedData> = {
	async run(context, options) {
		const ledger = await context.ledger();
		const known = [...ledger.entries(), ...ledger.refusedLogins()];
		const agent = options.agent === null ? null : await agentNamed(context, options.agent, known);
		const logins = ledger.refusedLogins().filter((one) => agent === null || one.agent === agent);
		const now = context.clock.now();
		const forgotten = agent === null ? ledger.clear() : ledger.clear(agent);
		return { exitCode: EXIT.done, data: { agent, forgotten, logins, now } };
	},
	toJson: ({ forgotten, logins, now }) => ({
		cleared: forgotten.map((entry) => limitToJson(entry, now)),
		cleared_logins: logins.map(refusedToJson),
	}),
};

/** A limited agent may be one that no configuration names any more. */
async function agentNamed(
	context: CommandContext,
	name: string,
	known: ReadonlyArray<Pick<LedgerEntry, 'agent'>>,
): Promise<string> {
	if (known.some(({ agent }) => agent === name)) return name;
	return (await context.settings()).registry.find(name).id;
}

function refusedToJson({ agent, account, reason, recordedAt, until }: RefusedLogin): Record<string, unknown> {
	return { agent, account, reason, recorded_at: toIso(recordedAt), until: toIso(until) };
}

function limitToJson(entry: LedgerEntry, now: number): Record<string, unknown> {
	const { agent, account, model, limit, recordedAt, until, isEstimated, strikes } = entry;
	return {
		agent,
		account,
		model,
		kind: limit.kind,
		window: limit.window,
		scope: limit.scope,
		in_force: until > now,
		until: toIso(until),
		estimated: isEstimated,
		reset_at: toIsoOrNull(limit.resetAt),
		recorded_at: toIso(recordedAt),
		strikes,
		confidence: limit.confidence,
		source: { ...limit.source },
	};
}
