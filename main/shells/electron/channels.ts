/** The only two channels between page and main. */
export const CALL_CHANNEL = 'hearth:call'
export const PUSH_CHANNEL = 'hearth:push'
