/**
 * Random-looking runs that nothing names: both cases and digits, often alternating. Paths, names, digests and ids are not among
 * them.
 */
import { hasLongRun } from './long-runs.ts';

/** Not after the name of a digest, nor inside a data URL: lock files and style sheets are full of those. */
const OPAQUE =
	/(?<![\w/+.-]|\bh1:|\bSHA256:|;base64,)(?!sha(?:1|256|384|512)-)[A-Za-z0-9+/_-]{24,}={0,2}(?![\w/+.-])/g;
/** A value with such a name is not a secret; `before` ends where the token begins. */
const PUBLIC_NAME =
	/(?:etag|if-none-match|if-match|integrity|checksum|digest|fingerprint|public[-_ ]?key|certificate(?:[-_ ]?authority[-_ ]?data)?|content-md5|cursor|next_?page|request[-_ ]?id|trace[-_ ]?id|span[-_ ]?id|session[-_ ]?(?:id|name)|message[-_ ]?id|thread[-_ ]?id|signature[-_ ]?version)\\{0,3}["']?\s{0,4}[:=]\s{0,4}(?:W\/)?\\{0,3}["']?$/i;
/** Public keys, certificates, pictures and documents in base64, and ids that coding agents and their providers print. */
const PUBLIC_SHAPE =
	/^(?:AAAA[BCE][A-Za-z0-9]|AAAAG|LS0tLS1CRUdJTiBD|LS0tLS1CRUdJTiBQVUJM|MII[A-Za-z0-9+/]{3}CCA|MIIBIjANBg|iVBORw0KGgo|\/9j\/|R0lGOD|UklGR|JVBERi0|PHN2Z|(?:msg|toolu|srvtoolu|call|req|resp|chatcmpl|cmpl|run|thread|asst|item|rs|fc|ses|prt|evt|batch|file|wfr)_|chatcmpl-)/;

export function withoutOpaqueTokens(text: string, mark: (kind: string) => string): string {
	if (!hasLongRun(text)) return text;
	return text.replace(OPAQUE, (whole, at: number) => {
		if (!isOpaque(whole) || PUBLIC_SHAPE.test(whole)) return whole;
		return PUBLIC_NAME.test(text.slice(Math.max(0, at - 48), at)) ? whole : mark('opaque token');
	});
}

/** Judged by its longest piece: a provider's name before a key does not make it a word. */
function isOpaque(token: string): boolean {
	if (looksRandom(token)) return true;
	const longest = token.split(/[-_]/).reduce((a, b) => (b.length > a.length ? b : a), '');
	return longest.length >= 24 && looksRandom(longest);
}

function looksRandom(token: string): boolean {
	if (!/[a-z]/.test(token) || !/[A-Z]/.test(token)) return false;
	const changes = token.match(/\d(?=[A-Za-z])|[A-Za-z](?=\d)/g)?.length ?? 0;
	return changes >= 6 || (changes >= 4 && !/[a-z]{7}/.test(token));
}

const WORD = /^(?:[A-Z]?[a-z]{1,24}(?:[A-Z][a-z]{1,24}){0,8}|[A-Z]{1,24}|\d{1,4}|v\d{1,3})$/;

/** True for names that people write: words and short numbers with `-`, `_`, `.`, `:`, `/` or blanks between them. */
export function isMadeOfWords(text: string): boolean {
	return text.split(/[-_./: ]/).every((piece) => WORD.test(piece));
}
