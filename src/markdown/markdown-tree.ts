/** A Markdown text as a tree. Everything in it is plain text of others: whoever draws it escapes it. */

export type Inline =
	| { kind: 'text' | 'code'; text: string }
	| { kind: 'strong' | 'emphasis' | 'strike'; inlines: Inline[] }
	/** `href` begins with `http://`, `https://` or `mailto:`. */
	| { kind: 'link'; href: string; inlines: Inline[] }
	| { kind: 'break' };

export type Align = 'left' | 'center' | 'right' | null;

export interface ListItem {
	/** Whether the box before it is ticked; null: there is none. */
	isDone: boolean | null;
	blocks: Block[];
}

export type Table = { kind: 'table'; align: Align[]; head: Inline[][]; rows: Inline[][][] };

export type Block =
	| { kind: 'heading'; level: number; inlines: Inline[] }
	| { kind: 'paragraph'; inlines: Inline[] }
	/** `language`: the word behind the fence; empty: none. */
	| { kind: 'code'; language: string; text: string }
	| { kind: 'quote'; blocks: Block[] }
	/** `start`: the first number; null: bullets. */
	| { kind: 'list'; start: number | null; items: ListItem[] }
	| Table
	| { kind: 'rule' };
