// The store's own thread, with the fault hook armed first.
import './hook.ts'
import '#main/adapters/sqlite/worker.ts'
