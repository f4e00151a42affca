import { useState, type ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import { useQuery } from '#renderer/bridge/hooks.ts'
import { poktUnit, whole } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { Choice, Field } from '#renderer/ui/Field.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import { useNeeded } from './money.ts'
import { Kept, RoleForm, useSigner } from './RoleForm.tsx'
import { RolePage, useIsUp, useRevision, useSigners } from './RolePage.tsx'

type Services = RequestOutput<'roles.services'>

/** Services that belong to own addresses: add one, change it, give it away. */
export function OwnServices(): ReactNode {
  const t = useText()
  const query = useQuery('roles.services', useIsUp() ? {} : null, useRevision())
  const [draft, setDraft] = useState({ id: '', name: '', units: '' })
  return (
    <RolePage
      area="services"
      icon="boxes"
      query={query}
      costs={(value) => [
        [t('onchain.services.fee'), poktUnit(value.feeUpokt)],
        [t('onchain.services.change'), t('onchain.services.changeText')],
      ]}
      costsNote={t('onchain.services.feeSub')}
    >
      {(value) => (
        <>
          <Card title={t('onchain.services.list')}>
            <div className="mt-2">
              <Table
                caption={t('onchain.services.list')}
                columns={[
                  { key: 'id', title: t('onchain.services.id') },
                  { key: 'name', title: t('onchain.services.name') },
                  { key: 'units', title: t('onchain.services.units'), right: true },
                  { key: 'owner', title: t('onchain.address') },
                  { key: 'edit', title: <span className="sr-only">{t('onchain.services.edit')}</span> },
                ]}
                {...(value.own.length === 0 ? { empty: t('onchain.services.empty') } : {})}
              >
                {value.own.map((service) => (
                  <tr key={service.id} data-service={service.id}>
                    <td className="mono font-medium">{service.id}</td>
                    <td className="wrap">{service.name}</td>
                    <td className="r">{whole(Number(service.computeUnitsPerRelay))}</td>
                    <td>
                      <Address value={service.ownerAddress} short />
                    </td>
                    <td className="r">
                      <Button
                        size="sm"
                        label={t('onchain.services.editLabel', { id: service.id })}
                        onPress={() => setDraft({ id: service.id, name: service.name, units: service.computeUnitsPerRelay })}
                      >
                        {t('onchain.services.edit')}
                      </Button>
                    </td>
                  </tr>
                ))}
              </Table>
            </div>
          </Card>
          <AddService value={value} draft={draft} onDraft={setDraft} />
          <Kept when={value.own.length > 0}>
            <GiveService value={value} />
          </Kept>
        </>
      )}
    </RolePage>
  )
}

interface Draft {
  id: string
  name: string
  units: string
}

/** What is wrong with a draft, by field; the core judges again. */
export function draftProblems(
  t: Words,
  draft: Draft,
  value: Pick<Services, 'taken' | 'maxComputeUnits'>,
): Record<keyof Draft, string | null> {
  const max = BigInt(value.maxComputeUnits)
  const units = /^\d{1,9}$/.test(draft.units.trim()) ? BigInt(draft.units.trim()) : 0n
  return {
    id: !/^[a-zA-Z0-9_-]{0,42}$/.test(draft.id)
      ? t('onchain.services.idWrong')
      : value.taken.includes(draft.id)
        ? t('onchain.services.idTaken')
        : null,
    name: /^[a-zA-Z0-9-_ ]*$/.test(draft.name) ? null : t('onchain.services.nameWrong'),
    units: draft.units === '' || (units >= 1n && units <= max) ? null : t('onchain.services.unitsWrong', { max: whole(Number(max)) }),
  }
}

function AddService({ value, draft, onDraft }: { value: Services; draft: Draft; onDraft: (draft: Draft) => void }): ReactNode {
  const t = useText()
  const all = useSigners()
  const mine = value.own.find((service) => service.id === draft.id)
  // A service of one's own is changed by its owner alone.
  const keys = mine ? all.filter((key) => key.address === mine.ownerAddress) : all
  const signer = useSigner(keys)
  const problems = draftProblems(t, draft, value)
  const short = useNeeded(t, signer.key?.address, mine ? 0n : BigInt(value.feeUpokt) + 1n)
  const change = (name: keyof Draft) => (text: string) => onDraft({ ...draft, [name]: text })
  const isFine = Object.values(problems).every((problem) => problem === null) && draft.id !== '' && draft.units.trim() !== ''
  return (
    <RoleForm
      kind="add-service"
      title={t('onchain.services.addTitle')}
      text={t('onchain.services.forever')}
      keys={keys}
      signer={signer}
      wish={(keyId) => ({ kind: 'add-service', keyId, serviceId: draft.id, name: draft.name, computeUnits: draft.units })}
      button={t(mine ? 'onchain.services.save' : 'onchain.services.add')}
      isReady={isFine}
      atHeight={value.atHeight}
      isRead={(intent) =>
        value.own.some(
          (service) => service.id === intent.facts['services'] && service.computeUnitsPerRelay === intent.facts['computeUnits'],
        )
      }
    >
      <Field
        label={t('onchain.services.id')}
        value={draft.id}
        onChange={change('id')}
        mono
        maxLength={42}
        error={problems.id}
        help={t(mine ? 'onchain.services.idMine' : 'onchain.services.idHelp')}
      />
      <Field
        label={t('onchain.services.name')}
        value={draft.name}
        onChange={change('name')}
        maxLength={169}
        error={problems.name}
        help={t('onchain.services.nameHelp')}
      />
      <Field
        label={t('onchain.services.units')}
        value={draft.units}
        onChange={change('units')}
        inputMode="numeric"
        maxLength={9}
        error={problems.units ?? short}
        help={
          <>
            {t('onchain.services.unitsHelp', { max: whole(Number(value.maxComputeUnits)) })}
            {mine ? null : ` ${t('onchain.services.fee')}: ${poktUnit(value.feeUpokt)}.`}
          </>
        }
      />
    </RoleForm>
  )
}

function GiveService({ value }: { value: Services }): ReactNode {
  const t = useText()
  const all = useSigners()
  const [chosen, setChosen] = useState('')
  const [to, setTo] = useState('')
  const service = value.own.find((each) => each.id === chosen) ?? value.own[0]
  const keys = all.filter((key) => key.address === service?.ownerAddress)
  const signer = useSigner(keys)
  return (
    <RoleForm
      kind="transfer-service"
      title={t('onchain.services.giveTitle')}
      text={t('onchain.services.giveText')}
      keys={keys}
      signer={signer}
      wish={(keyId) => ({ kind: 'transfer-service', keyId, serviceId: service?.id ?? '', newOwnerAddress: to.trim() })}
      button={t('onchain.services.give')}
      isReady={service !== undefined && to.trim() !== ''}
      danger
      atHeight={value.atHeight}
      isRead={(intent) => !value.own.some((each) => each.id === intent.facts['services'] && each.ownerAddress === intent.signerAddress)}
    >
      <Choice
        label={t('onchain.services.giveWhich')}
        value={service?.id ?? ''}
        onChange={setChosen}
        options={value.own.map((each) => ({ value: each.id, text: each.name === '' ? each.id : `${each.id}, ${each.name}` }))}
      />
      <Field label={t('onchain.services.giveTo')} value={to} onChange={setTo} mono maxLength={100} />
    </RoleForm>
  )
}
