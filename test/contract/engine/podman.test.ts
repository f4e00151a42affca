import { makePodman, podmanSocket } from './docker-engine.ts'
import { realEngineContract } from './suite-real.ts'
import { engineContract } from './suite.ts'

engineContract('Podman', makePodman)
realEngineContract('Podman', makePodman, podmanSocket)
