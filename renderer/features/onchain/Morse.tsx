import { useState, type ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import type { KeyState } from '#renderer/bridge/select.ts'
import { pokt, poktUnit, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import { ClaimAccount, ClaimApplication, ClaimNode, hasApplication } from './MorseClaims.tsx'
import { Kept } from './RoleForm.tsx'
import { RolePage, useIsUp, useRevision } from './RolePage.tsx'

type Value = RequestOutput<'roles.morse'>

/** Asked when there is no old key, so that costs and whether claims are taken are known all the same. */
const NOBODY = '0'.repeat(40)
const MOST = 10

/** What lay on the old network: look it up, claim an account, an application or a node. */
export function Morse(): ReactNode {
  const t = useText()
  const isPractice = useAppState((state) => state.app.network === 'practice')
  const oldKeys = useAppState((state) =>
    Object.values(state.keys).filter((key) => key.kind === 'morse' && key.network === state.app.network),
  )
  const [looked, setLooked] = useState<string[]>([])
  const addresses = [...new Set([...oldKeys.map((key) => key.address), ...looked])].slice(0, MOST)
  const query = useQuery('roles.morse', useIsUp() ? { morseAddresses: addresses.length === 0 ? [NOBODY] : addresses } : null, useRevision())
  return (
    <RolePage
      area="morse"
      icon="archive"
      query={query}
      costs={(value) => [
        [t('onchain.morse.minNode'), poktUnit(value.supplierMinStakeUpokt)],
        [t('onchain.morse.minApplication'), poktUnit(value.applicationMinStakeUpokt)],
      ]}
      costsNote={t('onchain.morse.accountFirst')}
      isFree={(value) => value.free}
    >
      {(value) => (
        <>
          {isPractice ? (
            <Note tone="info">{t('onchain.morse.practice')}</Note>
          ) : value.open ? null : (
            <Note tone="warn">{t('onchain.morse.closed')}</Note>
          )}
          {oldKeys.length > 0 || isPractice ? null : (
            <EmptyState icon="key-round" title={t('onchain.morse.noKey')} text={t('onchain.morse.noKeyText')}>
              <LinkButton href="#/settings/keys" kind="pri">
                {t('onchain.morse.toKeys')}
              </LinkButton>
            </EmptyState>
          )}
          <LookUp onLook={(address) => setLooked([address, ...looked.filter((each) => each !== address)])} />
          {addresses.length === 0 ? null : <Known value={value} oldKeys={oldKeys} />}
          {oldKeys.length === 0 || isPractice ? null : (
            <>
              <ClaimAccount value={value} oldKeys={oldKeys} />
              <Kept when={hasApplication(value, oldKeys)}>
                <ClaimApplication value={value} oldKeys={oldKeys} />
              </Kept>
              <ClaimNode value={value} oldKeys={oldKeys} />
            </>
          )}
        </>
      )}
    </RolePage>
  )
}

function LookUp({ onLook }: { onLook: (address: string) => void }): ReactNode {
  const t = useText()
  const [text, setText] = useState('')
  const address = text.trim().toUpperCase()
  const isFine = /^[0-9A-F]{40}$/.test(address)
  return (
    <Card title={t('onchain.morse.lookTitle')} padded>
      <form
        className="grid gap-3.5"
        aria-label={t('onchain.morse.lookTitle')}
        onSubmit={(event) => {
          event.preventDefault()
          if (isFine) onLook(address)
        }}
      >
        <Field
          label={t('onchain.morse.lookLabel')}
          value={text}
          onChange={setText}
          mono
          maxLength={60}
          error={address.length < 40 || isFine ? null : t('onchain.morse.lookWrong')}
          help={t('onchain.morse.lookHelp')}
        />
        <div>
          <Button type="submit" icon="search" isDisabled={!isFine}>
            {t('onchain.morse.look')}
          </Button>
        </div>
      </form>
    </Card>
  )
}

function Known({ value, oldKeys }: { value: Value; oldKeys: KeyState[] }): ReactNode {
  const t = useText()
  return (
    <Card title={t('onchain.morse.list')}>
      <div className="mt-2">
        <Table
          caption={t('onchain.morse.list')}
          columns={[
            { key: 'old', title: t('onchain.morse.old') },
            { key: 'balance', title: t('onchain.morse.balance'), right: true },
            { key: 'node', title: t('onchain.morse.nodeStake'), right: true },
            { key: 'app', title: t('onchain.morse.appStake'), right: true },
            { key: 'state', title: t('onchain.state') },
          ]}
        >
          {value.accounts.map(({ morseAddress, found }) => (
            <tr key={morseAddress} data-morse={morseAddress}>
              <td className="wrap min-w-[180px]">
                <span className="mono break-all">{morseAddress}</span>
                {oldKeys.some((key) => key.address === morseAddress) ? (
                  <span className="block text-caption text-text-3">{t('onchain.morse.inVault')}</span>
                ) : null}
              </td>
              <td className="r">{found === null ? t('ui.nothing') : pokt(found.balanceUpokt)}</td>
              <td className="r">{found === null ? t('ui.nothing') : pokt(found.supplierStakeUpokt)}</td>
              <td className="r">{found === null ? t('ui.nothing') : pokt(found.applicationStakeUpokt)}</td>
              <td>
                {found === null
                  ? t('onchain.morse.unknown')
                  : found.claimedAtHeight > 0
                    ? t('onchain.morse.claimed', { height: whole(found.claimedAtHeight) })
                    : t('onchain.morse.open')}
              </td>
            </tr>
          ))}
        </Table>
      </div>
    </Card>
  )
}
