/**
 * A signal that aborts with the first of the two. It leaves no listener on either: a long conversation makes one a prompt, and
 * Node warns on the screen from the eleventh listener on.
 */
export function eitherSignal(one: AbortSignal, other: AbortSignal): AbortSignal {
	return AbortSignal.any([one, other]);
}
