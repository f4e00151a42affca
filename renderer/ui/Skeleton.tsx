import { useEffect, useState, type ReactNode } from 'react'

const GRACE_MS = 400

/** A grey bar at the final width, after a grace in which most things arrive. */
export function Skeleton({ width = '100%', height = 12 }: { width?: number | string; height?: number }): ReactNode {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), GRACE_MS)
    return () => clearTimeout(timer)
  }, [])
  return <div className={late ? 'skel' : ''} style={{ width, height }} />
}
