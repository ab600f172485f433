/** JSON for `--json`: what a terminal could obey or a reader could be misled by stands there as an escape, and reads back the same. */

/** Controls from DEL on, line and paragraph separators, bidi marks and all else that cannot be seen. JSON escapes C0 itself. */
const UNSEEN =
	/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;

/** On one line, or indented by `indent` blanks; ends with a newline. */
export function jsonText(value: unknown, indent = 0): string {
	return `${JSON.stringify(value, null, indent).replace(UNSEEN, escaped)}\n`;
}

function escaped(character: string): string {
	let out = '';
	for (let at = 0; at < character.length; at++)
		out += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
	return out;
}
