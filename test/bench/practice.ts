import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMainnetPast } from '#main/adapters/practice/history/mainnet-past.ts'
console.log(createMainnetPast, mkdtempSync, rmSync, tmpdir, join)
