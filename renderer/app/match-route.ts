import { ROUTES, type Route, type RouteId } from './routes.ts'

export interface Matched {
  id: RouteId
  route: Route
  params: { nodeId?: string }
}

/** The route of an address, exact, with what its `:name` stood for. */
export function matchRoute(location: string): Matched | undefined {
  const asked = location.split('?', 1)[0]?.replace(/\/+$/, '') || '/'
  for (const route of ROUTES) {
    const params = matchPattern(route.pattern, asked)
    if (params) return { id: route.id, route, params }
  }
  return undefined
}

function matchPattern(pattern: string, path: string): Record<string, string> | undefined {
  const names = pattern.split('/')
  const parts = path.split('/')
  if (names.length !== parts.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, name] of names.entries()) {
    const part = parts[index] ?? ''
    if (!name.startsWith(':')) {
      if (name !== part) return undefined
    } else if (part === '') return undefined
    else params[name.slice(1)] = safeDecode(part)
  }
  return params
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
