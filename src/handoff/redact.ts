/**
 * Removes secrets from recorded text: by the shapes of well-known keys (secret-shapes.ts), by the places where secrets are
 * (secret-places.ts), by assignments to secret-sounding names, and by value. A replacement says what kind of secret was there. When
 * in doubt, it removes.
 */
import { withoutOpaqueTokens } from './secrets/opaque-tokens.ts';
import { assignedSecrets } from './secrets/secret-assignments.ts';
import { placedSecrets } from './secrets/secret-places.ts';
import { withoutShapes } from './secrets/secret-shapes.ts';
import { withoutSpans } from './secrets/secret-spans.ts';

export interface Redactor {
	/** Recorded text: shapes, assignments and values. */
	record(text: string): string;
	/** Messages between agents: known values and keys of known shapes only; nothing is guessed, so that code stays unchanged. */
	speech(text: string): string;
	/** True: a secret in `text` may span lines, so no part of it can be judged alone. */
	spansLines(text: string): boolean;
	/** The user's own words: kept as typed, except known values. */
	words(text: string): string;
	/** How many replacements were made so far. */
	count(): number;
	/** The same by kind of secret, in the order in which they were first met. */
	kinds(): ReadonlyMap<string, number>;
}

/** `values` shorter than 8 characters are ignored: they would match by chance. */
export function createRedactor(values: readonly string[]): Redactor {
	const known = [...new Set(values.filter((value) => value.trim().length >= 8))].sort(
		(a, b) => b.length - a.length || (a < b ? -1 : 1),
	);
	const kinds = new Map<string, number>();
	const mark = (kind: string) => {
		kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
		return `[redacted: ${kind}]`;
	};
	const byValue = (text: string) =>
		known.reduce((t, value) => (t.includes(value) ? t.split(value).join(mark('secret value')) : t), text);
	const long = known.filter((value) => value.includes('\n'));
	return {
		record: (text) => byGuess(byKeyShape(byValue(text), mark), mark),
		speech: (text) => byKeyShape(byValue(text), mark),
		spansLines: (text) => text.includes('PRIVATE KEY') || long.some((value) => text.includes(value)),
		words: byValue,
		count: () => [...kinds.values()].reduce((sum, count) => sum + count, 0),
		kinds: () => kinds,
	};
}

function byKeyShape(text: string, mark: (kind: string) => string): string {
	return withoutKeyTails(withoutShapes(text, mark), mark);
}

const KEY_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_LINE = /^[A-Za-z0-9+/=]{8,}\s*$/;
const LAST_KEY_LINE = /^[A-Za-z0-9+/=]{2,}\s*$/;

/** Removes the rest of a private key whose beginning was left out; whole keys are already gone. */
function withoutKeyTails(text: string, mark: (kind: string) => string): string {
	if (!text.includes('-----END ')) return text;
	const kept: string[] = [];
	for (const line of text.split('\n')) {
		const shown = line.replace(KEY_END, () => mark('private key'));
		if (shown !== line && LAST_KEY_LINE.test(kept.at(-1) ?? '')) {
			kept.pop();
			while (KEY_LINE.test(kept.at(-1) ?? '')) kept.pop();
		}
		kept.push(shown);
	}
	return kept.join('\n');
}

function byGuess(text: string, mark: (kind: string) => string): string {
	const spans = [...placedSecrets(text), ...assignedSecrets(text)];
	return withoutOpaqueTokens(withoutSpans(text, spans, mark), mark);
}
