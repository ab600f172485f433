/** The first words of a call that the relay's gate refused, for the model; they only say how the call is shown. */
export const REFUSAL = 'agent-relay did not let this call run.';
