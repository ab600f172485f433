/** A TOML basic string has JSON's escapes; DEL is the only other character that needs one. */
export function tomlString(text: string): string {
	return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}
