import type { EngineProduct, EngineStep, EngineStepKey } from '#shared/model/engines.ts'
import type { EngineHost, FoundEngine } from '../ports/engine-finder.ts'

/** A chain's data and an update beside it need more; under this nothing is certain to work. */
const LITTLE_ROOM_BYTES = 5 * 1024 ** 3
/** Claims carry a time stamp that the chain judges. */
const CLOCK_LIMIT_MS = 10_000

/** `programs`: what Hearth may run for the user, one after the other; without it the user types `command`, or reads what to do. */
export interface NextStep extends EngineStep {
  programs?: string[][]
}

const say = (key: EngineStepKey, command = ''): NextStep => ({ key, command, runs: false })
/** @param programs run without a shell; shown as one would type them */
const offer = (key: EngineStepKey, ...programs: string[][]): NextStep => ({
  key,
  command: programs.map((words) => words.map((word) => (word === '' || /[\s"]/.test(word) ? `"${word}"` : word)).join(' ')).join(' && '),
  runs: true,
  programs,
})

/** The one next step for an engine that was found; undefined when all is well with it. Nothing that needs more rights than the user's is ever run: it is shown. */
export function nextStep(found: FoundEngine, host: EngineHost): NextStep | undefined {
  const { probe, product } = found
  switch (probe.kind) {
    case 'ready':
      if (Math.abs(probe.clockOffsetMs) > CLOCK_LIMIT_MS) return clockStep(product, host)
      if (found.freeBytes !== undefined && found.freeBytes < LITTLE_ROOM_BYTES)
        return say('free-disk', `${isPodman(product) ? 'podman' : 'docker'} system prune`)
      return undefined
    case 'absent':
      return installStep(host)
    case 'not-started':
      return startStep(product, host)
    case 'no-permission':
      // Podman has no group: every user has an engine of his own.
      return product === 'podman' ? offer('start-rootless', ['systemctl', '--user', 'enable', '--now', 'podman.socket']) : groupStep(host)
    case 'too-old':
      return say('update', updateCommand(product, host))
    case 'windows-containers':
      return offer('linux-containers', ['C:\\Program Files\\Docker\\Docker\\DockerCli.exe', '-SwitchLinuxEngine'])
    case 'wrong-architecture':
      return say('other-processor')
    case 'failed':
      return restartStep(product, host)
  }
}

/** How an engine comes onto this machine, the plainest way. */
export function installStep(host: EngineHost): NextStep {
  if (host.platform === 'darwin')
    return host.programs.includes('brew')
      ? offer('install', ['brew', 'install', 'colima', 'docker'], ['colima', 'start', '--cpu', '4', '--memory', '8', '--disk', '200'])
      : say('install')
  // Its installer asks for the administrator itself.
  if (host.platform === 'win32')
    return say('install', host.programs.includes('winget') ? 'winget install -e --id Docker.DockerDesktop' : '')
  const command = host.distributions.map((name) => INSTALL[name]).find((known) => known !== undefined)
  return say('install', command ?? '')
}

/** By `ID` of /etc/os-release. Distributions that start a service when it is installed need no second command. */
const INSTALL: Record<string, string> = {
  debian: 'sudo apt install docker.io',
  ubuntu: 'sudo apt install docker.io',
  raspbian: 'sudo apt install docker.io',
  fedora: 'sudo dnf install moby-engine && sudo systemctl enable --now docker',
  // Red Hat's family has Podman only; it starts with each user.
  rhel: 'sudo dnf install podman && systemctl --user enable --now podman.socket',
  centos: 'sudo dnf install podman && systemctl --user enable --now podman.socket',
  arch: 'sudo pacman -S docker && sudo systemctl enable --now docker',
  suse: 'sudo zypper install docker && sudo systemctl enable --now docker',
  opensuse: 'sudo zypper install docker && sudo systemctl enable --now docker',
  alpine: 'sudo apk add docker && sudo rc-update add docker && sudo rc-service docker start',
  gentoo: 'sudo emerge app-containers/docker && sudo systemctl enable --now docker',
  void: 'sudo xbps-install docker && sudo ln -s /etc/sv/docker /var/service/',
}

const UPDATE: Record<string, string> = {
  debian: 'sudo apt update && sudo apt install --only-upgrade docker.io',
  ubuntu: 'sudo apt update && sudo apt install --only-upgrade docker.io',
  fedora: 'sudo dnf upgrade moby-engine',
  rhel: 'sudo dnf upgrade podman',
  arch: 'sudo pacman -Syu docker',
  suse: 'sudo zypper update docker',
  alpine: 'sudo apk upgrade docker',
}

function updateCommand(product: EngineProduct, host: EngineHost): string {
  if (product === 'colima') return 'brew upgrade colima'
  if (host.platform !== 'linux' || !['docker-engine', 'docker-rootless', 'podman', 'podman-rootless'].includes(product)) return ''
  const command = host.distributions.map((name) => UPDATE[name]).find((known) => known !== undefined) ?? ''
  return isPodman(product) ? command.replace(/docker\.io|moby-engine|docker/, 'podman') : command
}

function startStep(product: EngineProduct, host: EngineHost): NextStep {
  const own = (unit: string): NextStep => offer('start', ['systemctl', '--user', 'start', unit])
  switch (product) {
    case 'docker-desktop':
      if (host.platform === 'darwin') return offer('start', ['open', '-a', 'Docker'])
      if (host.platform === 'win32')
        return offer('start', ['cmd', '/c', 'start', '', 'C:\\Program Files\\Docker\\Docker\\Docker Desktop.exe'])
      return own('docker-desktop')
    case 'docker-rootless':
      return own('docker')
    case 'podman-rootless':
      return offer('start', ['systemctl', '--user', 'enable', '--now', 'podman.socket'])
    case 'podman':
      return say(
        'start',
        host.starter === 'systemd' ? 'sudo systemctl enable --now podman.socket' : 'sudo podman system service --time=0 &',
      )
    case 'podman-machine':
      return offer('start', ['podman', 'machine', 'start'])
    case 'colima':
      return offer('start', ['colima', 'start'])
    case 'orbstack':
      return offer('start', ['open', '-a', 'OrbStack'])
    case 'rancher-desktop':
      if (host.platform === 'darwin') return offer('start', ['open', '-a', 'Rancher Desktop'])
      return offer('start', ['rdctl', 'start'])
    case 'docker-engine':
    case 'other':
      if (host.platform !== 'linux') return say('start')
      if (host.starter === 'openrc') return say('start', 'sudo rc-service docker start')
      return say('start', host.starter === 'systemd' ? 'sudo systemctl enable --now docker' : 'sudo service docker start')
  }
}

function restartStep(product: EngineProduct, host: EngineHost): NextStep {
  switch (product) {
    case 'colima':
      return offer('restart', ['colima', 'restart'])
    case 'podman-machine':
      return offer('restart', ['podman', 'machine', 'stop'], ['podman', 'machine', 'start'])
    case 'podman-rootless':
      return offer('restart', ['systemctl', '--user', 'restart', 'podman.socket'])
    case 'docker-rootless':
      return offer('restart', ['systemctl', '--user', 'restart', 'docker'])
    case 'docker-engine':
      if (host.platform !== 'linux') return say('restart')
      return say('restart', host.starter === 'openrc' ? 'sudo rc-service docker restart' : 'sudo systemctl restart docker')
    case 'podman':
      return say('restart', 'sudo systemctl restart podman.socket')
    case 'docker-desktop':
    case 'orbstack':
    case 'rancher-desktop':
    case 'other':
      return say('restart')
  }
}

/** A virtual machine that slept with the PC keeps its old time; an engine on the PC itself has the PC's. */
function clockStep(product: EngineProduct, host: EngineHost): NextStep {
  if (product === 'colima') return offer('set-clock', ['colima', 'restart'])
  if (product === 'podman-machine') return offer('set-clock', ['podman', 'machine', 'stop'], ['podman', 'machine', 'start'])
  if (host.platform === 'win32') return say('set-clock', 'wsl --shutdown')
  if (host.platform === 'linux' && product !== 'docker-desktop' && product !== 'rancher-desktop')
    return say('set-clock', 'sudo timedatectl set-ntp true')
  return say('set-clock')
}

const groupStep = (host: EngineHost): NextStep => say('add-group', host.platform === 'linux' ? 'sudo usermod -aG docker $USER' : '')

const isPodman = (product: EngineProduct): boolean => product.startsWith('podman')
