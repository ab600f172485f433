/** What a word or a sentence of a provider means; the vocabulary of the tables beside this file. */
import type { Limit, LimitKind, StopReason } from '../events.ts';

export interface LimitMeaning {
	limit: LimitKind;
	scope?: NonNullable<Limit['scope']>;
	/** The window's name where the words tell it. */
	window?: string;
	/** Only the status in other words (`rate_limit_error`): anything that says more comes first. */
	isWeak?: true;
	/** A delay of seconds beside it is not when it ends (Google's daily quota, a balance). */
	ignoresShortDelay?: true;
	/** With an end only seconds away it is a matter of requests a minute. */
	isRateWhenSoon?: true;
	/** A matter of money even where its end is told; other billing that comes back by itself is a window. */
	staysBilling?: true;
}

interface FailureMeaning {
	failure: StopReason;
	isWeak?: true;
}

export type Meaning = LimitMeaning | FailureMeaning;
