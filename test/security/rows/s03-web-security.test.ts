import { expect, test } from 'vitest'
import { bothWindows, stageElectron } from './stage.ts'

const on = stageElectron()

test('S3: the rules of the web hold in every window: no webview, nothing experimental, nothing insecure', async () => {
  const { page, confirm } = await bothWindows(on.stage)
  for (const { options } of [page, confirm]) {
    expect(options.webPreferences).toMatchObject({
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
    })
    // Anything further would be a switch that nobody judged.
    expect(Object.keys(options.webPreferences).filter((name) => /blink|enable|experimental(?!Features)|plugins/i.test(name))).toEqual([])
  }
})
