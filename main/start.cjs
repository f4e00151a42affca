'use strict'
// The way in for `npm start`. Plain old JavaScript on purpose: it must run, and say its one sentence, on any Node from 12 on.

const childProcess = require('child_process')
const fs = require('fs')
const path = require('path')

const ROOT = path.join(__dirname, '..')
const WANTED_MAJOR = 24
/** Options that only the web shell knows; with one of them no window is opened. */
const WEB_ONLY = [
  '--web',
  '--port',
  '--confirm-port',
  '--bind',
  '--tls-self',
  '--tls-cert',
  '--tls-key',
  '--name',
  '--confirm-name',
  '--behind-proxy',
  '--reset-sign-in',
  '--no-open',
  '--help',
]

/** Where the packages `node-<platform>-<arch>` put their program. */
function packagedNode(root, platform, arch) {
  const name = 'node-' + (platform === 'win32' ? 'win' : platform) + '-' + arch
  return path.join(root, 'node_modules', name, 'bin', platform === 'win32' ? 'node.exe' : 'node')
}

/** Major version that a program reports, 0 when it does not run. */
function majorOf(program) {
  const result = childProcess.spawnSync(program, ['-p', 'process.versions.node'], { encoding: 'utf8', timeout: 20000 })
  return result.status === 0 ? parseInt(result.stdout, 10) || 0 : 0
}

/** The Node to run on: the packaged one, else the one that runs this file when it is new enough, else undefined. */
function pickNode(root) {
  const packaged = packagedNode(root, process.platform, process.arch)
  if (fs.existsSync(packaged) && majorOf(packaged) >= WANTED_MAJOR) return packaged
  if (parseInt(process.versions.node, 10) >= WANTED_MAJOR) return process.execPath
  return undefined
}

/** Newest change under a file or folder, folders included so that a removed file counts; 0 when it is not there. */
function newestMs(target) {
  let stat
  try {
    stat = fs.statSync(target)
  } catch {
    return 0
  }
  if (!stat.isDirectory()) return stat.mtimeMs
  return fs.readdirSync(target).reduce(function (newest, name) {
    return name === 'node_modules' ? newest : Math.max(newest, newestMs(path.join(target, name)))
  }, stat.mtimeMs)
}

/** Whether something built is missing or older than what it was made from. */
function isStale(root, built, sources) {
  const builtMs = newestMs(path.join(root, built))
  if (builtMs === 0) return true
  return sources.some(function (source) {
    return newestMs(path.join(root, source)) > builtMs
  })
}

/** Parts of main/build.ts that have to be built before a start. */
function staleParts(root, hasWindow) {
  const sources = ['main', 'shared', 'resources', 'package-lock.json']
  const parts = []
  if (isStale(root, 'dist/renderer/index.html', ['renderer', 'shared', 'package-lock.json'])) parts.push('renderer')
  // Both entries are written by one build.
  if (isStale(root, 'dist/main/web.js', sources)) parts.push('main')
  if (hasWindow && isStale(root, 'dist/preload/preload.cjs', sources)) parts.push('preload')
  return parts
}

/** Electron's program when it was fetched and a window can be shown; never fetches it. */
function findElectron(root, platform, env, uid) {
  const folder = path.join(root, 'node_modules', 'electron')
  let name
  try {
    name = fs.readFileSync(path.join(folder, 'path.txt'), 'utf8')
  } catch {
    return undefined
  }
  const program = path.join(folder, 'dist', name)
  if (!fs.existsSync(program)) return undefined
  // SECURITY: S1 as root Electron runs only without its sandbox, and without it Hearth does not run.
  if (platform === 'linux' && (uid === 0 || !(env.DISPLAY || env.WAYLAND_DISPLAY))) return undefined
  return program
}

function say(text) {
  process.stderr.write(text + '\n')
}

function build(node, parts, why) {
  say('Building ' + why + '; this takes a few seconds and happens only after changes.')
  const result = childProcess.spawnSync(node, [path.join(ROOT, 'main', 'build.ts')].concat(parts), {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (result.status !== 0) {
    say('The build failed. Run npm run build to see why.')
    process.exit(1)
  }
}

/** Runs a program in our place: its output is ours, our signals are its, its end is ours. The channel tells it when we die. */
function become(program, args) {
  const child = childProcess.spawn(program, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  const signals = process.platform === 'win32' ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']
  signals.forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal)
    })
  })
  child.on('error', function (error) {
    say('Hearth could not be started: ' + error.message)
    process.exit(1)
  })
  child.on('exit', function (code, signal) {
    if (signal === null) process.exit(code)
    // End by the same signal, so that whoever started us sees the truth.
    signals.forEach(function (name) {
      process.removeAllListeners(name)
    })
    process.kill(process.pid, signal)
  })
}

function main(args) {
  const node = pickNode(ROOT)
  if (node === undefined) {
    say(
      'Hearth needs Node ' +
        WANTED_MAJOR +
        ' or newer and this is ' +
        process.versions.node +
        ': install it from https://nodejs.org, then run npm ci and npm start again.',
    )
    process.exit(1)
  }
  if (!fs.existsSync(path.join(ROOT, 'node_modules', 'ws'))) {
    say('The parts of Hearth are not there yet: run npm ci, then npm start again.')
    process.exit(1)
  }
  const webOnly = args.some(function (arg) {
    return WEB_ONLY.indexOf(arg.split('=')[0]) >= 0
  })
  const electron = webOnly ? undefined : findElectron(ROOT, process.platform, process.env, process.getuid ? process.getuid() : undefined)
  const stale = staleParts(ROOT, electron !== undefined)
  if (stale.length > 0) build(node, stale, stale.length === 1 && stale[0] === 'renderer' ? 'the page' : 'Hearth')
  if (electron !== undefined) {
    become(electron, [path.join(ROOT, 'dist', 'main', 'index.js')].concat(args))
    return
  }
  const passed = args.filter(function (arg) {
    return arg !== '--web'
  })
  // SECURITY: S17 without this flag, SIGUSR1 opens Node's inspector to every program of this user.
  // The young part of the heap stays small: else it alone takes forty megabytes that are never needed.
  become(node, ['--disable-sigusr1', '--max-semi-space-size=2', path.join(ROOT, 'dist', 'main', 'web.js')].concat(passed))
}

module.exports = { packagedNode: packagedNode, isStale: isStale, findElectron: findElectron, pickNode: pickNode }
if (require.main === module) main(process.argv.slice(2))
