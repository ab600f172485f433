/** The form of the full-screen list of runners: its fields, and what may stand in them. */
import type { PickerRow } from '../../commands/runner/picker-source.ts';
import { RelayError } from '../../core/errors.ts';
import { type Kind, requireDnsName, requirePort, requireRunnerName } from '../../runners/runner-rules.ts';
import { type EditState, EMPTY_EDIT } from '../editor/edit-state.ts';
import type { Key } from '../editor/keys.ts';
import { reduceKey } from '../editor/reduce-key.ts';

const FIELDS = ['name', 'port', 'protocol', 'dns'] as const;
type FieldName = (typeof FIELDS)[number];

export interface PickerForm {
	what: 'create' | 'edit' | 'clone';
	/** That of the one that is edited or copied. */
	uuid: string;
	agent: string | null;
	/** Of a new one. */
	kind: Kind;
	name: EditState;
	port: EditState;
	protocol: 'tcp' | 'udp';
	dns: EditState;
	/** What the fields that it has hold. */
	at: number;
}

export const fieldsOf = ({ what }: Pick<PickerForm, 'what'>): readonly FieldName[] =>
	what === 'clone' ? ['name'] : FIELDS;

/** Why a field cannot be so; null: it can. */
export function fieldError(form: PickerForm, field: FieldName): string | null {
	try {
		if (field === 'name') requireRunnerName(form.name.text);
		else if (field === 'port') requirePort(form.port.text);
		else if (field === 'dns') requireDnsName(form.dns.text);
		return null;
	} catch (error) {
		if (error instanceof RelayError) return error.hint ?? error.message;
		throw error;
	}
}

/** A paste is one line. */
export function typed(edit: EditState, key: Key): EditState {
	const line: Key = key.kind === 'press' ? key : { kind: 'text', text: key.text.replace(/\s+/g, ' ') };
	const next = reduceKey(edit, line, { history: [], queued: 0 }).state;
	return next.text.includes('\n') ? edit : next;
}

const editOf = (text: string): EditState => ({ ...EMPTY_EDIT, text, cursor: text.length });

export const newForm = (agent: string | null, kind: Kind = 'local'): PickerForm => ({
	...{ what: 'create', uuid: '', agent, kind, protocol: 'tcp', at: 0 },
	...{ name: EMPTY_EDIT, port: EMPTY_EDIT, dns: EMPTY_EDIT },
});

export const formOf = ({ uuid, name, port, protocol, dnsLabel }: PickerRow): PickerForm => ({
	...{ what: 'edit', uuid, agent: null, kind: 'local', protocol, at: 0 },
	...{ name: editOf(name), port: editOf(port.split('/')[0] ?? ''), dns: editOf(dnsLabel) },
});
