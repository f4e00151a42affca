import { useEffect } from 'react'
import { settingIn } from '#shared/settings/read.ts'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { setClockHours, setNumberStyle } from '#renderer/text/format.ts'
import { chooseTheme } from './theme.ts'

/** What the user chose about the look, put in force: the clock before anything below is drawn, the colours with it. */
export function useLook(): void {
  const look = useAppState((state) => ({
    theme: settingIn(state.settings, 'theme'),
    clockHours: settingIn(state.settings, 'clockHours'),
    numberStyle: settingIn(state.settings, 'numberStyle'),
  }))
  // Not an effect: what is drawn below writes times in this very pass.
  setClockHours(look.clockHours)
  setNumberStyle(look.numberStyle)
  useEffect(() => chooseTheme(look.theme), [look.theme])
}
