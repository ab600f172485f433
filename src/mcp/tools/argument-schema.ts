/** The part of JSON Schema in which tools say what they take and give, and the check of what a client sent by it. */

export interface TextSchema {
	type: 'string';
	description?: string;
	minLength?: number;
	/** In UTF-16 units, as JavaScript counts. */
	maxLength?: number;
	pattern?: string;
	enum?: readonly string[];
	default?: string;
}

export interface CountSchema {
	type: 'integer';
	description?: string;
	minimum: number;
	maximum: number;
	default?: number;
}

export interface FlagSchema {
	type: 'boolean';
	description?: string;
	default?: boolean;
}

export interface ListSchema {
	type: 'array';
	description?: string;
	items: TextSchema;
	minItems?: number;
	maxItems: number;
}

export type ArgumentSchema = TextSchema | CountSchema | FlagSchema | ListSchema;

/** `pattern` in the words of a message, where the tool gives them. */
export interface Described {
	schema: ArgumentSchema;
	/** What a value that does not fit should look like, as the end of "NAME must be …". */
	form?: string;
}

/** Why `value` does not fit, as a whole sentence without its full stop; null: it fits. */
export function whyNotFitting(name: string, value: unknown, { schema, form }: Described): string | null {
	const must = (what: string) => `${name} must be ${what}, not ${shortly(value)}`;
	switch (schema.type) {
		case 'string':
			return fitsText(value, schema) ? null : must(form ?? describeText(schema));
		case 'integer':
			return typeof value === 'number' &&
				Number.isSafeInteger(value) &&
				value >= schema.minimum &&
				value <= schema.maximum
				? null
				: must(`a whole number from ${schema.minimum} to ${schema.maximum}`);
		case 'boolean':
			return typeof value === 'boolean' ? null : must('true or false');
		case 'array': {
			const { items, minItems = 0, maxItems } = schema;
			if (!Array.isArray(value)) return must(`a list of ${form ?? describeText(items)}`);
			if (value.length < minItems || value.length > maxItems)
				return `${name} must have ${minItems} to ${maxItems} items, not ${value.length}`;
			const odd: unknown = value.find((item) => !fitsText(item, items));
			return odd === undefined
				? null
				: `each item of ${name} must be ${form ?? describeText(items)}, not ${shortly(odd)}`;
		}
	}
}

function fitsText(value: unknown, schema: TextSchema): boolean {
	if (typeof value !== 'string') return false;
	const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern, enum: words } = schema;
	if (value.length < minLength || value.length > maxLength) return false;
	if (words !== undefined && !words.includes(value)) return false;
	return pattern === undefined || new RegExp(pattern, 'u').test(value);
}

function describeText({ minLength = 0, maxLength, enum: words, pattern }: TextSchema): string {
	if (words !== undefined) return `one of ${words.join(', ')}`;
	const length = maxLength === undefined ? 'a text' : `a text of ${minLength} to ${maxLength} characters`;
	return pattern === undefined ? length : `${length} that matches ${pattern}`;
}

const SHOWN_CHARS = 60;

/** A value in a message: cut, with its kind where it is long or no text. */
function shortly(value: unknown): string {
	if (value === undefined) return 'left out';
	if (typeof value === 'string' && value.length > SHOWN_CHARS) return `a text of ${value.length} characters`;
	const json = JSON.stringify(value) ?? typeof value;
	return json.length <= SHOWN_CHARS ? json : Array.isArray(value) ? 'a list' : 'an object';
}
