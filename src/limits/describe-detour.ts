/** Says in one line why a prompt does not go to the first choice. Pure. */
import type { AgentId } from '../agents/agent-adapter.ts';
import { describeMoment } from './describe-limit.ts';
import type { Candidate, CandidateVerdict, SuccessorChoice } from './successor.ts';

export interface DetourOptions {
	/** Epoch ms. */
	now: number;
	/** Agents that the user named: only for these is "not installed" worth mentioning. */
	named: ReadonlySet<AgentId>;
	/** IANA name; default: the machine's. */
	timeZone?: string;
}

/** `claude is limited until 05:02 · codex takes this prompt`; null when nothing needs saying about those before it. */
export function describeDetour(
	{ choice, passedOver }: Pick<SuccessorChoice, 'choice' | 'passedOver'>,
	options: DetourOptions,
): string | null {
	const reasons = passedOver.flatMap((one) => whyPassed(one, options) ?? []);
	if (reasons.length === 0) return null;
	const who = choice === null ? 'no agent can work now' : `${nameOf(choice)} takes this prompt`;
	return `${reasons.join(', ')} · ${who}`;
}

function whyPassed(passed: CandidateVerdict, { now, named, timeZone }: DetourOptions): string | null {
	const name = nameOf(passed);
	switch (passed.verdict) {
		case 'limited':
			return passed.resetAt === null
				? `${name} is limited`
				: `${name} is limited until ${describeMoment(passed.resetAt, { now, ...(timeZone ? { timeZone } : {}) })}`;
		case 'not_logged_in':
			return `${name} is not logged in`;
		case 'login_refused':
			return `${name}: ${passed.reason}`;
		case 'no_login_known':
			return named.has(passed.agent) ? `no login of ${name} is known` : null;
		case 'not_installed':
			if (!passed.reason.startsWith('not installed')) return `${name} is refused here`;
			return named.has(passed.agent) ? `${name} is not installed` : null;
		default:
			return null;
	}
}

/** `claude`, `claude:opus`. */
function nameOf({ agent, model }: Candidate): string {
	return model === null ? agent : `${agent}:${model}`;
}
