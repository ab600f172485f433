/** Entries of a session's log as what happened, for a reader who was not there. Pure; the other direction is `log-event.ts`. */
import { WANTED_ACTIONS, type Wanted } from '../../agents/asking/question.ts';
import { fromIso } from '../../core/clock.ts';
import { safeLine } from '../../core/text.ts';
import type { CandidateVerdict } from '../../limits/successor.ts';
import type { LogEvent } from '../../sessions/log/log-entry.ts';
import { limitFromDisk } from '../../turns/event-log.ts';
import type { LoggedRelayEvent } from './log-event.ts';

type Of<T extends LogEvent['type']> = Extract<LogEvent, { type: T }>;

const NAME_CHARS = 60;
/** Names are shown as they are wherever the relay chose them; from a file they are anybody's. */
const name = (text: string) => safeLine(text, NAME_CHARS);

/** `ts`: when it was logged, epoch ms. null: the entry says more than the relay reports, or it ends a turn, whose own record says how. */
export function fromLogEvent(entry: LogEvent, ts: number): LoggedRelayEvent | null {
	switch (entry.type) {
		case 'agent_chosen':
			return { ...entry, agent: name(entry.agent), candidates: candidatesOf(entry) };
		case 'turn_started':
			return turnStarted(entry);
		case 'turn_idle':
			return { type: entry.type, turn: entry.turn, idleMs: entry.idle_ms };
		case 'terminal_asked': {
			const { type, turn, agent, text, refused_in_ms } = entry;
			return { type, turn, agent: name(agent), text, refusedInMs: refused_in_ms };
		}
		case 'question_asked':
			return questionAsked(entry);
		case 'question_answered': {
			const { turn, id, answer, by } = entry;
			return { type: 'question_settled', turn, id, answer, by };
		}
		case 'handed_over': {
			const { from, to, reason, failure, limit, packet, losses, carried } = entry;
			const known = HAND_OVERS.find((one) => one === reason);
			if (known === undefined) return null;
			const [who, candidates] = [{ from: name(from), to: name(to) }, candidatesOf(entry)];
			const why = { failure, limit: limit && limitFromDisk(limit) };
			const rest = { packet: packet ?? '', ...carriedFromDisk(carried), candidates, losses };
			return { type: entry.type, ...who, reason: known, ...why, ...rest };
		}
		case 'nobody_left': {
			const { from, limit, failure, earliest_reset, packet, is_waiting } = entry;
			const why = {
				...(from === undefined ? {} : { from: from && name(from) }),
				limit: limit && limitFromDisk(limit),
				failure,
			};
			const when = { earliestReset: fromIso(earliest_reset), isWaiting: is_waiting };
			return { type: entry.type, ...why, ...when, candidates: candidatesOf(entry), packet: packet ?? '' };
		}
		case 'waiting':
			return { type: entry.type, agent: name(entry.agent), until: fromIso(entry.until) ?? ts, now: ts };
		case 'utilization_warning': {
			const { type, agent, window, ratio, reset_at, next } = entry;
			const then = next === undefined ? {} : { next: next && name(next) };
			return { type, agent: name(agent), window, ratio, resetAt: fromIso(reset_at), ...then };
		}
		case 'notice':
			return { type: entry.type, level: entry.level === 'warning' ? 'warning' : 'info', text: entry.text };
		default:
			return null;
	}
}

const HAND_OVERS = ['limit', 'switch', 'failed_successor'] as const;
const TRIGGERS = ['user', 'switch', 'failover', 'chat', 'race'] as const;
const PRESETS = ['read-only', 'edit', 'full'] as const;

function turnStarted(entry: Of<'turn_started'>): LoggedRelayEvent | null {
	const { type, turn, resumed, packet, model, participant } = entry;
	const trigger = TRIGGERS.find((one) => one === entry.trigger);
	const permissions = PRESETS.find((one) => one === entry.permissions);
	if (trigger === undefined || permissions === undefined) return null;
	// In a chat the participant speaks; how many turns it has left is not logged.
	const agent = name(participant ?? entry.agent);
	return { type, turn, agent, model, permissions, trigger, resumed, packet };
}

const KINDS = ['permission', 'choice', 'text'] as const;

function questionAsked({ turn, agent, question, denied_in_ms }: Of<'question_asked'>): LoggedRelayEvent {
	const { id, title, detail, options, wants } = question;
	const kind = KINDS.find((one) => one === question.kind) ?? 'text';
	const action = WANTED_ACTIONS.find((one) => one === wants?.action);
	const asked = {
		...{ id, kind, title, detail },
		options: options.map(({ id, label }) => ({ id, label })),
		...(wants === undefined || action === undefined ? {} : { wants: wantedFrom(action, wants) }),
	};
	return { type: 'question_asked', turn, agent: name(agent), question: asked, deniedInMs: denied_in_ms };
}

const wantedFrom = (action: Wanted['action'], { what, folder, reason }: Omit<Wanted, 'action'>): Wanted => ({
	action,
	what,
	folder,
	reason,
});

const VERDICTS = [
	...(['chosen', 'eligible', 'not_installed', 'not_logged_in', 'login_refused', 'no_login_known'] as const),
	...(['limited', 'current', 'already_tried', 'demo'] as const),
] satisfies Array<CandidateVerdict['verdict']>;

function carriedFromDisk(carried: Of<'handed_over'>['carried']) {
	if (carried === undefined) return {};
	const { left_out: leftOut, ...counts } = carried;
	return { carried: { ...counts, leftOut } };
}

function candidatesOf({ candidates }: Pick<Of<'handed_over'>, 'candidates'>): CandidateVerdict[] {
	return candidates.map(({ agent, model, verdict, reason, brief, reset_at }) => ({
		agent: name(agent),
		model,
		verdict: VERDICTS.find((one) => one === verdict) ?? 'eligible',
		reason,
		...(brief && { brief: { what: brief.what, advice: brief.advice, isOwnGuess: brief.is_own_guess } }),
		resetAt: fromIso(reset_at),
	}));
}
