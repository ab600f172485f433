/**
 * JSON for `--json`. Characters that a terminal could obey or that could mislead a reader are escaped, and parse back unchanged.
 */

/** On one line, or indented by `indent` blanks; ends with a newline. */
export function jsonText(value: unknown, indent = 0): string {
	return `${seenJson(JSON.stringify(value, null, indent))}\n`;
}

/** Text of JSON, or a part of one, with what cannot be seen in it escaped. JSON itself escapes C0. */
export function seenJson(json: string): string {
	// Controls from DEL on, line and paragraph separators, bidi marks and other invisible characters.
	const unseen =
		/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;
	return json.replace(unseen, escaped);
}

function escaped(character: string): string {
	let out = '';
	for (let at = 0; at < character.length; at++)
		out += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
	return out;
}
