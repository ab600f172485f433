/** What the fields of a runner may be, as users type them. Pure. */
import { RelayError } from '../core/errors.ts';

export const KINDS = ['local', 'podman', 'docker'] as const;
export type Kind = (typeof KINDS)[number];

export const PROTOCOLS = ['tcp', 'udp'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export const RUNNER_NAME = /^[A-Za-z0-9_-]{1,64}$/;
/** Labels of lower case, as RFC 1123 has them. */
export const DNS_NAME =
	/^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
/** Where a free port is looked for. */
export const FIRST_PORT = 1001;
export const LAST_PORT = 65_535;

/** Throws `usage`. */
export function requireRunnerName(text: string): string {
	if (RUNNER_NAME.test(text)) return text;
	throw new RelayError('usage', `${JSON.stringify(text)} cannot be the name of a runner.`, {
		hint: 'A name has letters, digits, - and _, 1 to 64 of them.',
	});
}

/** As podman and docker have it; it becomes a word of their command lines. */
const IMAGE = /^[A-Za-z0-9][\w.:/@-]{0,254}$/;

/** Throws `usage`. */
export function requireImage(text: string): string {
	if (IMAGE.test(text)) return text;
	throw new RelayError('usage', `${JSON.stringify(text)} cannot be the name of an image.`, {
		hint: 'An image is named as podman and docker name it: debian, or registry.example/team/agents:1.',
	});
}

/** 0 and blank: none; -1: the first one that is free. Throws `usage`. */
export function requirePort(text: string): number | 'first_free' {
	const word = text.trim();
	if (word === '' || word === '0') return 0;
	if (word === '-1') return 'first_free';
	const port = /^\d{1,5}$/.test(word) ? Number(word) : Number.NaN;
	if (port >= 1 && port <= LAST_PORT) return port;
	throw new RelayError('usage', `${JSON.stringify(text)} is not a port.`, {
		hint: `A port is a number from 1 to ${LAST_PORT}; 0 is none, and -1 the first free one from ${FIRST_PORT}.`,
	});
}

/** null: none. Throws `usage`. */
export function requireDnsName(text: string): string | null {
	const word = text.trim();
	if (word === '') return null;
	if (DNS_NAME.test(word)) return word;
	throw new RelayError('usage', `${JSON.stringify(text)} is not a DNS name.`, {
		hint: 'A DNS name has lowercase letters, digits and - with dots between its labels: api, or api.shop.',
	});
}
