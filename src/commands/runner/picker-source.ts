/** What the full-screen list of runners works on. */
import type { Kind } from '../../runners/runner-rules.ts';

/** All texts are safe, and one line. */
export interface PickerRow {
	uuid: string;
	state: string;
	name: string;
	runs: string;
	host: string;
	port: string;
	protocol: 'tcp' | 'udp';
	dns: string;
	/** The DNS name without its domain. */
	dnsLabel: string;
	created: string;
	used: string;
	/** Why it cannot be asked or read; empty: it can. */
	problem: string;
}

/** As typed. */
export interface PickerFields {
	name: string;
	port: string;
	protocol: 'tcp' | 'udp';
	dns: string;
}

export type PickerAct =
	| { do: 'create'; agent: string | null; kind: Kind; fields: PickerFields }
	| { do: 'edit'; uuid: string; fields: PickerFields }
	| { do: 'clone'; uuid: string; name: string }
	| { do: 'background' | 'restart' | 'kill' | 'delete' | 'override'; uuid: string };

export interface PickerSource {
	/** The last used first. */
	list(): Promise<readonly PickerRow[]>;
	/** What was done, in a line. Throws RelayError. */
	act(act: PickerAct): Promise<string>;
	/** Has the terminal until the user comes back; what is to be said then. Throws RelayError. */
	attach(uuid: string): Promise<string>;
	/** Facts, read-only. */
	settings(): Promise<readonly string[]>;
	agents: readonly string[];
	/** What can run one here: always this machine itself. */
	kinds: readonly Kind[];
}
