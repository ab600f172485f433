import type { CandidateVerdict } from './successor.ts';

/** A verdict in the columns of a table. Both parts may quote a CLI: show them through `core/text.ts`. */
export interface BriefVerdict {
	/** `5-hour window`, `not logged in`. */
	what: string;
	/** What a person can do: `npm install -g …`; null: nothing, or a time says it. */
	advice: string | null;
	/** The time of the verdict is when the relay tries again; none was reported. */
	isOwnGuess: boolean;
}

const LIMITED =
	/\blimited: (.+?)(?: used up)?(?:, this model only)?(?:, (?:resets|tried again|until you|reset not)\b.*)?$/s;
const ADVISED = /^(not installed|not logged in): (.+)$/s;
const REFUSED = /^its login was refused .*: (.+)$/s;

/** Takes the reason apart that `chooseSuccessor` gives; one of another form is what it is as a whole. */
export function verdictInBrief({ reason }: Pick<CandidateVerdict, 'reason'>): BriefVerdict {
	const [, limited] = LIMITED.exec(reason) ?? [];
	if (limited !== undefined)
		return { what: limited, advice: null, isOwnGuess: / tried again from /.test(reason) };
	const [, what, advice] = ADVISED.exec(reason) ?? [];
	if (what !== undefined && advice !== undefined) return { what, advice, isOwnGuess: false };
	const [, login] = REFUSED.exec(reason) ?? [];
	if (login !== undefined) return { what: 'login refused', advice: login, isOwnGuess: false };
	return { what: reason, advice: null, isOwnGuess: false };
}
