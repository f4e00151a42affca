import { config } from 'zod'

// SECURITY: S7 schemas look here when they are made: nothing may be evaluated. Must be the first import of the page.
config({ jitless: true })
