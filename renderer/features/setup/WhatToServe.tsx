import { useState, type ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import type { ServeRow } from '#shared/api/backend-requests.ts'
import { useAppState, useCall, useQuery } from '#renderer/bridge/hooks.ts'
import { pokt, whole } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Facts } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { ProgressBar } from '#renderer/ui/ProgressBar.tsx'
import { Steps } from '#renderer/ui/Steps.tsx'
import { Table } from '#renderer/ui/Table.tsx'

type Options = RequestOutput<'serve.options'>
const SHOWN = 12
/** Where a narrow window has no room for a column of its own, its figure stands under the name. */
const WIDE = 'max-md:hidden'

/** Which chains this PC should answer for: what each takes here, what the chain pays for it, and where to go to attach or look at it. Nothing starts here. */
export function WhatToServe(): ReactNode {
  const t = useText()
  const network = useAppState((state) => state.app.network)
  const engine = useAppState((state) => state.engine.kind)
  const height = useAppState((state) => (state.chain.params === null ? 0 : 1))
  const options = useQuery('serve.options', network === null ? null : {}, `${network ?? ''} ${engine} ${height}`)
  return (
    <div className="mx-auto grid w-[1240px] max-w-full gap-8 pt-2 min-[1500px]:grid-cols-[200px_minmax(0,1fr)]">
      <aside className="max-[1499px]:hidden">
        <h2 className="h2 mb-3">{t('setup.title')}</h2>
        <Steps
          steps={[
            { key: 'network', title: t('setup.choose.step'), state: network === null ? 'todo' : 'done' },
            { key: 'engine', title: t('setup.engine.step'), state: engine === 'ready' ? 'done' : 'todo' },
            { key: 'serve', title: t('backends.serve.nav'), state: 'now' },
            { key: 'keys', title: t('setup.keysStep'), state: 'todo' },
          ]}
        />
        <p className="mt-5 text-small text-text-3">{t('setup.saved')}</p>
      </aside>
      <div className="min-w-0">
        <h2 className="text-[24px] leading-[30px] font-semibold tracking-tight">{t('backends.serve.title')}</h2>
        <p className="mt-1.5 max-w-[640px] text-text-2">{t('backends.serve.text')}</p>
        <ErrorNote error={options.error} className="mt-3.5" />
        {options.value === null ? (
          options.error === null ? (
            <p className="mt-3.5 text-text-3">{t(network === null ? 'setup.nothingYet' : 'backends.loading')}</p>
          ) : null
        ) : (
          <Choosing key={network ?? ''} options={options.value} />
        )}
      </div>
    </div>
  )
}

function Choosing({ options }: { options: Options }): ReactNode {
  const t = useText()
  const save = useCall('serve.choose')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set(options.rows.filter((row) => row.chosen || row.by !== 'nothing').map((row) => row.serviceId)),
  )
  const [isSaved, setSaved] = useState(false)
  const [onlyFits, setOnlyFits] = useState(true)
  const [find, setFind] = useState('')
  const [shown, setShown] = useState(SHOWN)
  const fitting = options.rows.filter(fits)
  const wanted = find.trim().toLowerCase()
  const found = (onlyFits ? fitting : options.rows).filter(
    (row) => wanted === '' || row.name.toLowerCase().includes(wanted) || row.serviceId.includes(wanted),
  )
  const toggle = (serviceId: string): void => {
    const next = new Set(chosen)
    if (!next.delete(serviceId)) next.add(serviceId)
    setChosen(next)
    setSaved(false)
  }
  const keep = (): void => {
    void save.run({ serviceIds: [...chosen] }).then((value) => setSaved(value !== undefined))
  }
  const tab = (isFits: boolean, text: string, count: number): ReactNode => (
    <button type="button" aria-pressed={onlyFits === isFits} onClick={() => setOnlyFits(isFits)}>
      {text} <span className="num text-text-3">{count}</span>
    </button>
  )
  return (
    <div className="mt-4 grid grid-cols-[minmax(0,1fr)_264px] gap-6 max-lg:grid-cols-[minmax(0,1fr)]">
      <div className="min-w-0">
        <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
          <div className="seg" role="group" aria-label={t('backends.serve.which')}>
            {tab(true, t('backends.serve.fits'), fitting.length)}
            {tab(false, t('backends.serve.all'), options.rows.length)}
          </div>
          <div className="field-box w-[200px] max-sm:w-full">
            <Icon name="search" size={14} />
            <input
              type="text"
              value={find}
              aria-label={t('backends.serve.find')}
              placeholder={t('backends.serve.find')}
              autoComplete="off"
              spellCheck={false}
              maxLength={60}
              onChange={(event) => setFind(event.target.value)}
            />
          </div>
        </div>
        <section className="card pt-2.5">
          <Table
            caption={t('backends.serve.title')}
            columns={[
              { key: 'choose', title: <span className="sr-only">{t('backends.serve.here')}</span> },
              { key: 'chain', title: t('backends.serve.chain') },
              { key: 'disk', title: t('backends.serve.disk'), right: true, className: WIDE },
              { key: 'memory', title: t('backends.serve.memory'), right: true, className: WIDE },
              { key: 'sync', title: t('backends.serve.sync'), className: WIDE },
              { key: 'price', title: t('backends.serve.price'), right: true },
            ]}
            {...(found.length === 0 ? { empty: t('backends.serve.noneFound', { date: options.catalogDate }) } : {})}
          >
            {found.slice(0, shown).map((row) => (
              <Row
                key={row.serviceId}
                row={row}
                hasPrices={options.atHeight !== null}
                isChosen={chosen.has(row.serviceId)}
                onToggle={() => toggle(row.serviceId)}
              />
            ))}
          </Table>
          {found.length > shown ? (
            <div className="border-t border-line px-3 py-2">
              <Button size="sm" kind="ghost" icon="chevron-down" onPress={() => setShown(found.length)}>
                {t('backends.serve.more', { count: found.length - shown })}
              </Button>
            </div>
          ) : null}
        </section>
        <p className="mt-2 text-caption text-text-3">
          {t('backends.serve.catalogue', { date: options.catalogDate })}{' '}
          {options.atHeight === null ? t('backends.serve.noPrices') : t('backends.serve.atHeight', { height: whole(options.atHeight) })}
        </p>
      </div>
      <Summary options={options} chosen={chosen} />
      <div className="col-span-full flex flex-wrap items-center justify-end gap-3 border-t border-line pt-4">
        <ErrorNote error={save.error} />
        <span className="text-small text-text-2" role="status">
          {isSaved
            ? t('backends.serve.saved')
            : chosen.size === 0
              ? t('backends.serve.chosenNone')
              : t('backends.serve.chosen', { count: chosen.size })}
        </span>
        <Button onPress={keep} isBusy={save.busy}>
          {t('backends.serve.save')}
        </Button>
        <LinkButton href="#/nodes" kind="pri" icon="arrow-right">
          {t('backends.serve.next')}
        </LinkButton>
      </div>
    </div>
  )
}

/** Served here already, or a node of the catalogue that this PC can carry. */
const fits = (row: ServeRow): boolean => row.by !== 'nothing' || row.options.some((option) => option.lacks.length === 0)
const best = (row: ServeRow): ServeRow['options'][number] | undefined =>
  row.options.find((option) => option.lacks.length === 0) ?? row.options[0]

function Row({
  row,
  hasPrices,
  isChosen,
  onToggle,
}: {
  row: ServeRow
  hasPrices: boolean
  isChosen: boolean
  onToggle: () => void
}): ReactNode {
  const t = useText()
  const option = best(row)
  const canChoose = fits(row) || row.options.length === 0
  return (
    <tr className={isChosen ? 'bg-[color-mix(in_oklab,var(--ember-soft)_45%,transparent)]' : canChoose ? 'hover:bg-hover' : 'text-text-3'}>
      <td className="w-8">
        <input
          type="checkbox"
          className="block h-4 w-4 accent-[var(--ember)]"
          checked={isChosen}
          onChange={onToggle}
          disabled={!canChoose}
          aria-label={t('backends.serve.choose', { service: row.name })}
        />
      </td>
      <td className="wrap !h-[46px] !py-1">
        <div className="font-medium">{row.name}</div>
        <div className="text-caption text-text-3">{underName(t, row, option)}</div>
        {option ? (
          <div className="text-caption text-text-3 md:hidden">
            {t('backends.serve.short', { disk: whole(option.diskGb), memory: whole(option.memoryGb), sync: option.firstSync })}
          </div>
        ) : null}
      </td>
      <td className={`r ${WIDE}`}>{option ? t('backends.serve.gb', { count: whole(option.diskGb) }) : t('ui.nothing')}</td>
      <td className={`r ${WIDE}`}>{option ? t('backends.serve.gb', { count: whole(option.memoryGb) }) : t('ui.nothing')}</td>
      <td className={`wrap ${WIDE}`}>{option?.firstSync ?? t('ui.nothing')}</td>
      <td className="r">
        {row.upoktPer1000 === null ? (
          <span className="block text-caption whitespace-normal text-text-3">
            {hasPrices ? t('backends.serve.notOnChain') : t('ui.nothing')}
          </span>
        ) : (
          `${pokt(row.upoktPer1000, 4)} POKT`
        )}
      </td>
    </tr>
  )
}

/** What answers it here, why it does not fit, or which program it would be. */
function underName(t: Words, row: ServeRow, option: ServeRow['options'][number] | undefined): string {
  if (row.by === 'container') return t('backends.serve.servedContainer')
  if (row.by === 'attached') return t('backends.serve.servedAttached')
  if (!option) return row.difficulty === 'datacenter' ? t('backends.serve.datacenter') : t('backends.serve.noNode')
  const [lack] = option.lacks
  return lack
    ? t(`backends.serve.lacks.${lack.what}`, { needs: whole(lack.needs), has: whole(lack.has ?? 0) })
    : option.title === row.name
      ? option.summary
      : option.title
}

function Summary({ options, chosen }: { options: Options; chosen: ReadonlySet<string> }): ReactNode {
  const t = useText()
  const { pc } = options
  // What is answered already has its room.
  const added = options.rows.filter((row) => chosen.has(row.serviceId) && row.by === 'nothing').flatMap((row) => best(row) ?? [])
  const disk = added.reduce((sum, option) => sum + option.diskGb, 0)
  const memory = added.reduce((sum, option) => sum + option.memoryGb, 0)
  return (
    <aside className="grid content-start gap-3" aria-label={t('backends.serve.pc')}>
      <h2 className="h2">{t('backends.serve.pc')}</h2>
      <Share label={t('backends.serve.sum')} used={disk} of={pc.freeDiskGb} ofLabel={t('backends.serve.pcDisk')} />
      <Share label={t('backends.serve.sumMemory')} used={memory} of={pc.memoryGb} ofLabel={t('backends.serve.pcMemory')} />
      <Facts rows={[[t('backends.serve.pcCpu'), pc.cpuCores === null ? t('backends.serve.pcUnknown') : whole(pc.cpuCores)]]} />
      {pc.freeDiskGb !== null && disk > pc.freeDiskGb ? <Note tone="warn">{t('backends.serve.tooMuchDisk')}</Note> : null}
      {pc.memoryGb !== null && memory > pc.memoryGb ? <Note tone="warn">{t('backends.serve.tooMuchMemory')}</Note> : null}
      <Note>{t('backends.serve.promise')}</Note>
      <Note>{t('backends.serve.notRun')}</Note>
    </aside>
  )
}

/** How much of what this PC has would be taken. */
function Share({ label, used, of, ofLabel }: { label: string; used: number; of: number | null; ofLabel: string }): ReactNode {
  const t = useText()
  const isOver = of !== null && used > of
  return (
    <div>
      <div className="mb-1 flex items-baseline justify-between gap-3 text-small">
        <span className="font-medium">{label}</span>
        <span className={`num ${isOver ? 'text-warn' : 'text-text-2'}`}>
          {of === null ? t('backends.serve.gb', { count: whole(used) }) : t('backends.serve.ofGb', { count: whole(used), all: whole(of) })}
        </span>
      </div>
      <ProgressBar value={of === null || of === 0 ? 0 : used / of} label={label} color={isOver ? 'var(--warn-fill)' : 'var(--ember)'} />
      <div className="mt-1 text-caption text-text-3">
        {of === null ? `${ofLabel}: ${t('backends.serve.pcUnknown')}` : t('backends.serve.left', { count: whole(Math.max(0, of - used)) })}
      </div>
    </div>
  )
}
