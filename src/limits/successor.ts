/** Chooses who takes over. Pure: the same facts give the same choice, and every agent that was considered has a reason. */
import type { AgentId } from '../agents/agent-adapter.ts';
import { adviceFor } from '../agents/evidence/login-advice.ts';
import { excerptLine } from '../agents/reading/excerpt.ts';
import { describeDistance, describeLimit, isOwnGuess, limitInBrief } from './describe-limit.ts';
import type { LedgerEntry, RefusedLogin } from './ledger-file.ts';

/** Why one agent was chosen or not, in a line a person can act on. */
export interface CandidateVerdict {
	agent: AgentId;
	model: string | null;
	verdict:
		| 'chosen'
		| 'eligible'
		| 'not_installed'
		| 'not_logged_in'
		| 'login_refused'
		| 'no_login_known'
		| 'limited'
		| 'current'
		| 'already_tried'
		| 'demo';
	reason: string;
	/** The reason in the columns of a table; absent where it is one piece, and in records of earlier versions. */
	brief?: BriefVerdict;
	/** Epoch ms when a limit ends, if known. */
	resetAt: number | null;
}

/** Texts may quote a CLI: show them through `core/text.ts`. */
interface BriefVerdict {
	/** `5-hour window`, `not logged in`. */
	what: string;
	/** What a person can do: `npm install -g …`; null: nothing, or a time says it. */
	advice: string | null;
	/** `resetAt` is when the relay tries again; none was reported. */
	isOwnGuess: boolean;
}

/** An agent and, if one was asked for, its model. */
export interface Candidate {
	agent: AgentId;
	model: string | null;
}

export interface CandidateFacts {
	agent: AgentId;
	installed: boolean;
	loggedIn: 'yes' | 'no' | 'unknown';
	/** Nothing shows that the user ever chose its provider, nor did they name the agent: it gets none of their words. */
	isUnasked?: boolean;
	/** The CLI refused this login; null: it did not, or the login has changed since. */
	refusedLogin: RefusedLogin | null;
	isDemo: boolean;
	/** Why the program that was found may not be started (it is inside an untrusted repo), `installed` or not; null: it may. */
	refused: string | null;
	/** How a person installs it, as a command line. */
	install: string;
	/** How a person logs in, as a command line. */
	loginAdvice: string;
}

export interface SuccessorQuery {
	/** `agents.order`, first choice first. Demo agents of `agents` that it leaves out come after it. */
	order: readonly Candidate[];
	agents: readonly CandidateFacts[];
	/** The ledger's answer (`Ledger.isLimited`) for an agent's account and that model; null: not limited. */
	limitOf: (candidate: Candidate) => LedgerEntry | null;
	/** Who just stopped; null when a prompt begins. */
	current: Candidate | null;
	/** Those that had this prompt before and did not finish it; never chosen again. */
	tried: readonly Candidate[];
	/** Hand-overs that this prompt may still cost (`limits.max_hops` minus those done); not asked when `current` is null. */
	hopsLeft: number;
	/** Epoch ms. */
	now: number;
	/** The user's own choice: the ledger, the login, the order, `tried` and `hopsLeft` do not count. */
	explicit?: Candidate;
	/** For times in reasons; default: the machine's. */
	timeZone?: string;
}

export interface SuccessorChoice {
	choice: Candidate | null;
	/** The candidates before the choice, or all when there is none, in the order they were considered. */
	readonly passedOver: readonly CandidateVerdict[];
	/** All candidates in the order they were considered, each agent and model once. Those after the choice are judged on demand. */
	readonly candidates: CandidateVerdict[];
	/** Epoch ms: the first end of a limit after which one of them could work; null when none would. Computed on demand. */
	readonly earliestReset: number | null;
}

/** Says of a candidate whether it is another agent and can work now. null: nobody works yet. */
export function canTakeOverFrom(current: AgentId | null) {
	return ({ agent, verdict }: Pick<CandidateVerdict, 'agent' | 'verdict'>): boolean =>
		agent !== current && (verdict === 'chosen' || verdict === 'eligible');
}

export function chooseSuccessor(query: SuccessorQuery): SuccessorChoice {
	const candidates = candidatesOf(query);
	const considered: CandidateVerdict[] = [];
	const consider = (until: (verdict: CandidateVerdict) => boolean): CandidateVerdict | undefined => {
		for (const candidate of candidates.slice(considered.length)) {
			const verdict = judge(candidate, query);
			considered.push(verdict);
			if (until(verdict)) return verdict;
		}
		return undefined;
	};
	const chosen = consider((verdict) => isChoice(verdict, query));
	const passedOver = considered
		.filter((verdict) => verdict !== chosen)
		.map((verdict) => asLeft(verdict, query));
	const all = () => {
		consider(() => false);
		return considered;
	};
	return {
		choice: chosen === undefined ? null : { agent: chosen.agent, model: chosen.model },
		passedOver,
		get candidates() {
			return all().map((verdict) => (verdict === chosen ? asChosen(verdict) : asLeft(verdict, query)));
		},
		get earliestReset() {
			return earliestReset(all(), query);
		},
	};
}

function candidatesOf({ order, agents, explicit }: SuccessorQuery): Candidate[] {
	const demos = agents
		.filter(({ agent, isDemo }) => isDemo && !order.some((candidate) => candidate.agent === agent))
		.map(({ agent }) => ({ agent, model: null }));
	const all = [...(explicit === undefined ? [] : [explicit]), ...order, ...demos];
	return all.filter((candidate, at) => all.findIndex((other) => isSame(other, candidate)) === at);
}

function judge(candidate: Candidate, query: SuccessorQuery): CandidateVerdict {
	const { current, tried, explicit } = query;
	const facts = query.agents.find(({ agent }) => agent === candidate.agent);
	const say = (verdict: CandidateVerdict['verdict'], reason: string, more: SaidMore = {}) => ({
		...candidate,
		...{ verdict, reason, resetAt: null },
		...more,
	});
	if (facts === undefined) return say('not_installed', 'no such agent here');
	if (facts.refused !== null) return say('not_installed', facts.refused);
	if (!facts.installed)
		return say('not_installed', `not installed: ${facts.install}`, advised('not installed', facts.install));
	if (explicit !== undefined && isSame(candidate, explicit)) return say('chosen', 'you chose it');
	if (facts.isDemo && query.agents.some(isReal))
		return say('demo', 'a demo agent, but a real one is installed');

	const entry = query.limitOf(candidate);
	const isLimited = entry !== null && entry.until > query.now;
	const limit = isLimited ? limitText(entry, query) : null;
	const limited: SaidMore = isLimited ? { resetAt: entry.until, brief: limitBrief(entry) } : {};
	if (current !== null && isSame(candidate, current))
		return say('current', limit === null ? 'it just stopped' : `it just stopped: ${limit}`, limited);
	if (tried.some((other) => isSame(other, candidate)))
		return say('already_tried', `already had this prompt${limit === null ? '' : `: ${limit}`}`, limited);
	if (limit !== null) return say('limited', limit, limited);
	const { loginAdvice, refusedLogin } = facts;
	if (facts.loggedIn === 'no')
		return say('not_logged_in', `not logged in: ${loginAdvice}`, advised('not logged in', loginAdvice));
	if (refusedLogin !== null) {
		const brief = advised('login refused', adviceFor(refusedLogin.reason, loginAdvice));
		return say('login_refused', refusalText(refusedLogin, loginAdvice, query.now), brief);
	}
	if (facts.isUnasked === true)
		return say('no_login_known', `no login is known (${facts.loginAdvice}), and you did not name it`);
	return say('eligible', 'can work');
}

type SaidMore = Partial<Pick<CandidateVerdict, 'brief' | 'resetAt'>>;

const advised = (what: string, advice: string): SaidMore => ({ brief: { what, advice, isOwnGuess: false } });

function limitBrief({ limit, isEstimated }: LedgerEntry): BriefVerdict {
	return { what: limitInBrief(limit), advice: null, isOwnGuess: isOwnGuess(limit, isEstimated) };
}

/** Installed and not a demo: its presence rules the demo agents out, whether or not it can work now. */
function isReal({ installed, isDemo }: CandidateFacts): boolean {
	return installed && !isDemo;
}

/** `its login was refused 3 min ago ("Invalid API key"): claude auth login`. */
export function refusalText({ recordedAt, reason }: RefusedLogin, loginAdvice: string, now: number): string {
	const words = excerptLine(reason, 80);
	const advice = adviceFor(reason, loginAdvice);
	return `its login was refused ${describeDistance(recordedAt - now)} ("${words}"): ${advice}`;
}

function limitText(entry: LedgerEntry, { now, timeZone }: SuccessorQuery): string {
	const { until, isEstimated } = entry;
	const zone = timeZone === undefined ? {} : { timeZone };
	return `limited: ${describeLimit(entry.limit, { now, until, isEstimated, ...zone }).summary}`;
}

function isChoice({ verdict }: CandidateVerdict, query: SuccessorQuery): boolean {
	if (query.explicit !== undefined) return verdict === 'chosen';
	return verdict === 'eligible' && mayHandOver(query);
}

function mayHandOver({ current, hopsLeft }: SuccessorQuery): boolean {
	return current === null || hopsLeft > 0;
}

function asChosen(verdict: CandidateVerdict): CandidateVerdict {
	if (verdict.verdict === 'chosen') return verdict;
	return { ...verdict, verdict: 'chosen', reason: 'first in order that can work' };
}

function asLeft(verdict: CandidateVerdict, query: SuccessorQuery): CandidateVerdict {
	if (verdict.verdict !== 'eligible') return verdict;
	if (query.explicit !== undefined) return { ...verdict, reason: 'can work, but you named another' };
	if (mayHandOver(query)) return { ...verdict, reason: 'can work, but another comes first in order' };
	return { ...verdict, reason: 'can work, but this prompt has no hand-overs left (limits.max_hops)' };
}

/** The current and the tried agents count too: they may work again after their reset. One that is not logged in will not. */
function earliestReset(considered: readonly CandidateVerdict[], { agents }: SuccessorQuery): number | null {
	const cannot = ({ loggedIn, isUnasked, refusedLogin }: CandidateFacts) =>
		loggedIn === 'no' || isUnasked === true || refusedLogin !== null;
	const loggedOut = new Set(agents.filter(cannot).map(({ agent }) => agent));
	const resets = considered.flatMap(({ agent, resetAt }) =>
		resetAt === null || loggedOut.has(agent) ? [] : [resetAt],
	);
	return resets.length === 0 ? null : Math.min(...resets);
}

function isSame(one: Candidate, other: Candidate): boolean {
	return one.agent === other.agent && one.model === other.model;
}
