import { makePodman } from './docker-engine.ts'
import { engineContract } from './suite.ts'

engineContract('Podman', makePodman)
