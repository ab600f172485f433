/** What a word or a sentence of a provider means; the vocabulary of the tables in this folder. */
import type { Limit, LimitKind, StopReason } from '../events.ts';

export interface LimitMeaning {
	limit: LimitKind;
	scope?: NonNullable<Limit['scope']>;
	/** The window's name, if the words contain it. */
	window?: string;
	/** Only the status in other words (`rate_limit_error`): anything that says more comes first. */
	isWeak?: true;
	/** A delay of seconds reported with it is not its end (Google's daily quota, a balance). */
	ignoresShortDelay?: true;
	/** With an end only seconds away it is a rate (requests a minute). */
	isRateWhenSoon?: true;
	/** It stays `billing` even if its end is reported; other billing that comes back by itself is a window. */
	staysBilling?: true;
}

interface FailureMeaning {
	failure: StopReason;
	isWeak?: true;
}

export type Meaning = LimitMeaning | FailureMeaning;
